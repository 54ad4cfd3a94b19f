//! `GET /facilities`: the master, searched. Whoever reads facilities.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::At;
use uketsuke_core::desk::{self, FacilityFilter};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::participation::Participation;
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadFacilities, Staff};
use crate::pages::choices;
use crate::pages::words::encoded;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/facilities/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    kinds: Vec<Choice>,
    prefectures: Vec<ChoiceGroup>,
    lists: Vec<Choice>,
    rows: Vec<Facility>,
    next: String,
    today: NaiveDate,
}

impl Page {
    fn export(&self) -> String {
        format!("/facilities/export?{}", self.asked.query())
    }
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    words: String,
    kind: String,
    prefecture: String,
    participation: String,
    after: String,
}

impl Asked {
    pub(super) fn filter(&self, now: At) -> FacilityFilter {
        FacilityFilter {
            participation: Participation::parse(&self.participation).map(|list| (list, now)),
            words: self.words.chars().filter(|c| !c.is_control()).take(100).collect(),
            kind: FacilityKind::parse(&self.kind),
            prefecture: Prefecture::parse(&self.prefecture),
        }
    }

    /// `1312345678_<id>`: the last row of the page before.
    fn after(&self) -> Option<(String, FacilityId)> {
        let (code, id) = self.after.split_once('_')?;
        Some((FacilityCode::parse(code)?.as_str().to_owned(), FacilityId::parse(id)?))
    }

    /// The conditions as a query string.
    pub(super) fn query(&self) -> String {
        let parts = [
            ("words", &self.words),
            ("kind", &self.kind),
            ("prefecture", &self.prefecture),
            ("participation", &self.participation),
        ];
        parts.map(|(name, value)| format!("{name}={}", encoded(value))).join("&")
    }

    fn page_after(&self, (code, id): (String, FacilityId)) -> String {
        format!("/facilities?{}&after={code}_{id}", self.query())
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, Query(asked): Query<Asked>) -> PageResult {
    let (scope, filter, after) = (who.scope.clone(), asked.filter(office.db.clock().now().into()), asked.after());
    let found = office.db.read(move |c| desk::search_facilities(c, &scope, &filter, after.as_ref(), SIZE)).await?;
    html(&Page {
        frame: who.frame("施設", "/facilities"),
        errors: FieldErrors::default(),
        kinds: choices::kinds(),
        prefectures: choices::prefectures(),
        lists: Participation::ALL.iter().map(|list| Choice::new(list.as_str(), list.label())).collect(),
        rows: found.rows,
        next: found.next.map_or(String::new(), |last| asked.page_after(last)),
        today: tokyo_date(office.db.clock().now()),
        asked,
    })
}
