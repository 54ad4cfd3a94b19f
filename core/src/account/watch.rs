//! Looking at the portal as a facility sees it: for staff who answer the phone.
//! They become nobody: it is a sight of its own, which changes nothing, shows no
//! secret of a device, ends after half an hour, and is recorded page by page.
//!
//! A link that works once within five minutes carries it from the back office's
//! address to the portal's.

use chrono::Duration;
use diesel::prelude::*;
use serde_json::json;

use super::session::{Eyes, Session};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::{AccountId, FacilityId, SessionId, StaffId, WatchId};
use crate::link::{self, LinkPurpose};
use crate::schema::{facilities, facility_watches, staff};
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::{PlainToken, TokenHash};
use crate::staff::role::Permission;
use crate::staff::{self as colleagues, StaffState};

/// A look ends after this time.
pub const LONGEST: Duration = Duration::minutes(30);
/// The link into the portal works so long.
pub const OPEN_WITHIN: Duration = Duration::minutes(5);

text_enum! {
    /// Why somebody looks; the facility's trail holds it.
    pub enum Occasion {
        /// Somebody of the facility asked.
        Inquiry = "inquiry",
        /// Something may be wrong with a page.
        Fault = "fault",
        /// The house checks itself.
        Audit = "audit",
    }
}

impl Occasion {
    /// The words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Inquiry => "施設からの問い合わせに答えるため",
            Self::Fault => "画面の不具合を確かめるため",
            Self::Audit => "内部の監査のため",
        }
    }
}

/// Prepares a look and returns the token of the link that opens it.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn ask(tx: &mut Tx<'_>, scope: &StaffScope, facility: &FacilityId, occasion: Occasion) -> Result<PlainToken> {
    if !scope.may(Permission::WatchFacility) {
        return Err(Error::Forbidden);
    }
    let known: i64 = facilities::table.find(facility).count().get_result(tx.conn())?;
    if known == 0 {
        return Err(Error::NotFound);
    }
    let (id, now) = (WatchId::mint(), tx.now());
    diesel::insert_into(facility_watches::table)
        .values((
            facility_watches::id.eq(&id),
            facility_watches::staff_id.eq(scope.staff()),
            facility_watches::facility_id.eq(facility),
            facility_watches::occasion.eq(occasion),
            facility_watches::created_at.eq(now),
            facility_watches::ends_at.eq(now + LONGEST),
        ))
        .execute(tx.conn())?;
    link::mint(tx, LinkPurpose::WatchFacility, id.as_str(), OPEN_WITHIN)
}

/// What a link would open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Who looks.
    pub staff: StaffId,
    /// Their name.
    pub staff_name: String,
    /// At whose pages.
    pub facility_name: String,
}

/// Looks at a link without using it.
///
/// # Errors
/// `NotFound`, or the refusal that tells why it no longer works.
pub fn peek(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Prepared> {
    let link = link::peek(conn, LinkPurpose::WatchFacility, token, now)?;
    if let Some(refusal) = link.dead {
        return Err(refusal.into());
    }
    let id = WatchId::parse(&link.subject_id).ok_or(Error::NotFound)?;
    let row: (StaffId, String, String) = facility_watches::table
        .inner_join(staff::table)
        .inner_join(facilities::table)
        .filter(facility_watches::id.eq(id))
        .select((staff::id, staff::name, facilities::name))
        .first(conn)?;
    Ok(Prepared { staff: row.0, staff_name: row.1, facility_name: row.2 })
}

/// Uses the link; the token returned is for the cookie and known nowhere else.
///
/// # Errors
/// As [`peek`]; `Forbidden` when the person lost the right meanwhile.
pub fn open(tx: &mut Tx<'_>, token: &TokenHash) -> Result<PlainToken> {
    let id = link::consume(tx, LinkPurpose::WatchFacility, token)?;
    let id = WatchId::parse(&id).ok_or(Error::NotFound)?;
    let (staff, facility, occasion): (StaffId, FacilityId, Occasion) = facility_watches::table
        .find(&id)
        .select((facility_watches::staff_id, facility_watches::facility_id, facility_watches::occasion))
        .first(tx.conn())?;
    if !may_now(tx.conn(), &staff)? {
        return Err(Error::Forbidden);
    }
    let (cookie, now) = (PlainToken::mint(), tx.now());
    diesel::update(facility_watches::table.find(&id))
        .set((facility_watches::token_hash.eq(cookie.hash()), facility_watches::ends_at.eq(now + LONGEST)))
        .execute(tx.conn())?;
    let deed = Deed::new("facility.watched", "facilities", facility.as_str());
    tx.record(deed.at_facility(&facility).with(json!({ "occasion": occasion })))?;
    Ok(cookie)
}

type Row = (WatchId, StaffId, String, FacilityId, String, FacilityKind, Prefecture);

/// The live look of a cookie; the rights are those of this moment.
pub(super) fn find(conn: &mut Conn, token: &TokenHash, now: At) -> Result<Option<Session>> {
    let row: Option<Row> = facility_watches::table
        .inner_join(staff::table)
        .inner_join(facilities::table)
        .filter(facility_watches::token_hash.eq(token))
        .filter(facility_watches::ends_at.gt(now))
        .select((
            facility_watches::id,
            staff::id,
            staff::name,
            facilities::id,
            facilities::name,
            facilities::kind,
            facilities::prefecture,
        ))
        .first(conn)
        .optional()?;
    let Some((id, member, person, facility, facility_name, kind, prefecture)) = row else { return Ok(None) };
    let nobody = (SessionId::parse(id.as_str()), AccountId::parse(id.as_str()));
    let (Some(id), Some(account)) = nobody else { return Ok(None) };
    if !may_now(conn, &member)? {
        return Ok(None);
    }
    let scope = FacilityScope::mint_watching(facility, account.clone());
    let eyes = Eyes::Staff(member);
    Ok(Some(Session { id, account, person, facility_name, kind, prefecture, can_switch: false, eyes, scope }))
}

fn may_now(conn: &mut Conn, id: &StaffId) -> Result<bool> {
    let member = colleagues::get_staff(conn, id)?;
    let may = member.roles.as_slice().iter().any(|role| role.may(Permission::WatchFacility));
    Ok(may && member.state == StaffState::Active)
}

/// Ends a look before its time.
pub(super) fn end(tx: &mut Tx<'_>, session: &Session) -> Result<()> {
    let Some(id) = WatchId::parse(session.id.as_str()) else { return Err(Error::NotFound) };
    diesel::delete(facility_watches::table.find(id)).execute(tx.conn())?;
    let facility = session.scope().facility();
    tx.record(Deed::new("facility.watch_ended", "facilities", facility.as_str()).at_facility(facility))
}

/// Forgets looks that are over; the trail keeps them.
pub(super) fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    Ok(diesel::delete(facility_watches::table.filter(facility_watches::ends_at.le(now))).execute(tx.conn())?)
}
