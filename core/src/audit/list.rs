//! Reading the trail: for staff by what they seek, for a facility what concerns
//! it.

use diesel::prelude::*;

use super::AuditEvent;
use crate::db::{At, Backend, Conn};
use crate::error::{Error, Result};
use crate::ids::{AuditId, FacilityId};
use crate::schema::audit_events;
use crate::scope::{FacilityScope, StaffScope};
use crate::staff::role::Permission;

/// What is looked for; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// From this moment on.
    pub from: Option<At>,
    /// Before this moment.
    pub until: Option<At>,
    /// By this actor (an id).
    pub actor: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// Done to this (an id).
    pub subject: Option<String>,
    /// Concerning this facility.
    pub facility: Option<FacilityId>,
}

/// Where a page begins: after this event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its time.
    pub at: At,
    /// Its id.
    pub id: AuditId,
}

/// One page, newest first.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The events.
    pub events: Vec<AuditEvent>,
    /// Where the next page begins, if there is one.
    pub next: Option<Place>,
}

/// What a facility is shown: who was in, who looked, who handled devices and
/// files, and what the registers came to hold of it. How an application went is on its own page, without what passes
/// between the staff and what was undone.
const FOR_FACILITIES: [&str; 51] = [
    "account.joined",
    "account.logged_in",
    "account.logged_out",
    "account.switched",
    "annex.declared",
    "annex.ended",
    "application.viewed",
    "device.activated",
    "device.amended",
    "device.app_updated",
    "device.code_ended",
    "device.code_tried",
    "device.created",
    "device.given_up",
    "device.key_changed",
    "device.labelled",
    "device.reissued",
    "device.reissued_lost",
    "device.resumed",
    "device.revealed",
    "device.revoked",
    "device.suspended",
    "device.swap_activated",
    "device.swap_begun",
    "device.swap_called_off",
    "device.swapped",
    "evidence.attached",
    "evidence.opened",
    "evidence.removed",
    "exemption.declared",
    "exemption.ended",
    "facility.amended",
    "facility.contact_changed",
    "facility.devices_resumed",
    "facility.devices_stopped",
    "facility.features_changed",
    "facility.succeeded",
    "facility.viewed",
    "facility.watched",
    "operation.ended",
    "operation.recorded",
    "payment.paid_again",
    "payment.payee_corrected",
    "payment.returned",
    "registration.end_set",
    "registration.end_taken_back",
    "registration.ended",
    "subsidy.granted",
    "subsidy.notice_made",
    "subsidy.notice_read",
    "subsidy.refused",
];

type Events = diesel::helper_types::IntoBoxed<'static, audit_events::table, Backend>;

/// One page of what is sought.
///
/// # Errors
/// `Forbidden` without the permission to read the trail.
pub fn list_events(
    conn: &mut Conn,
    scope: &StaffScope,
    sought: &Sought,
    after: Option<&Place>,
    size: u16,
) -> Result<AuditPage> {
    may_read(scope)?;
    page(conn, events_of(sought), after, size)
}

/// The query behind a page of the back office.
pub(super) fn events_of(sought: &Sought) -> Events {
    let mut query = audit_events::table.into_boxed();
    if let Some(from) = sought.from {
        query = query.filter(audit_events::at.ge(from));
    }
    if let Some(until) = sought.until {
        query = query.filter(audit_events::at.lt(until));
    }
    if let Some(actor) = &sought.actor {
        query = query.filter(audit_events::actor_id.eq(actor.clone()));
    }
    if let Some(action) = &sought.action {
        query = query.filter(audit_events::action.eq(action.clone()));
    }
    if let Some(subject) = &sought.subject {
        query = query.filter(audit_events::subject_id.eq(subject.clone()));
    }
    if let Some(facility) = &sought.facility {
        query = query.filter(audit_events::facility_id.eq(facility.clone()));
    }
    query
}

/// One event.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn get_event(conn: &mut Conn, scope: &StaffScope, id: &AuditId) -> Result<AuditEvent> {
    may_read(scope)?;
    Ok(audit_events::table.find(id).select(AuditEvent::as_select()).first(conn)?)
}

/// One page of what concerns the facility, for its verified people.
///
/// # Errors
/// `NotFound` for the unverified.
pub fn list_of_facility(conn: &mut Conn, scope: &FacilityScope, after: Option<&Place>, size: u16) -> Result<AuditPage> {
    if !scope.verified() {
        return Err(Error::NotFound);
    }
    let sought = Sought { facility: Some(scope.facility().clone()), ..Sought::default() };
    page(conn, events_of(&sought).filter(audit_events::action.eq_any(FOR_FACILITIES)), after, size)
}

fn page(conn: &mut Conn, mut query: Events, after: Option<&Place>, size: u16) -> Result<AuditPage> {
    if let Some(Place { at, id }) = after {
        let earlier = audit_events::at.lt(*at);
        let same = audit_events::at.eq(*at).and(audit_events::id.lt(id.clone()));
        query = query.filter(earlier.or(same));
    }
    let mut events: Vec<AuditEvent> = query
        .order((audit_events::at.desc(), audit_events::id.desc()))
        .limit(i64::from(size) + 1)
        .select(AuditEvent::as_select())
        .load(conn)?;
    let more = events.len() > usize::from(size);
    events.truncate(usize::from(size));
    let next = events.last().filter(|_| more).map(|event| Place { at: event.at, id: event.id.clone() });
    Ok(AuditPage { events, next })
}

fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadAudit) { Ok(()) } else { Err(Error::Forbidden) }
}
