//! The register of やむを得ない事由 (SPEC 4.7): why an office does not take part.
//! The bureau approaches those that neither take part nor stand here.
//!
//! Written by the effect of an approved application alone.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::grant::Grant;
use crate::ids::{ApplicationId, ExemptionId, FacilityId};
use crate::refusal::Refusal;
use crate::schema::exemptions;

text_enum! {
    /// A reason that counts.
    pub enum ExemptionReason {
        /// All full-time practitioners were 70 or over on 2024-04-01.
        Aged = "aged",
        /// All full-time practitioners are visually impaired, or 70 or over.
        VisuallyImpaired = "visually_impaired",
        /// It closes on a fixed day.
        Closing = "closing",
        /// It suspends its work on a fixed day.
        Suspension = "suspension",
        /// It leaves 受領委任 on a fixed day.
        LeavingDelegation = "leaving_delegation",
    }
}

impl ExemptionReason {
    /// In the words of the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aged => "常勤の施術者が全員、令和6年4月1日の時点で70歳以上である",
            Self::VisuallyImpaired => {
                "常勤の施術者が全員、視覚障害のある方、または令和6年4月1日の時点で70歳以上の方である"
            }
            Self::Closing => "施術所を廃止する日が決まっている",
            Self::Suspension => "施術所を休止する日が決まっている",
            Self::LeavingDelegation => "受領委任の取扱いをやめる日が決まっている",
        }
    }

    /// Whether it comes with a day.
    pub const fn has_day(self) -> bool {
        matches!(self, Self::Closing | Self::Suspension | Self::LeavingDelegation)
    }

    /// The reasons that facilities of a kind can give; none for most kinds (SPEC 4.7).
    pub fn of_kind(kind: FacilityKind) -> &'static [Self] {
        const JUDO: &[ExemptionReason] = &[
            ExemptionReason::Aged,
            ExemptionReason::Closing,
            ExemptionReason::Suspension,
            ExemptionReason::LeavingDelegation,
        ];
        const ACUPUNCTURE: &[ExemptionReason] = &[
            ExemptionReason::VisuallyImpaired,
            ExemptionReason::Closing,
            ExemptionReason::Suspension,
            ExemptionReason::LeavingDelegation,
        ];
        match kind {
            FacilityKind::JudoTherapy => JUDO,
            FacilityKind::AcupunctureMassage => ACUPUNCTURE,
            _ => &[],
        }
    }
}

/// A declaration that holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exemptions)]
pub struct Exemption {
    /// Id.
    pub id: ExemptionId,
    /// The office.
    pub facility_id: FacilityId,
    /// The application it came with.
    pub application_id: ApplicationId,
    /// Why.
    pub reason: ExemptionReason,
    /// The day of closing, suspension or leaving (Asia/Tokyo).
    pub takes_effect_on: Option<NaiveDate>,
    /// Since when it is declared.
    pub declared_at: At,
    /// When it was taken back, or the office came to take part.
    pub ended_at: Option<At>,
}

/// Enters a declaration.
///
/// # Errors
/// [`Refusal::ExemptAlready`] when one holds already.
pub fn declare(
    tx: &mut Tx<'_>,
    grant: &Grant,
    reason: ExemptionReason,
    takes_effect_on: Option<NaiveDate>,
) -> Result<()> {
    let row = Exemption {
        id: ExemptionId::mint(),
        facility_id: grant.facility().clone(),
        application_id: grant.application().clone(),
        reason,
        takes_effect_on,
        declared_at: tx.now(),
        ended_at: None,
    };
    if !tx.insert_once(|c| diesel::insert_into(exemptions::table).values(&row).execute(c))? {
        return Err(Refusal::ExemptAlready.into());
    }
    tx.record(
        Deed::new("exemption.declared", "exemptions", row.id.as_str())
            .at_facility(grant.facility())
            .with(json!({ "reason": reason, "takes_effect_on": takes_effect_on })),
    )
}

/// Ends the declaration that holds for a facility, if one does.
///
/// # Errors
/// From the database only.
pub fn end(tx: &mut Tx<'_>, facility: &FacilityId) -> Result<()> {
    let Some(held) = find(tx.conn(), facility)? else { return Ok(()) };
    let now = tx.now();
    diesel::update(exemptions::table.find(&held.id)).set(exemptions::ended_at.eq(now)).execute(tx.conn())?;
    tx.record(Deed::new("exemption.ended", "exemptions", held.id.as_str()).at_facility(facility))
}

/// Why each of these facilities does not take part, where it declared so.
///
/// # Errors
/// From the database only.
pub fn reasons_of(conn: &mut Conn, facilities: &[FacilityId]) -> Result<HashMap<FacilityId, ExemptionReason>> {
    let rows: Vec<(FacilityId, ExemptionReason)> = exemptions::table
        .filter(exemptions::facility_id.eq_any(facilities))
        .filter(exemptions::ended_at.is_null())
        .select((exemptions::facility_id, exemptions::reason))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The declaration that holds for a facility.
///
/// # Errors
/// From the database only.
pub fn find(conn: &mut Conn, facility: &FacilityId) -> Result<Option<Exemption>> {
    Ok(exemptions::table
        .filter(exemptions::facility_id.eq(facility))
        .filter(exemptions::ended_at.is_null())
        .select(Exemption::as_select())
        .first(conn)
        .optional()?)
}
