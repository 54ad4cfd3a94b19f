//! `GET /cases/{id}`: one application for its reviewer: each fact beside the
//! master's, the evidence, the facility's story, and what happened so far.
//! Whoever reads applications; buttons for whoever may press them.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::application::model::{Change, Event, Fault};
use uketsuke_core::application::procedure::{Fact, Verdict};
use uketsuke_core::application::{State, repo};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::{self, ActorNames, FacilityApplication};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::import::{FacilityChange, list_changes};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::marked::{Marked, differing};
use super::review::{self, Reviewed};
use crate::Office;
use crate::access::{ReadApplications, Staff};

#[derive(Template)]
#[template(path = "admin/cases/show.html")]
struct Page {
    frame: Frame,
    reviewed: Reviewed,
    story: Story,
    facts: Vec<FactRow>,
    checklist: Vec<&'static str>,
    may_review: bool,
    may_facilities: bool,
    today: NaiveDate,
}

/// What happened around the application.
struct Story {
    events: Vec<(Event, Vec<Change>)>,
    names: ActorNames,
    faults: Vec<Fault>,
    others: Vec<FacilityApplication>,
    changes: Vec<FacilityChange>,
}

/// One fact with its difference marked.
struct FactRow {
    label: String,
    stated: Marked,
    master: Marked,
    verdict: Verdict,
}

impl FactRow {
    fn of(fact: Fact) -> Self {
        let (stated, master) = match fact.verdict {
            Verdict::Differs => differing(&fact.stated, &fact.master),
            _ => (Marked::plain(&fact.stated), Marked::plain(&fact.master)),
        };
        Self { label: fact.label, stated, master, verdict: fact.verdict }
    }

    fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Same => "一致",
            Verdict::Differs => "相違",
            Verdict::Absent => "なし",
            Verdict::StatedOnly => "－",
        }
    }
}

impl Page {
    fn waits(&self) -> bool {
        self.reviewed.state() == State::Submitted
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, path: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let (reviewed, facts, story) = office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &scope, &id)?;
            let procedure = procedures.get(reviewed.case.application.kind)?;
            let facts = procedure.review(c, &reviewed.case, &reviewed.values)?;
            let story = story(c, &scope, &reviewed)?;
            Ok((reviewed, facts, story))
        })
        .await?;
    let procedure = reviewed.procedure(&office)?;
    let title = format!("{} {}", procedure.title(), reviewed.number());
    html(&Page {
        frame: who.frame(title, "/queue").receipt(reviewed.number()),
        checklist: procedure.checklist(&reviewed.case),
        reviewed,
        story,
        facts: facts.into_iter().map(FactRow::of).collect(),
        may_review: who.scope.may(Permission::Review),
        may_facilities: who.scope.may(Permission::ReadFacilities),
        today: tokyo_date(office.db.clock().now()),
    })
}

fn story(conn: &mut Conn, scope: &StaffScope, reviewed: &Reviewed) -> Result<Story> {
    let (id, facility) = (reviewed.id(), &reviewed.case.facility.id);
    let events = repo::history(conn, id)?;
    let names = desk::actor_names(conn, events.iter().map(|event| event.actor.as_str()))?;
    let mut others = desk::list_of_facility(conn, scope, facility)?;
    others.retain(|other| other.id != *id);
    let mut changes = list_changes(conn, facility)?;
    changes.truncate(5);
    Ok(Story {
        events: events.into_iter().map(|event| Ok((event.clone(), event.detail()?.changes))).collect::<Result<_>>()?,
        names,
        faults: repo::open_faults(conn, id)?,
        others,
        changes,
    })
}
