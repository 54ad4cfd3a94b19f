//! `GET /records`: who looked at the facility's data and used its devices, in
//! plain words. Verified people of the facility; staff are not named.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::{TimeZone, Utc};
use serde::Deserialize;
use uketsuke_core::audit::{self, AuditEvent, Place};
use uketsuke_core::db::ActorKind;
use uketsuke_core::desk::{self, ActorNames, SubjectNames};
use uketsuke_core::ids::AuditId;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Portal;
use crate::session::Verified;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "portal/records.html")]
struct Page {
    frame: Frame,
    events: Vec<AuditEvent>,
    names: ActorNames,
    subjects: SubjectNames,
    next: String,
}

impl Page {
    /// Colleagues by name, the staff as one.
    fn who(&self, event: &AuditEvent) -> String {
        match event.actor_kind {
            ActorKind::Staff => "事務局の担当者".to_owned(),
            _ => self.names.of(&event.actor()),
        }
    }
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

impl Asked {
    fn place(&self) -> Option<Place> {
        let (micros, id) = self.after.split_once('_')?;
        let at = Utc.timestamp_micros(micros.parse().ok()?).single()?;
        Some(Place { at: at.into(), id: AuditId::parse(id)? })
    }
}

/// The list, newest first.
pub async fn show(portal: Data<Portal>, who: Verified, Query(asked): Query<Asked>) -> PageResult {
    let (scope, after) = (who.scope().clone(), asked.place());
    let (page, names, subjects) = portal
        .db
        .read(move |c| {
            let page = audit::list_of_facility(c, &scope, after.as_ref(), SIZE)?;
            let labels: Vec<String> = page.events.iter().map(AuditEvent::actor).collect();
            let names = desk::actor_names(c, labels.iter().map(String::as_str))?;
            let subjects = desk::subject_names(c, &page.events)?;
            Ok((page, names, subjects))
        })
        .await?;
    let next = page
        .next
        .map_or_else(String::new, |place| format!("/records?after={}_{}", place.at.utc().timestamp_micros(), place.id));
    html(&Page { frame: who.frame("閲覧・操作の記録"), events: page.events, names, subjects, next })
}
