//! `GET /audit`: the trail, newest first, narrowed by one form. Whoever reads it.

use actix_web::web::{Data, Query};
use askama::Template;
use uketsuke_core::audit::{self, ACTIONS, AuditEvent, AuditPage};
use uketsuke_core::desk::{self, ActorNames, SubjectNames};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::staff::list_staff;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadAudit, Staff};

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/audit/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    staff: Vec<Choice>,
    actions: Vec<Choice>,
    events: Vec<AuditEvent>,
    names: ActorNames,
    subjects: SubjectNames,
    next: String,
    export: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadAudit>, Query(asked): Query<Asked>) -> PageResult {
    let (scope, seen) = (who.scope.clone(), asked.clone());
    let (AuditPage { events, next }, names, subjects, staff, errors) = office
        .db
        .read(move |c| {
            let mut errors = FieldErrors::default();
            let sought = seen.sought(c, &scope, &mut errors)?;
            let page = audit::list_events(c, &scope, &sought, seen.place().as_ref(), SIZE)?;
            let labels: Vec<String> = page.events.iter().map(AuditEvent::actor).collect();
            let names = desk::actor_names(c, labels.iter().map(String::as_str))?;
            let subjects = desk::subject_names(c, &page.events)?;
            Ok((page, names, subjects, list_staff(c)?, errors))
        })
        .await?;
    let bad = !errors.is_empty();
    let page = Page {
        frame: who.frame("証跡", "/audit").error(bad),
        errors,
        staff: staff.iter().map(|member| Choice::new(member.id.to_string(), member.name.clone())).collect(),
        actions: ACTIONS.iter().map(|(name, words)| Choice::new(*name, *words)).collect(),
        events,
        names,
        subjects,
        next: next.map_or(String::new(), |place| asked.address("/audit", Some(&place))),
        export: asked.address("/audit/export", None),
        asked,
    };
    if bad { invalid(&page) } else { html(&page) }
}
