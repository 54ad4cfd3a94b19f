//! Whom to turn to at facilities that do not use the service any more: name, phone
//! number and address. Counted from the end of their use or their closing; a facility
//! that never came so far, from the day it named them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::json;

use super::rule::{Erased, Key, Rule, after, leftovers};
use super::terms::Topic;
use crate::application::State;
use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::db::At;
use crate::ids::FacilityId;
use crate::schema::{applications, audit_events, facilities, facility_contacts, registrations};

const ERASED: &str = "facility.contact_erased";

/// Of facilities that closed or ended their use before the cut, and have nothing under way.
macro_rules! of_those_who_left {
    ($cut:expr) => {{
        let used_since = registrations::table
            .filter(registrations::facility_id.eq(facility_contacts::facility_id))
            .filter(registrations::ended_at.is_null().or(registrations::ended_at.gt($cut.at).assume_not_null()));
        let open_since = facilities::table
            .filter(facilities::id.eq(facility_contacts::facility_id))
            .filter(
                facilities::closed_on
                    .is_null()
                    .or(facilities::closed_on.gt(tokyo_date($cut.at.utc())).assume_not_null()),
            )
            .filter(exists(used_since));
        let under_way = applications::table
            .filter(applications::facility_id.eq(facility_contacts::facility_id))
            .filter(applications::state.eq_any(State::open().filter(|state| *state != State::Draft)));
        facility_contacts::table
            .filter(facility_contacts::erased_at.is_null())
            .filter(facility_contacts::changed_at.le($cut.at))
            .filter(not(exists(open_since)))
            .filter(not(exists(under_way)))
    }};
}

pub(super) const RULE: Rule = Rule {
    topic: Topic::Contacts,
    due: |conn, cut, after, limit| {
        let rows: Vec<(At, FacilityId)> = of_those_who_left!(cut)
            .filter(after!(after, facility_contacts::changed_at, facility_contacts::facility_id))
            .order((facility_contacts::changed_at, facility_contacts::facility_id))
            .limit(limit)
            .select((facility_contacts::changed_at, facility_contacts::facility_id))
            .load(conn)?;
        Ok(rows.into_iter().map(Key::from).collect())
    },
    count_due: |conn, cut| Ok(of_those_who_left!(cut).count().get_result(conn)?),
    erase: |tx, cut, id| {
        let now = tx.now();
        let things = diesel::update(of_those_who_left!(cut).filter(facility_contacts::facility_id.eq(id)))
            .set((
                facility_contacts::name.eq(""),
                facility_contacts::phone.eq(""),
                facility_contacts::email.eq(""),
                facility_contacts::erased_at.eq(now),
            ))
            .execute(tx.conn())?;
        if let Some(facility) = FacilityId::parse(id).filter(|_| things > 0) {
            let deed = Deed::new(ERASED, "facilities", id).at_facility(&facility);
            tx.record(deed.with(json!({ "rule": Topic::Contacts })))?;
        }
        Ok(Erased { things, files: Vec::new() })
    },
    also: None,
    count_erased: |conn| {
        Ok(facility_contacts::table.filter(facility_contacts::erased_at.is_not_null()).count().get_result(conn)?)
    },
    leftovers: |conn, _| {
        let erased = || {
            let erased = facility_contacts::table.filter(facility_contacts::erased_at.is_not_null());
            erased.select(facility_contacts::facility_id)
        };
        let any =
            facility_contacts::name.ne("").or(facility_contacts::phone.ne("")).or(facility_contacts::email.ne(""));
        let named: Vec<FacilityId> = erased().filter(any).load(conn)?;
        let told = audit_events::table
            .filter(audit_events::subject_id.eq(facility_contacts::facility_id))
            .filter(audit_events::action.eq(ERASED));
        let silent: Vec<FacilityId> = erased().filter(not(exists(told))).load(conn)?;
        let named = leftovers(named, "a contact's name, number or address");
        Ok(named.chain(leftovers(silent, "no event in the audit trail")).collect())
    },
};
