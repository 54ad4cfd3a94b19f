//! What every form of a procedure is made of.

use uketsuke_core::application::Answers;
use uketsuke_core::application::procedure::Shortfall;
use uketsuke_core::form::{FieldError, FieldFault};

/// A field: its form name and its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub name: &'static str,
    pub label: &'static str,
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
