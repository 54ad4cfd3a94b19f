//! Whether facilities take part (SPEC 4.7): the three lists that the bureaus work by.
//! Every open facility stands in exactly one of them.

use diesel::dsl::{exists, not};
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

/// Whether a facility has a usage start that was sent and stands: 利用申請済. Asked
/// facility by facility: `not in` a long list is what PostgreSQL does worst.
#[diesel::dsl::auto_type]
pub(crate) fn has_applied() -> _ {
    let kind: ApplicationKind = ApplicationKind::UsageStart;
    let over: [State; 4] = [State::Draft, State::Discarded, State::Rejected, State::Withdrawn];
    exists(
        applications::table
            .filter(applications::facility_id.eq(facilities::id))
            .filter(applications::kind.eq(kind))
            .filter(applications::state.ne_all(over)),
    )
}

/// Whether its use has ended by now.
#[diesel::dsl::auto_type]
fn has_ended(now: At) -> _ {
    exists(
        registrations::table
            .filter(registrations::facility_id.eq(facilities::id))
            .filter(registrations::ended_at.is_not_null())
            .filter(registrations::ended_at.assume_not_null().le(now)),
    )
}

/// Whether its main office speaks for it.
#[diesel::dsl::auto_type]
pub(crate) fn is_subordinate() -> _ {
    exists(annexes::table.filter(annexes::subordinate_id.eq(facilities::id)).filter(annexes::ended_at.is_null()))
}

/// Whether a declaration of exemption holds.
#[diesel::dsl::auto_type]
fn is_exempt() -> _ {
    exists(exemptions::table.filter(exemptions::facility_id.eq(facilities::id)).filter(exemptions::ended_at.is_null()))
}

/// The conditions under which an open facility stands in a list; all hold together.
pub(crate) fn conditions(of: Participation, now: At) -> Vec<Condition<facilities::table>> {
    let closed_on = facilities::closed_on;
    let mut all: Vec<Condition<facilities::table>> =
        vec![Box::new(closed_on.is_null().or(closed_on.assume_not_null().gt(tokyo_date(now.utc()))))];
    match of {
        Participation::TakesPart => {
            all.push(Box::new(has_applied().and(not(has_ended(now))).or(is_subordinate())));
        }
        Participation::Exempt | Participation::Neither => {
            all.push(Box::new(not(has_applied()).or(has_ended(now))));
            all.push(Box::new(not(is_subordinate())));
        }
    }
    match of {
        Participation::TakesPart => {}
        Participation::Exempt => all.push(Box::new(is_exempt())),
        Participation::Neither => all.push(Box::new(not(is_exempt()))),
    }
    all
}
