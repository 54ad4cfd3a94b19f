//! `POST /queue/bulk`: one deed for many applications; what was chosen is frozen
//! and shown before anything is done. `GET /queue/bulk`: one's own runs. Whoever
//! reads applications; each deed asks its own permission.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::bulk::{self, Action, BulkRun, Choice, Chosen, RunState};
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::{ApplicationId, StaffId};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other};

use super::asked::Asked;
use super::index;
use crate::Office;
use crate::access::{ReadApplications, Staff};

#[derive(Template)]
#[template(path = "admin/queue/bulk_runs.html")]
struct Page {
    frame: Frame,
    runs: Vec<BulkRun>,
}

/// Which applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Those that are ticked.
    Picked,
    /// All on the page.
    Shown,
    /// All that fit.
    Fitting,
}

impl Target {
    /// The word in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Picked => "picked",
            Self::Shown => "shown",
            Self::Fitting => "fitting",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Picked, Self::Shown, Self::Fitting].into_iter().find(|target| target.as_str() == text)
    }
}

/// What is ticked and chosen on the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct BulkForm {
    action: String,
    /// Which; those that are ticked when nothing is said.
    pub target: String,
    /// The ticked rows.
    pub pick: Vec<String>,
    shown: String,
    /// The list's query with its page.
    query: String,
    /// To whom.
    pub to: String,
}

impl BulkForm {
    fn target(&self) -> Target {
        Target::parse(&self.target).unwrap_or(Target::Picked)
    }

    fn chosen(&self, asked: &Asked) -> Chosen {
        let ids = |texts: &mut dyn Iterator<Item = &str>| texts.filter_map(ApplicationId::parse).collect();
        match self.target() {
            Target::Picked => Chosen::These(ids(&mut self.pick.iter().map(String::as_str))),
            Target::Shown => Chosen::These(ids(&mut self.shown.split(','))),
            Target::Fitting => Chosen::Fitting(asked.view(), asked.filter(&mut FieldErrors::default())),
        }
    }
}

/// Freezes the choice and leads to its numbers.
pub async fn choose(office: Data<Office>, who: Staff<ReadApplications>, Form(form): Form<BulkForm>) -> PageResult {
    let asked = Asked::read(&form.query);
    let Some(action) = Action::parse(&form.action) else {
        let mut errors = FieldErrors::default();
        errors.add("action", "操作", FieldFault::NotChosen);
        return index::page(&office, &who, asked, form, errors).await;
    };
    if (action, form.target()) == (Action::Export, Target::Fitting) {
        return Ok(see_other(format!("/queue/export?{}", asked.query())));
    }
    let choice =
        Choice { action, to: StaffId::parse(&form.to), chosen: form.chosen(&asked), query: asked.address_query() };
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    match office.db.write(who.actor(), move |tx| bulk::freeze(tx, &procedures, &scope, choice)).await {
        Ok(run) if action == Action::Export => Ok(see_other(format!("/queue/bulk/{run}/export"))),
        Ok(run) => Ok(see_other(format!("/queue/bulk/{run}"))),
        Err(Error::Invalid(errors)) => index::page(&office, &who, asked, form, errors).await,
        Err(other) => Err(other.into()),
    }
}

/// One's own runs, newest first.
pub async fn list(office: Data<Office>, who: Staff<ReadApplications>) -> PageResult {
    let scope = who.scope.clone();
    let runs = office.db.read(move |c| bulk::list_runs(c, &scope)).await?;
    html(&Page { frame: who.frame("まとめて操作した結果", "/queue"), runs })
}

/// The word and the tone of a run's state.
pub(super) const fn words(state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::Planned => ("始めていません", "grey"),
        RunState::Running => ("処理中", "blue"),
        RunState::Done => ("終わりました", "green"),
    }
}
