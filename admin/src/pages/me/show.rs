//! `GET /me`: one's own settings and sessions. `POST /me/recovery-codes`: a new set of recovery
//! codes, for a current code of the app. Any of the staff.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::StaffSessionId;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{self, NewSet, QueueColumn, SessionRow};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, html_with, invalid};

use crate::Office;
use crate::access::{Anybody, Staff};
use crate::pages::enrol::CodesPage;
use crate::pages::second_factor::{throttled, wrong};
use crate::pages::words::until;

#[derive(Template)]
#[template(path = "admin/me/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    email: String,
    roles: String,
    codes_left: i64,
    sessions: Vec<SessionRow>,
    this: StaffSessionId,
    /// The columns of the reviewers' list, for whoever sees it.
    columns: Option<Vec<String>>,
    all_columns: Vec<Choice>,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Anybody>) -> PageResult {
    html(&page(&office, &who, None).await?)
}

/// Makes a new set and shows it once.
pub async fn new_codes(office: Data<Office>, who: Staff<Anybody>, Form(form): Form<CodeForm>) -> PageResult {
    let (keyring, seat) = (office.keyring.clone(), who.seat().clone());
    let made =
        office.db.write(who.actor(), move |tx| staff::new_recovery_codes(tx, &keyring, &seat, &form.code)).await?;
    match made {
        NewSet::Made(codes) => {
            html(&CodesPage { frame: who.frame("新しい回復コード", ""), codes: codes.reveal().to_vec() })
        }
        NewSet::Wrong { left } => invalid(&page(&office, &who, Some(wrong(left))).await?),
        NewSet::Throttled { until: at } => {
            html_with(StatusCode::TOO_MANY_REQUESTS, &page(&office, &who, Some(throttled(&until(at)))).await?)
        }
    }
}

async fn page(office: &Office, who: &Staff<Anybody>, fault: Option<String>) -> Result<Page, uketsuke_web::PageError> {
    let (id, now) = (who.scope.staff().clone(), office.db.clock().now().into());
    let read = office.db.read(move |c| {
        Ok((staff::recovery_codes_left(c, &id)?, staff::list_sessions(c, &id, now)?, staff::queue_columns(c, &id)?))
    });
    let (codes_left, sessions, columns) = read.await?;
    let mut errors = FieldErrors::default();
    if let Some(sentence) = fault {
        errors.add("code", "確認コード", FieldFault::Sentence(sentence));
    }
    let frame = who.frame("自分の設定", "").error(!errors.is_empty());
    let (email, roles) = (who.seat().email.clone(), who.seat().role_words());
    Ok(Page {
        frame,
        errors,
        email,
        roles,
        codes_left,
        sessions,
        this: who.seat().session.clone(),
        columns: who
            .scope
            .may(Permission::ReadApplications)
            .then(|| columns.iter().map(|column| column.as_str().to_owned()).collect()),
        all_columns: QueueColumn::ALL.iter().map(|column| Choice::new(column.as_str(), column.label())).collect(),
    })
}
