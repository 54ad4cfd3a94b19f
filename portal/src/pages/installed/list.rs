//! `GET /installed`: the live list by prefecture, kind and name; `/installed.csv`: all
//! of it. Anyone.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use uketsuke_core::facility::kind::{KINDS, Site};
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::published::{self, Edition, Entry};
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, invalid, site, words};

use crate::Portal;
use crate::published::{Asked, Known, live_csv, too_long};

/// Entries per page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "portal/installed/list.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    kinds: Vec<ChoiceGroup>,
    prefectures: Vec<ChoiceGroup>,
    entries: Vec<Entry>,
    total: i64,
    /// The address of the next page; empty at the end.
    next: String,
    newest: Option<Edition>,
}

impl Page {
    /// The whole list under the same conditions.
    fn csv(&self) -> String {
        address("/installed.csv", &self.asked.query())
    }
}

fn address(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A page of the list.
pub async fn show(portal: Data<Portal>, request: HttpRequest, asked: Query<Asked>) -> PageResult {
    let asked = asked.into_inner();
    let mut errors = FieldErrors::default();
    if let Some(fault) = too_long(asked.name()) {
        errors.add("name", "施設名・番号", fault);
    }
    let (sought, after, now) = (asked.sought(), asked.after(), portal.now());
    let wrong = !errors.is_empty();
    let read = portal.db.read(move |c| {
        let newest = published::newest(c)?;
        if wrong {
            return Ok((Vec::new(), 0, newest));
        }
        let entries = published::page(c, &sought, after.as_ref(), now, PAGE + 1)?;
        Ok((entries, published::count(c, &sought, now)?, newest))
    });
    let (mut entries, total, newest) = read.await?;
    let more = entries.len() as i64 > PAGE;
    entries.truncate(PAGE as usize);
    let next = entries.last().filter(|_| more).map_or_else(String::new, |last| {
        let after = format!("after={}", last.place().to_text());
        let query = asked.query();
        address("/installed", &if query.is_empty() { after } else { format!("{query}&{after}") })
    });
    let page = Page {
        frame: site::frame(&request, "オンライン資格確認導入済み施設").error(wrong),
        kinds: kinds(),
        prefectures: prefectures(),
        errors,
        asked,
        entries,
        total,
        next,
        newest,
    };
    if wrong { invalid(&page) } else { html(&page) }
}

/// All of it, under the conditions of the page.
pub async fn csv(portal: Data<Portal>, asked: Query<Asked>, known: Known) -> Result<HttpResponse, PageError> {
    Ok(live_csv(&portal.db, asked.sought(), &known).await?)
}

fn kinds() -> Vec<ChoiceGroup> {
    let choices = |site: Site| site.kinds().map(|entry| Choice::new(entry.id, entry.label)).collect();
    debug_assert_eq!(KINDS.len(), Site::ALL.iter().map(|site| site.kinds().count()).sum::<usize>());
    Site::ALL.iter().map(|site| ChoiceGroup::new(site.name(), choices(*site))).collect()
}

fn prefectures() -> Vec<ChoiceGroup> {
    let choice = |prefecture: &Prefecture| Choice::new(prefecture.as_str(), prefecture.name());
    Prefecture::by_bureau()
        .map(|(bureau, list)| ChoiceGroup::new(bureau.name(), list.iter().map(choice).collect()))
        .collect()
}
