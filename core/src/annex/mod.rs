//! The register of 併設 (SPEC 4.3): a judo-therapy office and an acupuncture or
//! massage office in one place share the devices of the main one, which then
//! speak for both.
//!
//! A facility is in one annex at most, on whichever side: `annex_places` holds one
//! row per facility, so that two that declare each other at once cannot both win.
//! Written by the effect of an approved application, ended by one, or with the use
//! of the main office.

mod mail;

use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::grant::Grant;
use crate::ids::{AnnexId, ApplicationId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::{annex_places, annexes};

pub use mail::{AnnexDeclared, AnnexEnded, tell_declared, tell_ended};

text_enum! {
    /// Why an annex ended.
    pub enum Ended {
        /// The main office cancelled it.
        Cancelled = "cancelled",
        /// The subordinate office objected.
        Objected = "objected",
        /// The use of one of them ended.
        Terminated = "terminated",
        /// Its approval was undone.
        Undone = "undone",
    }
}

/// Two offices in one place.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = annexes)]
pub struct Annex {
    /// Id.
    pub id: AnnexId,
    /// 主たる施術所, whose devices speak for both.
    pub main_id: FacilityId,
    /// 従たる施術所.
    pub subordinate_id: FacilityId,
    /// The application it came with.
    pub application_id: ApplicationId,
    /// Since when.
    pub declared_at: At,
}

impl Annex {
    /// Whether this facility is the main one.
    pub fn is_main(&self, facility: &FacilityId) -> bool {
        self.main_id == *facility
    }

    /// The other of the two.
    pub fn other(&self, facility: &FacilityId) -> &FacilityId {
        if self.is_main(facility) { &self.subordinate_id } else { &self.main_id }
    }
}

/// The kind that can share devices with this one; none for most (SPEC 4.3).
pub const fn partner_kind(kind: FacilityKind) -> Option<FacilityKind> {
    match kind {
        FacilityKind::JudoTherapy => Some(FacilityKind::AcupunctureMassage),
        FacilityKind::AcupunctureMassage => Some(FacilityKind::JudoTherapy),
        _ => None,
    }
}

/// Enters that the grant's facility speaks for `subordinate` from now on.
///
/// # Errors
/// [`Refusal::AnnexTaken`] when one of the two is in an annex already.
pub fn declare(tx: &mut Tx<'_>, grant: &Grant, subordinate: &FacilityId) -> Result<AnnexId> {
    let (id, main, now) = (AnnexId::mint(), grant.facility(), tx.now());
    diesel::insert_into(annexes::table)
        .values((
            annexes::id.eq(&id),
            annexes::main_id.eq(main),
            annexes::subordinate_id.eq(subordinate),
            annexes::application_id.eq(grant.application()),
            annexes::declared_at.eq(now),
            annexes::ended_because.eq(""),
        ))
        .execute(tx.conn())?;
    let mut both = [main, subordinate];
    // In one order everywhere: two that declare each other never wait crosswise.
    both.sort();
    for facility in both {
        let place = (annex_places::facility_id.eq(facility), annex_places::annex_id.eq(&id));
        if !tx.insert_once(|c| diesel::insert_into(annex_places::table).values(place).execute(c))? {
            return Err(Refusal::AnnexTaken.into());
        }
    }
    for facility in both {
        tx.record(
            Deed::new("annex.declared", "annexes", id.as_str())
                .at_facility(facility)
                .with(json!({ "main": main, "subordinate": subordinate })),
        )?;
    }
    Ok(id)
}

/// Ends an annex at once. Answers whether it still held.
///
/// # Errors
/// From the database only.
pub fn end(tx: &mut Tx<'_>, annex: &Annex, because: Ended) -> Result<bool> {
    let now = tx.now();
    let held = diesel::update(annexes::table.find(&annex.id).filter(annexes::ended_at.is_null()))
        .set((annexes::ended_at.eq(now), annexes::ended_because.eq(because.as_str())))
        .execute(tx.conn())?;
    if held == 0 {
        return Ok(false);
    }
    diesel::delete(annex_places::table.filter(annex_places::annex_id.eq(&annex.id))).execute(tx.conn())?;
    for facility in [&annex.main_id, &annex.subordinate_id] {
        tx.record(
            Deed::new("annex.ended", "annexes", annex.id.as_str())
                .at_facility(facility)
                .with(json!({ "because": because })),
        )?;
    }
    Ok(true)
}

/// An annex by id, and why it ended if it did.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &AnnexId) -> Result<(Annex, Option<Ended>)> {
    let (annex, because): (Annex, String) =
        annexes::table.find(id).select((Annex::as_select(), annexes::ended_because)).first(conn)?;
    Ok((annex, Ended::parse(&because)))
}

/// The annex that a facility is in now.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, facility: &FacilityId) -> Result<Option<Annex>> {
    Ok(annexes::table
        .inner_join(annex_places::table)
        .filter(annex_places::facility_id.eq(facility))
        .select(Annex::as_select())
        .first(conn)
        .optional()?)
}

/// The annex that came with an application and still holds.
///
/// # Errors
/// From the database only.
pub fn of_application(conn: &mut Conn, application: &ApplicationId) -> Result<Option<Annex>> {
    Ok(annexes::table
        .filter(annexes::application_id.eq(application))
        .filter(annexes::ended_at.is_null())
        .select(Annex::as_select())
        .first(conn)
        .optional()?)
}

/// Whether the people of `subordinate` ever objected to this main office: then a
/// match alone does not bring the two together again.
///
/// # Errors
/// From the database only.
pub fn was_objected(conn: &mut Conn, main: &FacilityId, subordinate: &FacilityId) -> Result<bool> {
    let objected = annexes::table
        .filter(annexes::main_id.eq(main))
        .filter(annexes::subordinate_id.eq(subordinate))
        .filter(annexes::ended_because.eq(Ended::Objected.as_str()));
    let count: i64 = objected.count().get_result(conn)?;
    Ok(count > 0)
}
