//! `GET /queue?v=…`: the applications of a view, narrowed by filters that one
//! button applies. `POST /queue/next`: take the one that has waited longest.
//! Whoever reads applications; taking: reviewers.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::application::worklist::{self, After, Filter, Row, View};
use uketsuke_core::application::{State, claim};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other};

use super::words::encoded;
use crate::Office;
use crate::access::{ReadApplications, Review, Staff};
use crate::pages::choices;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/queue.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    view: View,
    rows: Vec<Row>,
    next: String,
    chips: Vec<(String, String)>,
    kinds: Vec<Choice>,
    prefectures: Vec<ChoiceGroup>,
    states: Vec<Choice>,
    today: NaiveDate,
}

impl Page {
    fn is_open(&self, view: &View) -> bool {
        *view == self.view
    }
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    v: String,
    kind: String,
    prefecture: String,
    state: String,
    after: String,
}

impl Asked {
    fn view(&self) -> View {
        View::parse(&self.v).unwrap_or(View::All)
    }

    fn filter(&self) -> Filter {
        Filter {
            facility_kind: FacilityKind::parse(&self.kind),
            prefecture: Prefecture::parse(&self.prefecture).map(|p| i32::from(p.number())),
            state: State::parse(&self.state),
            words: None,
        }
    }

    /// `2026-11-27_<id>`: the last row of the page before.
    fn after(&self) -> Option<After> {
        let (due_on, id) = self.after.split_once('_')?;
        Some(After { due_on: due_on.parse().ok()?, id: ApplicationId::parse(id)? })
    }

    /// The address of this list with one part replaced.
    fn with(&self, name: &str, value: &str) -> String {
        let view = self.view();
        let mut parts = vec![format!("v={view}")];
        for (known, now) in [("kind", &self.kind), ("prefecture", &self.prefecture), ("state", &self.state)] {
            let text = if known == name { value } else { now };
            if !text.is_empty() {
                parts.push(format!("{known}={}", encoded(text)));
            }
        }
        if name == "after" && !value.is_empty() {
            parts.push(format!("after={value}"));
        }
        format!("/queue?{}", parts.join("&"))
    }

    /// Each condition in words, with the address that takes it off.
    fn chips(&self) -> Vec<(String, String)> {
        let filter = self.filter();
        let conditions = [
            ("kind", filter.facility_kind.map(|kind| kind.label())),
            ("prefecture", Prefecture::parse(&self.prefecture).map(Prefecture::name)),
            ("state", filter.state.map(State::staff_label)),
        ];
        let chip = |(name, label): (&str, Option<&str>)| Some((label?.to_owned(), self.with(name, "")));
        conditions.into_iter().filter_map(chip).collect()
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    let (view, filter, after) = (asked.view(), asked.filter(), asked.after());
    let (scope, now) = (who.scope.clone(), office.db.clock().now());
    let page =
        office.db.read(move |c| worklist::list(c, &scope, view, &filter, after.as_ref(), (SIZE, now.into()))).await?;
    let next = page.next.map_or(String::new(), |After { due_on, id }| asked.with("after", &format!("{due_on}_{id}")));
    html(&Page {
        frame: who.frame("審査一覧", "/queue"),
        errors: FieldErrors::default(),
        view,
        rows: page.rows,
        next,
        chips: asked.chips(),
        kinds: choices::kinds(),
        prefectures: choices::prefectures(),
        states: states(),
        today: tokyo_date(now),
        asked,
    })
}

/// Takes the next one and opens it.
pub async fn take_next(office: Data<Office>, who: Staff<Review>) -> PageResult {
    let scope = who.scope.clone();
    let taken = office.db.write(who.actor(), move |tx| claim::claim_next(tx, &scope)).await?;
    Ok(match taken {
        Some(id) => see_other(format!("/cases/{id}")),
        None => who.warned("/", "担当者のいない申請はありません"),
    })
}

fn states() -> Vec<Choice> {
    let sent = State::ALL.iter().filter(|state| !matches!(state, State::Draft | State::Discarded));
    sent.map(|state| Choice::new(state.as_str(), state.staff_label())).collect()
}
