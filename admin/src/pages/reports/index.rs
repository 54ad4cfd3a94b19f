//! `GET /reports?…`: every figure with its chart and table, for a period, a kind
//! and a prefecture. Whoever reads applications.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::At;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::report::{self, Filter};
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::figures::{Drawn, Means, draw};
use super::tables::Figure;
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::pages::choices;
use crate::pages::words::encoded;

/// The periods offered: days, and their words.
const PERIODS: [(u32, &str); 4] = [(30, "30日間"), (90, "90日間"), (180, "180日間"), (365, "1年間")];
/// The one shown first.
const USUAL: u32 = 90;

#[derive(Template)]
#[template(path = "admin/reports/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    periods: Vec<Choice>,
    kinds: Vec<Choice>,
    prefectures: Vec<ChoiceGroup>,
    as_of: Option<At>,
    figures: Vec<Drawn>,
}

impl Page {
    fn export(&self, figure: &Figure) -> String {
        format!("/reports/{}/export?{}", figure.key(), self.asked.query())
    }
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    days: String,
    kind: String,
    prefecture: String,
}

impl Asked {
    fn days(&self) -> u32 {
        let asked = self.days.parse().ok();
        PERIODS.iter().map(|(days, _)| *days).find(|days| Some(*days) == asked).unwrap_or(USUAL)
    }

    /// What is counted, as far as the query says so.
    pub(super) fn filter(&self, today: chrono::NaiveDate) -> Filter {
        Filter {
            kind: FacilityKind::parse(&self.kind),
            prefecture: Prefecture::parse(&self.prefecture),
            ..Filter::last_days(today, self.days())
        }
    }

    /// The conditions as a query string.
    pub(super) fn query(&self) -> String {
        format!("days={}&kind={}&prefecture={}", self.days(), encoded(&self.kind), encoded(&self.prefecture))
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    let today = tokyo_date(office.db.clock().now());
    let (scope, filter, procedures) = (who.scope.clone(), asked.filter(today), office.procedures.clone());
    let (as_of, figures) = office
        .db
        .read(move |c| {
            let Some(as_of) = report::as_of(c)? else { return Ok((None, Vec::new())) };
            let means = Means { procedures: &procedures, today };
            let figures: Result<_, _> = Figure::all().map(|figure| draw(c, &scope, &filter, figure, &means)).collect();
            Ok((Some(as_of), figures?))
        })
        .await?;
    let asked = Asked { days: asked.days().to_string(), ..asked };
    html(&Page {
        frame: who.frame("集計", "/reports"),
        errors: FieldErrors::default(),
        periods: PERIODS.iter().map(|(days, words)| Choice::new(days.to_string(), *words)).collect(),
        kinds: choices::kinds(),
        prefectures: choices::prefectures(),
        as_of,
        figures,
        asked,
    })
}
