//! `GET /faq`: the entries, the last changed first, with what readers thought of
//! them. Staff who read content.

use std::collections::HashMap;

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::faq::{self, Category, Entry, Filter, State, Tally};
use uketsuke_core::ids::FaqId;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::form::Choice;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html};

use super::{PATH, parse};
use crate::Office;
use crate::access::{ReadContent, Staff};
use crate::pages::content::{MENU, TABS};
use crate::pages::words::encoded;

/// Entries on one page.
const SIZE: usize = 50;

#[derive(Template)]
#[template(path = "admin/faq/list.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    asked: Asked,
    states: Vec<Choice>,
    categories: Vec<Choice>,
    entries: Vec<Entry>,
    tallies: HashMap<FaqId, Tally>,
    next: String,
    may_edit: bool,
}

/// What may stand in the address.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    category: String,
    q: String,
    before: String,
}

impl Asked {
    fn filter(&self) -> Filter {
        Filter { state: State::parse(&self.state), category: Category::parse(&self.category), words: self.q.clone() }
    }
}

impl Page {
    fn tally(&self, entry: &Entry) -> Tally {
        self.tallies.get(&entry.id).copied().unwrap_or_default()
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>, asked: Query<Asked>) -> PageResult {
    let (scope, filter) = (who.scope.clone(), asked.filter());
    let before = Some(asked.before.as_str()).filter(|id| !id.is_empty()).map(parse).transpose()?;
    let (mut entries, tallies) = office
        .db
        .read(move |c| {
            let last = before.map(|id| faq::get(c, &scope, &id)).transpose()?;
            let most = i64::try_from(SIZE + 1).unwrap_or(i64::MAX);
            let entries = faq::list(c, &scope, &filter, last.as_ref(), most)?;
            let ids: Vec<FaqId> = entries.iter().map(|entry| entry.id.clone()).collect();
            let tallies = faq::tallies(c, &ids)?;
            Ok((entries, tallies))
        })
        .await?;
    let more = entries.len() > SIZE;
    entries.truncate(SIZE);
    let next = entries.last().filter(|_| more).map_or(String::new(), |last| {
        let Asked { state, category, q, .. } = &*asked;
        let (state, category, q) = (encoded(state), encoded(category), encoded(q));
        format!("{PATH}?state={state}&category={category}&q={q}&before={}", last.id)
    });
    html(&Page {
        frame: who.frame("よくある質問", MENU),
        tabs: TABS,
        asked: asked.0.clone(),
        states: State::ALL.iter().map(|state| Choice::new(state.as_str(), state.label())).collect(),
        categories: categories(),
        entries,
        tallies,
        next,
        may_edit: who.scope.may(Permission::EditContent),
    })
}

pub(super) fn categories() -> Vec<Choice> {
    Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect()
}
