//! What the applicant types, field by field, and what it means. Everything is
//! read here, for the step that was just sent as for the whole application.

use uketsuke_core::fold;
use uketsuke_core::form::FieldFault;

pub(super) use crate::field::{Field, text};

/// The most employees a facility states (SPEC 4.1).
pub const MAX_STAFF: u32 = 9_999;
/// The most devices one application asks for (SPEC 4.1).
pub const MAX_DEVICES: u32 = 20;

pub(super) const METHOD: Field = Field { name: "method", label: "施設の確認方法" };
pub(super) const STAFF: Field = Field { name: "staff_count", label: "職員数" };
pub(super) const DEVICES: Field = Field { name: "device_count", label: "申請台数" };
pub(super) const TERMS: Field = Field { name: "terms", label: "利用規約への同意" };

/// What a ticked box sends.
pub(super) const TICKED: &str = "yes";

/// ① or ②.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Match,
    Documents,
}

impl Method {
    pub const ALL: [Self; 2] = [Self::Match, Self::Documents];

    pub fn value(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Documents => "documents",
        }
    }

    /// The words of the choice and of the summary.
    pub fn label(self) -> &'static str {
        match self {
            Self::Match => "① 提出済みの情報との照合",
            Self::Documents => "② 書類を添付",
        }
    }
}

type Read<T> = Result<T, FieldFault>;

pub(super) fn method(typed: &str) -> Read<Method> {
    Method::ALL.into_iter().find(|method| method.value() == typed).ok_or(FieldFault::NotChosen)
}

pub(super) fn staff_count(typed: &str) -> Read<u32> {
    count(typed, MAX_STAFF)
}

pub(super) fn device_count(typed: &str) -> Read<u32> {
    count(typed, MAX_DEVICES)
}

fn count(typed: &str, max: u32) -> Read<u32> {
    let number = fold::number(typed, 1, i64::from(max))?;
    u32::try_from(number).map_err(|_| FieldFault::NotDigits)
}

pub(super) fn terms(typed: &str) -> Read<()> {
    if typed == TICKED { Ok(()) } else { Err(unread()) }
}

/// The terms are not ticked.
pub(super) fn unread() -> FieldFault {
    FieldFault::Sentence("規約を読んで、同意するに印を付けてください".to_owned())
}
