//! Where a step stands in an application, and where the way leads from there.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Step, StepContent};
use uketsuke_core::application::{Case, State};
use uketsuke_web::PageError;
use uketsuke_web::page::Frame;

use super::{address, load, procedure};
use crate::Portal;
use crate::session::SignedIn;

/// Where to go after a step is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// To the next step.
    Next,
    /// Back to the check page, from which this step was changed.
    Confirm,
    /// Home, with the rest for another day.
    Home,
}

#[derive(Deserialize)]
struct ThenQuery {
    #[serde(default)]
    then: String,
}

#[derive(Deserialize)]
struct FaultsQuery {
    #[serde(default)]
    faults: String,
}

/// Whether a step's page is to say at once what is wrong with what it keeps.
pub(super) fn shows_faults(request: &HttpRequest) -> bool {
    Query::<FaultsQuery>::from_query(request.query_string()).is_ok_and(|query| query.faults == "shown")
}

impl Then {
    pub fn read(text: &str) -> Self {
        match text {
            "confirm" => Self::Confirm,
            "home" => Self::Home,
            _ => Self::Next,
        }
    }

    pub fn of(request: &HttpRequest) -> Self {
        let query = Query::<ThenQuery>::from_query(request.query_string());
        query.map_or(Self::Next, |query| Self::read(&query.then))
    }
}

/// One step of an editable application.
pub(super) struct Place {
    pub case: Case,
    pub steps: Vec<Step>,
    pub at: usize,
}

impl Place {
    /// The step with this key; `None` when the application cannot be edited
    /// (any more), has no such step (any more), or nothing on it is open.
    pub async fn find(
        portal: &Data<Portal>,
        who: &SignedIn,
        id: &str,
        key: &str,
    ) -> Result<(Case, Option<Self>), PageError> {
        let case = load(portal, who, id).await?;
        let steps = procedure(portal, &case)?.steps(&case);
        let at = steps.iter().position(|step| step.key == key);
        let at = at.filter(|at| case.application.state.is_editable() && is_open(&case, &steps[*at]));
        Ok((case.clone(), at.map(|at| Self { case, steps, at })))
    }

    pub fn step(&self) -> &Step {
        &self.steps[self.at]
    }

    /// Whether this is a correction: then each step leads back to the list of
    /// what is to be corrected.
    pub fn correcting(&self) -> bool {
        self.case.application.state == State::Returned
    }

    /// This step's address.
    pub fn href(&self) -> String {
        step_href(&self.case, self.step().key)
    }

    /// Where a saved step leads.
    pub fn way_on(&self, then: Then) -> String {
        let next = self.steps.get(self.at + 1);
        match (self.correcting(), then, next) {
            (true, _, _) => address(&self.case),
            (false, Then::Next, Some(step)) => step_href(&self.case, step.key),
            _ => format!("{}/confirm", address(&self.case)),
        }
    }

    /// Where 「前の画面へ戻る」 leads.
    pub fn way_back(&self, then: Then) -> String {
        match (self.correcting(), then, self.at) {
            (true, _, _) => address(&self.case),
            (false, Then::Confirm, _) => format!("{}/confirm", address(&self.case)),
            (false, _, 0) => "/applications".to_owned(),
            (false, _, at) => step_href(&self.case, self.steps[at - 1].key),
        }
    }

    /// The frame of the step's page.
    pub fn frame(&self, who: &SignedIn, error: bool) -> Frame {
        let frame = who.frame(self.step().title).error(error);
        match self.correcting() {
            true => frame.receipt(self.case.application.number_text()),
            false => frame.step(self.at + 1, self.steps.len() + 1),
        }
    }

    /// The names of all steps, the check page last; none in a correction.
    pub fn names(&self) -> Vec<&'static str> {
        match self.correcting() {
            true => Vec::new(),
            false => step_names(&self.steps),
        }
    }
}

/// The names of all steps, the check page last.
pub(super) fn step_names(steps: &[Step]) -> Vec<&'static str> {
    steps.iter().map(|step| step.title).chain(["確認"]).collect()
}

/// The address of a step.
pub(super) fn step_href(case: &Case, key: &str) -> String {
    format!("{}/edit/{key}", address(case))
}

/// The fields that stand on a step.
pub(super) fn fields(step: &Step) -> &'static [&'static str] {
    match step.content {
        StepContent::Fields { kept, .. } => kept,
        StepContent::Evidence { .. } => &[EVIDENCE_FIELD],
    }
}

/// In a draft every step is open; after a return those with an open field.
pub(super) fn is_open(case: &Case, step: &Step) -> bool {
    case.application.state == State::Draft || fields(step).iter().any(|field| case.open.has(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_lead_elsewhere() {
        for (text, then) in
            [("confirm", Then::Confirm), ("home", Then::Home), ("", Then::Next), ("//evil.example", Then::Next)]
        {
            assert_eq!(Then::read(text), then, "{text}");
        }
    }
}
