//! Whether facilities take part (SPEC 4.7): the three lists that the bureaus work by.
//! Every open facility stands in exactly one of them.

use diesel::prelude::*;

use crate::application::{ApplicationKind, State};
use crate::clock::tokyo_date;
use crate::db::{At, text_enum};
use crate::exemption::ExemptionReason;
use crate::facility::kind::{FacilityKind, KINDS};
use crate::facility::search::Condition;
use crate::schema::{annexes, applications, exemptions, facilities, registrations};

text_enum! {
    /// One of the three lists.
    pub enum Participation {
        /// It has applied and its use has not ended, or its main office speaks for it.
        TakesPart = "takes_part",
        /// It does not, and has declared why.
        Exempt = "exempt",
        /// Neither.
        Neither = "neither",
    }
}

impl Participation {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::TakesPart => "参加している（利用申請済・併設）",
            Self::Exempt => "やむを得ない事由がある",
            Self::Neither => "どちらでもない",
        }
    }
}

/// The kinds that have to take part or to say why not.
pub fn kinds_with_duty() -> Vec<FacilityKind> {
    let has = |kind: &FacilityKind| !ExemptionReason::of_kind(*kind).is_empty();
    KINDS.iter().map(|entry| entry.kind).filter(has).collect()
}

/// Facilities with a usage start that was sent and stands: 利用申請済.
#[diesel::dsl::auto_type]
pub(crate) fn applied() -> _ {
    let kind: ApplicationKind = ApplicationKind::UsageStart;
    let over: [State; 4] = [State::Draft, State::Discarded, State::Rejected, State::Withdrawn];
    applications::table
        .filter(applications::kind.eq(kind))
        .filter(applications::state.ne_all(over))
        .select(applications::facility_id)
}

/// Facilities whose use has ended by now.
#[diesel::dsl::auto_type]
fn ended(now: At) -> _ {
    registrations::table
        .filter(registrations::ended_at.is_not_null())
        .filter(registrations::ended_at.assume_not_null().le(now))
        .select(registrations::facility_id)
}

/// Facilities that their main office speaks for.
#[diesel::dsl::auto_type]
fn subordinate() -> _ {
    annexes::table.filter(annexes::ended_at.is_null()).select(annexes::subordinate_id)
}

/// Facilities with a declaration that holds.
#[diesel::dsl::auto_type]
fn declared() -> _ {
    exemptions::table.filter(exemptions::ended_at.is_null()).select(exemptions::facility_id)
}

/// The conditions under which an open facility stands in a list; all hold together.
pub(crate) fn conditions(of: Participation, now: At) -> Vec<Condition<facilities::table>> {
    let closed_on = facilities::closed_on;
    let mut all: Vec<Condition<facilities::table>> =
        vec![Box::new(closed_on.is_null().or(closed_on.assume_not_null().gt(tokyo_date(now.utc()))))];
    match of {
        Participation::TakesPart => {
            let uses = facilities::id.eq_any(applied()).and(facilities::id.ne_all(ended(now)));
            all.push(Box::new(uses.or(facilities::id.eq_any(subordinate()))));
        }
        Participation::Exempt | Participation::Neither => {
            all.push(Box::new(facilities::id.ne_all(applied()).or(facilities::id.eq_any(ended(now)))));
            all.push(Box::new(facilities::id.ne_all(subordinate())));
        }
    }
    match of {
        Participation::TakesPart => {}
        Participation::Exempt => all.push(Box::new(facilities::id.eq_any(declared()))),
        Participation::Neither => all.push(Box::new(facilities::id.ne_all(declared()))),
    }
    all
}
