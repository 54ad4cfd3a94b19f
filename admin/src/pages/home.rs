//! `GET /`: how much waits, and 「次の1件を担当する」. Any of the staff; figures
//! for whoever may read applications.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::second;
use uketsuke_core::application::worklist::{self, View};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::At;
use uketsuke_core::holiday;
use uketsuke_core::report::{self, Filter};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{Anybody, Staff};
use crate::pages::reports::figures::{Drawn, Means, draw};
use crate::pages::reports::tables::Figure;

/// The days of the line per day.
const DAYS: u32 = 90;

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Page {
    frame: Frame,
    figures: Vec<Count>,
    may_review: bool,
    /// How many proposals wait for an approver; asked of approvers alone.
    awaiting: i64,
    holidays_end: Option<String>,
    as_of: Option<At>,
    charts: Vec<Drawn>,
}

/// Beyond this many, the exact number helps nobody.
const MANY: i64 = 1000;

struct Count {
    view: View,
    count: i64,
    late: bool,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Anybody>) -> PageResult {
    let reads = who.scope.may(Permission::ReadApplications);
    let figures = if reads { figures(&office, &who).await? } else { Vec::new() };
    let (as_of, charts) = if reads { charts(&office, &who).await? } else { (None, Vec::new()) };
    let may_review = who.scope.may(Permission::Review);
    let awaiting = match who.scope.may(Permission::Approve) {
        true => office.db.read(|c| second::count_awaiting(c, MANY)).await?,
        false => 0,
    };
    let holidays_end = holidays_end(&office, &who).await?;
    html(&Page { frame: who.frame("ホーム", "/"), figures, may_review, awaiting, holidays_end, as_of, charts })
}

/// The three charts at a glance, as of the last count; none before the first.
async fn charts(office: &Office, who: &Staff<Anybody>) -> Result<(Option<At>, Vec<Drawn>), uketsuke_web::PageError> {
    let today = tokyo_date(office.db.clock().now());
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let drawn = office.db.read(move |c| {
        let Some(as_of) = report::as_of(c)? else { return Ok((None, Vec::new())) };
        let (filter, means) = (Filter::last_days(today, DAYS), Means { procedures: &procedures, today });
        let three = [Figure::Waiting, Figure::Flow, Figure::Bureaus];
        let drawn: Result<_, _> = three.into_iter().map(|figure| draw(c, &scope, &filter, figure, &means)).collect();
        Ok((Some(as_of), drawn?))
    });
    Ok(drawn.await?)
}

/// For whoever keeps the list of holidays: that it ends soon.
async fn holidays_end(office: &Office, who: &Staff<Anybody>) -> Result<Option<String>, uketsuke_web::PageError> {
    if !who.scope.may(Permission::ManageSettings) {
        return Ok(None);
    }
    let known_until = office.db.read(holiday::known_until).await?;
    let runs_out = holiday::runs_out(known_until, tokyo_date(office.db.clock().now()));
    Ok(runs_out.then(|| known_until.map_or(String::new(), uketsuke_web::words::plain_date)))
}

async fn figures(office: &Office, who: &Staff<Anybody>) -> Result<Vec<Count>, uketsuke_web::PageError> {
    let (scope, now) = (who.scope.clone(), office.db.clock().now().into());
    let counts = office.db.read(move |c| worklist::counts(c, &scope, now)).await?;
    let figure = |(view, count)| Count { view, count, late: view == View::Overdue && count > 0 };
    Ok(counts.into_iter().map(figure).collect())
}
