//! `GET /audit/{id}`: one event with all that was kept of it. Whoever reads the
//! trail.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::audit::{self, AuditEvent, FieldChange};
use uketsuke_core::desk;
use uketsuke_core::error::Error;
use uketsuke_core::ids::AuditId;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadAudit, Staff};

#[derive(Template)]
#[template(path = "admin/audit/show.html")]
struct Page {
    frame: Frame,
    event: AuditEvent,
    changes: Vec<FieldChange>,
    by: String,
    subject: String,
    facility: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadAudit>, path: Path<String>) -> PageResult {
    let id = AuditId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let page = office
        .db
        .read(move |c| {
            let event = audit::get_event(c, &scope, &id)?;
            let by = desk::actor_names(c, std::iter::once(event.actor().as_str()))?.of(&event.actor());
            let names = desk::subject_names(c, std::slice::from_ref(&event))?;
            let facility = event.facility_id.as_ref().map_or("", |id| names.of(id.as_str())).to_owned();
            let (subject, changes) = (names.of(&event.subject_id).to_owned(), event.changes()?);
            Ok((event, changes, by, subject, facility))
        })
        .await?;
    let (event, changes, by, subject, facility) = page;
    html(&Page { frame: who.frame("証跡の記録", "/audit"), event, changes, by, subject, facility })
}
