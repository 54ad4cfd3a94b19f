//! `GET /`: how much waits, and 「次の1件を担当する」. Any of the staff; figures
//! for whoever may read applications.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::second;
use uketsuke_core::application::worklist::{self, View};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{Anybody, Staff};

#[derive(Template)]
#[template(path = "admin/home.html")]
struct Page {
    frame: Frame,
    figures: Vec<Figure>,
    may_review: bool,
    /// How many proposals wait for an approver; asked of approvers alone.
    awaiting: i64,
}

/// Beyond this many, the exact number helps nobody.
const MANY: i64 = 1000;

struct Figure {
    view: View,
    count: i64,
    late: bool,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Anybody>) -> PageResult {
    let figures = match who.scope.may(Permission::ReadApplications) {
        true => figures(&office, &who).await?,
        false => Vec::new(),
    };
    let may_review = who.scope.may(Permission::Review);
    let awaiting = match who.scope.may(Permission::Approve) {
        true => office.db.read(|c| second::count_awaiting(c, MANY)).await?,
        false => 0,
    };
    html(&Page { frame: who.frame("ホーム", "/"), figures, may_review, awaiting })
}

async fn figures(office: &Office, who: &Staff<Anybody>) -> Result<Vec<Figure>, uketsuke_web::PageError> {
    let (scope, now) = (who.scope.clone(), office.db.clock().now().into());
    let counts = office.db.read(move |c| worklist::counts(c, &scope, now)).await?;
    let figure = |(view, count)| Figure { view, count, late: view == View::Overdue && count > 0 };
    Ok(counts.into_iter().map(figure).collect())
}
