//! The page for whoever comes too late: what they looked at beside what it is
//! now, who changed it, and what they typed, which is kept. Answers 409.

use actix_web::http::StatusCode;
use askama::Template;
use uketsuke_core::application::model::{Change, Event};
use uketsuke_core::application::submit::compare;
use uketsuke_core::application::versions::{self, Version};
use uketsuke_core::application::{Procedures, State, repo};
use uketsuke_core::db::Conn;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::staff;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html_with};

use super::review::{self, Reviewed};
use crate::Office;
use crate::access::Staff;

/// What somebody typed, and what they were looking at while they did.
#[derive(Debug, Clone)]
pub struct Typed {
    seen: Option<i64>,
    texts: Vec<(String, String)>,
    again: Option<Again>,
}

/// The form to go on with, should the case be in the same hands still.
#[derive(Debug, Clone)]
struct Again {
    action: String,
    fields: Vec<(String, String)>,
}

impl Typed {
    /// A page was asked for; nothing was typed.
    pub fn nothing() -> Self {
        Self { seen: None, texts: Vec::new(), again: None }
    }

    /// Typed beside the revision that the form named.
    pub fn at(revision: &str) -> Self {
        Self { seen: revision.parse().ok(), ..Self::nothing() }
    }

    /// Adds a text; an empty one is nothing to lose.
    pub fn with(mut self, label: &str, text: &str) -> Self {
        if !text.trim().is_empty() {
            self.texts.push((label.to_owned(), text.to_owned()));
        }
        self
    }

    /// Offers to go on with these fields at `action`.
    pub fn again(mut self, action: String, fields: Vec<(String, String)>) -> Self {
        self.again = Some(Again { action, fields });
        self
    }
}

#[derive(Template)]
#[template(path = "admin/cases/stale.html")]
struct Page {
    frame: Frame,
    reviewed: Reviewed,
    last: Option<(Event, String)>,
    changes: Vec<Change>,
    typed: Typed,
    kept_note: String,
    may_note: bool,
}

impl Page {
    /// Only who still has it can go on with what was typed.
    fn again(&self) -> Option<&Again> {
        let held = self.reviewed.mine && self.reviewed.state() == State::InReview;
        self.typed.again.as_ref().filter(|_| held)
    }
}

/// Turns "somebody was faster" into that page; other errors pass.
pub async fn or_else<D>(office: &Office, who: &Staff<D>, id: &str, error: Error, typed: Typed) -> PageResult {
    match error {
        Error::Conflict | Error::Refused(Refusal::NotInThisState | Refusal::ClaimedByOther) => {
            page(office, who, id, typed).await
        }
        other => Err(other.into()),
    }
}

async fn page<D>(office: &Office, who: &Staff<D>, id: &str, typed: Typed) -> PageResult {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    let (scope, procedures, seen) = (who.scope.clone(), office.procedures.clone(), typed.seen);
    let (reviewed, last, changes) = office
        .db
        .read(move |c| {
            let reviewed = review::read(c, &procedures, &scope, &id)?;
            let last = repo::history(c, &id)?.into_iter().next();
            let names = actor_names(c, last.iter().map(|event| event.actor.as_str()))?;
            let changes = changes(c, &procedures, &reviewed, seen)?;
            Ok((reviewed, last.map(|event| (event.clone(), names.of(&event.actor))), changes))
        })
        .await?;
    let frame = who.frame("ほかの人が先に進めています", "/queue").receipt(reviewed.number());
    let kept_note = typed.texts.iter().map(|(label, text)| format!("{label}：{text}")).collect::<Vec<_>>().join("\n");
    let may_note = who.scope.may(Permission::WriteNotes);
    html_with(StatusCode::CONFLICT, &Page { frame, reviewed, last, changes, typed, kept_note, may_note })
}

/// What differs between what was looked at and what is there now.
fn changes(conn: &mut Conn, procedures: &Procedures, reviewed: &Reviewed, seen: Option<i64>) -> Result<Vec<Change>> {
    let id = reviewed.id();
    let Some(seen) = seen else { return Ok(Vec::new()) };
    let (before, now) = (versions::at_revision(conn, id, seen)?, versions::at_revision(conn, id, reviewed.revision())?);
    let (Some(before), Some(now)) = (before, now) else { return Ok(Vec::new()) };
    let mut changes = Vec::new();
    let mut add = |label: &str, before: String, after: String| {
        if before != after {
            changes.push(Change { label: label.to_owned(), before, after });
        }
    };
    add("状態", before.state.staff_label().to_owned(), now.state.staff_label().to_owned());
    add("担当者", holder_of(conn, &before)?, holder_of(conn, &now)?);
    if let (Some(old), Some(new)) = (before.filing, now.filing) {
        let procedure = procedures.get(reviewed.case.application.kind)?;
        changes.extend(compare(procedure, &old.values()?, &new.values()?)?);
    }
    Ok(changes)
}

fn holder_of(conn: &mut Conn, version: &Version) -> Result<String> {
    match &version.holder {
        Some(holder) => Ok(staff::get_staff(conn, holder)?.name),
        None => Ok("なし".to_owned()),
    }
}
