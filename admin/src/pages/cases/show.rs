//! `GET /cases/{id}`: one application for its reviewer: each fact beside the
//! master's, the evidence, what is to be made sure of, the facility's story and
//! notes, and what happened so far. Whoever reads applications; buttons for
//! whoever may press them.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;
use uketsuke_core::application::checklist::{self, Ticks};
use uketsuke_core::application::model::{Event, EventDetail, Fault, Proposal};
use uketsuke_core::application::notes::{self, Note};
use uketsuke_core::application::procedure::{CheckItem, EVIDENCE_FIELD, Fact, SummaryRow, Verdict};
use uketsuke_core::application::{Procedures, State, repo, second, undo};
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::calendar::Calendar;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::{self, ActorNames, FacilityApplication};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::import::{FacilityChange, list_changes};
use uketsuke_core::holiday;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::form::choice_id;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::marked::{Marked, differing};
use super::money::{self, Money};
use super::panel::Panel;
use super::review::{self, Reviewed};
use super::viewer;
use crate::Office;
use crate::access::{ReadApplications, Staff};

#[derive(Template)]
#[template(path = "admin/cases/show.html")]
struct Page {
    frame: Frame,
    reviewed: Reviewed,
    story: Story,
    facts: Vec<FactRow>,
    checklist: Vec<CheckItem>,
    may: May,
    panel: Option<Panel>,
    /// The list the reader came from.
    back: String,
    today: NaiveDate,
    calendar: Calendar,
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    back: String,
}

impl Asked {
    /// The page of the list the reader came from; any other address is not gone to.
    fn list(&self) -> String {
        if self.back.starts_with("/queue?") { self.back.clone() } else { "/queue".to_owned() }
    }
}

/// What the one who looks can do here.
struct May {
    review: bool,
    facilities: bool,
    note: bool,
    /// Decide what is proposed.
    confirm: bool,
    /// Undo their own decision, until then.
    undo: Option<At>,
}

/// What happened around the application.
struct Story {
    events: Vec<Step>,
    names: ActorNames,
    faults: Vec<Fault>,
    ticks: Ticks,
    proposal: Option<Proposal>,
    others: Vec<FacilityApplication>,
    changes: Vec<FacilityChange>,
    notes: Vec<Note>,
    money: Option<Money>,
}

/// One step of the history.
struct Step {
    event: Event,
    detail: EventDetail,
    /// What a return named, each fault under its field.
    faults: Vec<(String, String)>,
    /// Who has the application from here on, where somebody else gave it.
    holder: String,
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

    /// The sign and the word of the comparison.
    fn word(&self) -> &'static str {
        match self.verdict {
            Verdict::Same => "○ 一致",
            Verdict::Differs => "× 相違",
            Verdict::Absent => "△ なし",
            Verdict::StatedOnly => "－",
        }
    }

    fn differs(&self) -> bool {
        self.verdict == Verdict::Differs
    }
}

impl Page {
    fn is(&self, state: State) -> bool {
        self.reviewed.state() == state
    }

    /// Whether the one who looks has it in review.
    fn in_hand(&self) -> bool {
        self.reviewed.mine && self.may.review && self.is(State::InReview)
    }

    fn ticked(&self, item: &CheckItem) -> Option<&(String, At)> {
        self.story.ticks.get(item.code)
    }

    /// Whether a note was written on another case of the facility.
    fn elsewhere(&self, note: &Note) -> bool {
        note.application != *self.reviewed.id()
    }

    fn item_id(&self, n: &usize) -> String {
        choice_id("item", *n)
    }
}

/// The page.
pub async fn show(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Query(asked): Query<Asked>,
    Query(place): Query<viewer::Asked>,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, procedures, now) = (who.scope.clone(), office.procedures.clone(), office.db.clock().now().into());
    let (reviewed, facts, story, may, calendar) = office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &procedures, &scope, &id)?;
            let procedure = procedures.get(reviewed.case.application.kind)?;
            let facts = procedure.review(c, &reviewed.case, &reviewed.values)?;
            let story = story(c, &scope, &procedure.filed_summary(&reviewed.values)?, &reviewed)?;
            let may = may(c, &procedures, &scope, &reviewed, now)?;
            Ok((reviewed, facts, story, may, holiday::calendar(c)?))
        })
        .await?;
    let reading = Reading {
        action: "application.viewed",
        subject_kind: "applications",
        subject_id: reviewed.id().to_string(),
        facility: reviewed.case.facility.id.clone(),
    };
    note_reading(&office.db, who.actor(), reading).await?;
    let procedure = reviewed.procedure(&office)?;
    let title = format!("{} {}", procedure.title(), reviewed.number());
    let back = asked.list();
    let panel = viewer::open(&office, &who, &reviewed, &place, &back).await?;
    let mut page = Page {
        frame: who.frame(title, "/queue").receipt(reviewed.number()),
        checklist: procedure.checklist(&reviewed.case),
        reviewed,
        story,
        facts: facts.into_iter().map(FactRow::of).collect(),
        may,
        panel,
        back,
        today: tokyo_date(now.utc()),
        calendar,
    };
    if page.in_hand()
        && let Some(panel) = &mut page.panel
    {
        panel.offer_return(&office, &page.reviewed)?;
    }
    html(&page)
}

fn may(conn: &mut Conn, procedures: &Procedures, scope: &StaffScope, reviewed: &Reviewed, now: At) -> Result<May> {
    let application = &reviewed.case.application;
    let awaits = reviewed.state() == State::AwaitingApproval;
    Ok(May {
        review: scope.may(Permission::Review),
        facilities: scope.may(Permission::ReadFacilities),
        note: scope.may(Permission::WriteNotes),
        confirm: awaits && second::may_confirm(conn, scope, reviewed.id())?,
        undo: undo::until(conn, procedures, scope, application, now)?,
    })
}

fn story(conn: &mut Conn, scope: &StaffScope, rows: &[SummaryRow], reviewed: &Reviewed) -> Result<Story> {
    let (id, facility) = (reviewed.id(), &reviewed.case.facility.id);
    let (events, faults) = (repo::history(conn, id)?, repo::all_faults(conn, id)?);
    let details: Vec<EventDetail> = events.iter().map(Event::detail).collect::<Result<_>>()?;
    let holders: Vec<String> = details.iter().filter_map(|d| Some(format!("staff:{}", d.holder.as_ref()?))).collect();
    let labels = events.iter().map(|event| event.actor.as_str()).chain(holders.iter().map(String::as_str));
    let names = desk::actor_names(conn, labels)?;
    let mut others = desk::list_of_facility(conn, scope, facility)?;
    others.retain(|other| other.id != *id);
    let mut changes = list_changes(conn, facility)?;
    changes.truncate(5);
    let step = |(event, detail)| step(event, detail, &faults, rows, &names);
    let awaits = reviewed.state() == State::AwaitingApproval;
    Ok(Story {
        events: events.into_iter().zip(details).map(step).collect(),
        faults: faults.iter().filter(|fault| fault.resolved_at.is_none()).cloned().collect(),
        ticks: checklist::ticks(conn, id)?,
        proposal: if awaits { second::proposal(conn, id)?.map(|(_, proposal)| proposal) } else { None },
        others,
        changes,
        notes: notes::list_of_facility(conn, scope, facility)?,
        money: money::read(conn, id)?,
        names,
    })
}

fn step(event: Event, detail: EventDetail, faults: &[Fault], rows: &[SummaryRow], names: &ActorNames) -> Step {
    let label = |field: &str| match field {
        EVIDENCE_FIELD => "書類".to_owned(),
        field => rows.iter().find(|row| row.field == field).map_or_else(|| field.to_owned(), |row| row.label.clone()),
    };
    let faults = faults.iter().filter(|fault| fault.event_id == event.id);
    let holder = detail.holder.as_ref().map(|holder| format!("staff:{holder}")).filter(|holder| *holder != event.actor);
    Step {
        faults: faults.map(|fault| (label(&fault.field), fault.text.clone())).collect(),
        holder: holder.map_or_else(String::new, |holder| names.of(&holder)),
        event,
        detail,
    }
}
