//! `GET /faq`: the shelves; `?q=` searches, `?category=` shows one shelf. Anyone. A
//! search that finds nothing is remembered for editors.

use actix_web::web::{Data, Query};
use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uketsuke_core::faq::{self, Category, Entry, Found};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, site};

use super::{Hit, parse};
use crate::{Anyone, Portal};

/// Entries of each shelf on the first page.
const EACH: i64 = 5;
/// Entries on a page of one shelf.
const SIZE: usize = 30;
/// The longest search, characters.
const MOST_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "portal/faq/list.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    words: String,
    /// None where nothing was searched.
    results: Option<Results>,
    shelves: Vec<(Category, Vec<Entry>)>,
    /// The shelf that is shown alone.
    category: Option<Category>,
    next: String,
    /// The way to ask, with the words carried over.
    contact: String,
}

struct Results {
    hits: Vec<Hit>,
    similar: Vec<Hit>,
}

impl Results {
    fn of(found: &Found) -> Self {
        let variants = found.variants();
        let hits = |entries: &[Entry]| entries.iter().map(|entry| Hit::of(entry, &variants)).collect();
        Self { hits: hits(&found.hits), similar: hits(&found.similar) }
    }
}

/// What may stand in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    category: String,
    after: String,
}

/// The page.
pub async fn show(portal: Data<Portal>, who: Anyone, asked: Query<Asked>) -> PageResult {
    let (site, words) = (site::which(who.request()), asked.q.trim().to_owned());
    let category = Category::parse(&asked.category);
    let mut page = Page {
        frame: who.frame("よくある質問"),
        errors: FieldErrors::default(),
        contact: contact(&words),
        words: words.clone(),
        results: None,
        shelves: Vec::new(),
        category: category.filter(|_| words.is_empty()),
        next: String::new(),
    };
    let now = words.chars().count();
    if now > MOST_CHARS {
        page.errors.add("q", "調べたい言葉", FieldFault::TooLong { max: MOST_CHARS, now });
        page.frame = page.frame.error(true);
        return invalid(&page);
    }
    if !words.is_empty() {
        let sought = words.clone();
        let found = portal.db.read(move |c| faq::search(c, site, &sought)).await?;
        if found.hits.is_empty() {
            portal.db.write(who.actor(), move |tx| faq::note_miss(tx, site, &words)).await?;
        }
        page.results = Some(Results::of(&found));
        return html(&page);
    }
    let after = Some(asked.after.as_str()).filter(|id| !id.is_empty()).map(parse).transpose()?;
    page.shelves = portal
        .db
        .read(move |c| match category {
            None => faq::shelf(c, site, EACH),
            Some(category) => {
                let last = after.map(|id| faq::get_published(c, site, &id)).transpose()?;
                let most = i64::try_from(SIZE + 1).unwrap_or(i64::MAX);
                Ok(vec![(category, faq::of_category(c, site, category, last.as_ref(), most)?)])
            }
        })
        .await?;
    if let (Some(category), [(_, entries)]) = (category, page.shelves.as_mut_slice()) {
        let more = entries.len() > SIZE;
        entries.truncate(SIZE);
        let last = entries.last().filter(|_| more);
        page.next = last.map_or(String::new(), |last| format!("/faq?category={category}&after={}", last.id));
        page.frame.title = format!("よくある質問：{}", category.label());
    }
    html(&page)
}

/// The form to ask, with what was searched.
pub(crate) fn contact(words: &str) -> String {
    match words.is_empty() {
        true => "/contact".to_owned(),
        false => format!("/contact?words={}", utf8_percent_encode(words, NON_ALPHANUMERIC)),
    }
}
