//! The part of Markdown that editors may use: headings, paragraphs, lists, links,
//! emphasis, quotations, tables, and pictures that are attached to the same text.
//!
//! `pulldown-cmark` reads it; tags typed as HTML become visible letters, and
//! `ammonia` lets nothing through that is not on its list, so that two libraries
//! would have to fail at once before a script reached a reader.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::fold::is_unprintable;

/// Schemes a link may have; all else is no link.
const SCHEMES: [&str; 4] = ["https", "http", "mailto", "tel"];
/// Tags that reach a page.
const TAGS: [&str; 24] = [
    "a",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "del",
];
/// Words that say nothing about where a link leads (WCAG 2.2, 2.4.4).
const EMPTY_WORDS: [&str; 6] = ["こちら", "ここ", "クリック", "リンク", "here", "click here"];

/// HTML that may stand in a page as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Html {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Draws a text. `picture` tells the address of an attached picture by its file
/// name; others are left out, their words stay.
pub fn html(source: &str, picture: impl Fn(&str) -> Option<String>) -> Html {
    let source: String = source.chars().filter(|c| *c == '\n' || !is_unprintable(*c)).collect();
    let mut lost_picture = false;
    let events = Parser::new_ext(&source, options()).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Some(Event::Start(Tag::Heading { level: lower(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => match picture(&decoded(&dest_url)) {
            Some(address) => Some(Event::Start(Tag::Image { link_type, dest_url: address.into(), title, id })),
            None => {
                lost_picture = true;
                None
            }
        },
        Event::End(TagEnd::Image) => (!std::mem::take(&mut lost_picture)).then_some(Event::End(TagEnd::Image)),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_safe(&dest_url) { dest_url } else { CowStr::Borrowed("") };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        // Whoever presses Enter means a new line; a blank between Japanese words means nothing.
        Event::SoftBreak => Some(Event::HardBreak),
        other => Some(other),
    });
    let mut drawn = String::with_capacity(source.len() * 2);
    pulldown_cmark::html::push_html(&mut drawn, events);
    // A wide table scrolls by itself.
    let drawn = drawn.replace("<table>", "<div class=\"table-wrap\" tabindex=\"0\"><table>");
    let drawn = drawn.replace("</table>", "</table></div>");
    Html(CLEANER.clean(&drawn).to_string())
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from(TAGS))
        .generic_attributes(HashSet::new())
        .tag_attributes([("a", HashSet::from(["href"])), ("img", HashSet::from(["src", "alt"]))].into())
        .add_tag_attributes("ol", ["start"])
        .add_tag_attributes("div", ["tabindex"])
        .add_allowed_classes("div", ["table-wrap"])
        .set_tag_attribute_value("th", "scope", "col")
        .set_tag_attribute_value("img", "loading", "lazy")
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"));
    cleaner
});

/// The words alone, a line for each block; a link's address stands behind its words.
pub fn plain(source: &str) -> String {
    let (mut text, mut address) = (String::new(), String::new());
    for event in Parser::new_ext(source, options()) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak => text.push('\n'),
            Event::Start(Tag::Link { dest_url, .. }) if dest_url.contains("://") && is_safe(&dest_url) => {
                address = dest_url.into_string();
            }
            Event::End(TagEnd::Link) => {
                let address = std::mem::take(&mut address);
                if !address.is_empty() && !text.ends_with(&address) {
                    text.push_str(&format!("（{address}）"));
                }
            }
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) if !text.ends_with('\n') => text.push('\n'),
            Event::End(TagEnd::TableCell) => text.push(' '),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// What an editor has to mend, as sentences: headings that skip a level, pictures
/// without words or not attached, links that lead nowhere or say nothing, HTML.
pub fn faults(source: &str, attached: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut say = |sentence: String| {
        if !faults.contains(&sentence) {
            faults.push(sentence);
        }
    };
    let (mut last_level, mut words, mut picture) = (0, String::new(), None);
    for event in Parser::new_ext(source, options()) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let level = level as usize;
                if level > 3 {
                    say("見出しは「#」から「###」までの3段階にしてください".to_owned());
                } else if level > last_level + 1 {
                    let marks = "#".repeat(last_level + 1);
                    say(format!("見出しの段階が飛んでいます。先に「{marks}」の見出しを置いてください"));
                }
                last_level = level;
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                let tag: String = text.trim().chars().take(20).collect();
                say(format!("HTMLのタグ（{tag}）は使えません"));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let name = decoded(&dest_url);
                if !attached.contains(&name.as_str()) {
                    say(format!("画像「{name}」が添付されていません。添付したファイルの名前を書いてください"));
                }
                words.clear();
                picture = Some(name);
            }
            Event::End(TagEnd::Image) => {
                if let Some(name) = picture.take().filter(|_| words.trim().is_empty()) {
                    say(format!("画像「{name}」を言葉で説明してください（![説明]({name})）"));
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                words.clear();
                if !is_safe(&dest_url) {
                    let address: String = dest_url.chars().take(30).collect();
                    say(format!("リンク先「{address}」は使えません。https:// か / で始めてください"));
                }
            }
            Event::End(TagEnd::Link) if EMPTY_WORDS.contains(&words.trim().to_lowercase().as_str()) => {
                say(format!("リンクの言葉「{}」を、リンク先が分かる言葉にしてください", words.trim()));
            }
            Event::Text(part) | Event::Code(part) => words.push_str(&part),
            _ => {}
        }
    }
    faults
}

fn options() -> Options {
    Options::ENABLE_TABLES
}

/// A page has its own first heading; those of a text stand below it.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        _ => HeadingLevel::H4,
    }
}

/// Whether an address is one of this site, or of a scheme that runs nothing.
fn is_safe(address: &str) -> bool {
    let own = address.starts_with(['/', '#']) && !address.starts_with("//") && !address.starts_with("/\\");
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    own || scheme.is_some_and(|scheme| SCHEMES.contains(&scheme.as_str()))
}

/// A file name as it was typed: Markdown wants blanks written as `%20`.
fn decoded(name: &str) -> String {
    name.replace("%20", " ")
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
