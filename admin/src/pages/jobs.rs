//! `GET /jobs`: background jobs that were given up. `POST /jobs/{id}/retry` and
//! `/jobs/retry-all`: running them again. Looking: whoever reads mail; running:
//! administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::desk::{self, DeadJob};
use uketsuke_core::error::Error;
use uketsuke_core::ids::JobId;
use uketsuke_core::retry::{retry_job, retry_jobs};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::extract::{AllFields, Form};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ManageJobs, ReadMail, Staff};

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct Page {
    frame: Frame,
    rows: Vec<DeadJob>,
    kinds: Vec<String>,
    may_retry: bool,
}

/// Which jobs to run again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KindForm {
    kind: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>) -> PageResult {
    let scope = who.scope.clone();
    let rows = office.db.read(move |c| desk::list_dead_jobs(c, &scope)).await?;
    let mut kinds: Vec<String> = rows.iter().map(|row| row.kind.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let may_retry = who.scope.may(Permission::ManageJobs);
    html(&Page { frame: who.frame("止まった処理", "/mails"), rows, kinds, may_retry })
}

/// Runs one again.
pub async fn retry(office: Data<Office>, who: Staff<ManageJobs>, path: Path<String>, _form: AllFields) -> PageResult {
    let id = JobId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.write(who.actor(), move |tx| retry_job(tx, &scope, &id)).await?;
    Ok(who.done("/jobs", "もう一度実行するように登録しました"))
}

/// Runs all of one kind again.
pub async fn retry_all(office: Data<Office>, who: Staff<ManageJobs>, Form(form): Form<KindForm>) -> PageResult {
    let scope = who.scope.clone();
    let count = office.db.write(who.actor(), move |tx| retry_jobs(tx, &scope, &form.kind)).await?;
    Ok(who.done("/jobs", &format!("{count}件を、もう一度実行するように登録しました")))
}
