//! What every form of a procedure is made of.

use uketsuke_core::application::Answers;
use uketsuke_core::application::procedure::{Shortfall, Step, StepContent, SummaryRow};
use uketsuke_core::form::{FieldError, FieldFault};

/// A field: its form name and its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: &'static str,
    pub label: &'static str,
}

impl Field {
    /// A line about it, changed on this step.
    pub fn row(self, step: &'static str, value: impl Into<String>) -> SummaryRow {
        SummaryRow { step, field: self.name, label: self.label.to_owned(), value: value.into() }
    }
}

/// What a ticked box sends.
pub(crate) const TICKED: &str = "yes";

/// A step of fields that are all kept.
pub(crate) fn fields(key: &'static str, title: &'static str, kept: &'static [&'static str]) -> Step {
    Step { key, title, content: StepContent::Fields { kept, secret: &[], button: "次へ進む" } }
}

/// A box that must be ticked, or the sentence that asks for it.
pub(crate) fn ticked(typed: &str, sentence: &str) -> Result<(), FieldFault> {
    if typed == TICKED { Ok(()) } else { Err(FieldFault::Sentence(sentence.to_owned())) }
}

/// What was typed there; empty when nothing was sent.
pub(crate) fn text<'t>(typed: &'t Answers, name: &str) -> &'t str {
    typed.get(name).map_or("", String::as_str)
}

/// What still stands in the way of filing, in the order of the steps.
#[derive(Default)]
pub(crate) struct Open(pub Vec<Shortfall>);

impl Open {
    /// The value, or a note of what is wrong with it.
    pub fn take<T>(&mut self, step: &'static str, field: Field, read: Result<T, FieldFault>) -> Option<T> {
        read.map_err(|fault| self.add(step, field.name, field.label, fault)).ok()
    }

    /// Notes what is wrong.
    pub fn add(&mut self, step: &'static str, field: &str, label: &str, fault: FieldFault) {
        let error = FieldError { field: field.to_owned(), label: label.to_owned(), fault };
        self.0.push(Shortfall { step, error });
    }
}
