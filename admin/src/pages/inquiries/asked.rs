//! What of the list is asked for, in the query string.

use serde::Deserialize;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry::Category;
use uketsuke_core::inquiry::worklist::{Filter, From, Place, View};

use crate::pages::words::encoded;

/// The query string. What cannot be read is left out, so that an old link still
/// opens with the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The view.
    pub v: String,
    /// お問い合わせの種類
    pub category: String,
    /// ポータルサイト
    pub site: String,
    /// Number, mail, facility, name.
    pub words: String,
    /// After which row the page begins.
    pub after: String,
    /// Before which row the page ends.
    pub before: String,
}

impl Asked {
    /// The view; all of them by default.
    pub fn view(&self) -> View {
        View::parse(&self.v).unwrap_or(View::All)
    }

    /// The conditions.
    pub fn filter(&self) -> Filter {
        Filter {
            category: Category::parse(&self.category),
            site: Site::parse(&self.site),
            words: Some(self.words.trim().to_owned()).filter(|words| !words.is_empty()),
        }
    }

    /// Which page.
    pub fn page(&self) -> From {
        match (place(&self.after), place(&self.before)) {
            (Some(after), _) => From::After(after),
            (None, Some(before)) => From::Before(before),
            (None, None) => From::Start,
        }
    }

    /// This list's query without the page.
    pub fn query(&self) -> String {
        self.query_without("")
    }

    fn query_without(&self, left_out: &str) -> String {
        let parts = [("v", &self.v), ("category", &self.category), ("site", &self.site), ("words", &self.words)];
        let said = parts.into_iter().filter(|(name, value)| !value.trim().is_empty() && *name != left_out);
        said.map(|(name, value)| format!("{name}={}", encoded(value.trim()))).collect::<Vec<_>>().join("&")
    }

    /// The address of another page of this list.
    pub fn turn(&self, word: &str, place: &Place) -> String {
        format!("/inquiries?{}&{word}={}_{}", self.query(), place.expected_on, place.id)
    }

    /// The address of another view, the conditions kept.
    pub fn in_view(&self, view: &View) -> String {
        let rest = self.query_without("v");
        format!("/inquiries?v={view}{}{rest}", if rest.is_empty() { "" } else { "&" })
    }

    /// Each condition in words, with the address that takes it off.
    pub fn chips(&self) -> Vec<(String, String)> {
        let filter = self.filter();
        let conditions = [
            ("category", filter.category.map(|category| category.label().to_owned())),
            ("site", filter.site.map(|site| site.name().to_owned())),
            ("words", filter.words.map(|words| format!("言葉：{words}"))),
        ];
        let chip =
            |(name, label): (&str, Option<String>)| Some((label?, format!("/inquiries?{}", self.query_without(name))));
        conditions.into_iter().filter_map(chip).collect()
    }
}

/// `2026-11-27_<id>`: a row's place in the list.
fn place(text: &str) -> Option<Place> {
    let (expected_on, id) = text.split_once('_')?;
    Some(Place { expected_on: expected_on.parse().ok()?, id: InquiryId::parse(id)? })
}
