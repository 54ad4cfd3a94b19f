//! Members of the staff who were stopped a term ago and did not come back: address and
//! all that they logged in with. The name stays: it signs decisions.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde_json::json;

use super::rule::{Erased, Key, Rule, after, leftovers, untold};
use super::terms::Topic;
use crate::audit::Deed;
use crate::db::At;
use crate::ids::StaffId;
use crate::schema::{saved_views, staff, staff_kept_forms, staff_recovery_codes, staff_sessions, staff_settings};
use crate::staff::StaffState;

/// Stopped, and not touched since.
macro_rules! left {
    ($cut:expr) => {
        staff::table
            .filter(staff::erased_at.is_null())
            .filter(staff::state.eq(StaffState::Disabled))
            .filter(staff::updated_at.le($cut.at))
    };
}

pub(super) const RULE: Rule = Rule {
    topic: Topic::Staff,
    due: |conn, cut, after, limit| {
        let rows: Vec<(At, StaffId)> = left!(cut)
            .filter(after!(after, staff::updated_at, staff::id))
            .order((staff::updated_at, staff::id))
            .limit(limit)
            .select((staff::updated_at, staff::id))
            .load(conn)?;
        Ok(rows.into_iter().map(Key::from).collect())
    },
    count_due: |conn, cut| Ok(left!(cut).count().get_result(conn)?),
    erase: |tx, cut, id| {
        let now = tx.now();
        let things = diesel::update(left!(cut).filter(staff::id.eq(id)))
            .set((
                staff::email.eq(""),
                staff::email_key.eq(format!("erased:{id}")),
                staff::password_hash.eq(None::<String>),
                staff::totp_sealed.eq(None::<String>),
                staff::totp_last_step.eq(None::<i64>),
                staff::revision.eq(staff::revision + 1),
                staff::erased_at.eq(now),
            ))
            .execute(tx.conn())?;
        if things == 0 {
            return Ok(Erased::default());
        }
        diesel::delete(staff_sessions::table.filter(staff_sessions::staff_id.eq(id))).execute(tx.conn())?;
        diesel::delete(staff_recovery_codes::table.filter(staff_recovery_codes::staff_id.eq(id))).execute(tx.conn())?;
        diesel::delete(staff_kept_forms::table.filter(staff_kept_forms::staff_id.eq(id))).execute(tx.conn())?;
        diesel::delete(staff_settings::table.filter(staff_settings::staff_id.eq(id))).execute(tx.conn())?;
        // What colleagues share of it goes on.
        let own = saved_views::table.filter(saved_views::staff_id.eq(id)).filter(saved_views::shared.eq(false));
        diesel::delete(own).execute(tx.conn())?;
        tx.record(Deed::new("staff.erased", "staff", id).with(json!({ "rule": Topic::Staff })))?;
        Ok(Erased { things, files: Vec::new() })
    },
    also: None,
    count_erased: |conn| Ok(staff::table.filter(staff::erased_at.is_not_null()).count().get_result(conn)?),
    leftovers: |conn, _| {
        let erased = || staff::table.filter(staff::erased_at.is_not_null()).select(staff::id);
        let named: Vec<StaffId> =
            erased().filter(staff::email.ne("").or(staff::email_key.not_like("erased:%"))).load(conn)?;
        let secret = staff::password_hash.is_not_null().or(staff::totp_sealed.is_not_null());
        let open: Vec<StaffId> = erased().filter(staff::state.ne(StaffState::Disabled).or(secret)).load(conn)?;
        let codes = staff_recovery_codes::table.filter(staff_recovery_codes::staff_id.eq(staff::id));
        let codes: Vec<StaffId> = erased().filter(exists(codes)).load(conn)?;
        let silent: Vec<StaffId> = untold!(staff, "staff.erased").select(staff::id).load(conn)?;
        let (named, open) = (leftovers(named, "an address"), leftovers(open, "a way to log in"));
        let (codes, silent) = (leftovers(codes, "recovery codes"), leftovers(silent, "no event in the audit trail"));
        Ok(named.chain(open).chain(codes).chain(silent).collect())
    },
};
