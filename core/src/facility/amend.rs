//! What a facility's own applications change of its record (SPEC 4.6): its contact,
//! its phone number, its address, its manager. The next import of the master has the
//! last word on what the master knows.
//!
//! Written by the effect of an approved application alone.

use diesel::prelude::*;
use serde_json::json;

use super::import::{ChangeVerb, FieldChange};
use super::{Facility, repo};
use crate::audit::Deed;
use crate::db::{At, Conn, Tx};
use crate::error::Result;
use crate::grant::Grant;
use crate::ids::{ApplicationId, FacilityChangeId, FacilityId};
use crate::schema::{facilities, facility_changes, facility_contacts};

/// Whom to turn to at a facility (担当者).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = facility_contacts)]
pub struct Contact {
    /// The facility.
    pub facility_id: FacilityId,
    /// The application it came with.
    pub application_id: ApplicationId,
    /// 氏名.
    pub name: String,
    /// 電話番号, digits.
    pub phone: String,
    /// メールアドレス.
    pub email: String,
    /// Since when.
    pub changed_at: At,
    /// Since when all of it is empty: the facility had left a term before (`retention`).
    pub erased_at: Option<At>,
}

/// The contact of a facility, once it named one.
///
/// # Errors
/// From the database only.
pub fn contact(conn: &mut Conn, facility: &FacilityId) -> Result<Option<Contact>> {
    Ok(facility_contacts::table.find(facility).select(Contact::as_select()).first(conn).optional()?)
}

/// Sets the contact.
///
/// # Errors
/// From the database only.
pub fn set_contact(tx: &mut Tx<'_>, grant: &Grant, (name, phone, email): (&str, &str, &str)) -> Result<()> {
    let row = Contact {
        facility_id: grant.facility().clone(),
        application_id: grant.application().clone(),
        name: name.to_owned(),
        phone: phone.to_owned(),
        email: email.to_owned(),
        changed_at: tx.now(),
        erased_at: None,
    };
    diesel::delete(facility_contacts::table.find(grant.facility())).execute(tx.conn())?;
    diesel::insert_into(facility_contacts::table).values(&row).execute(tx.conn())?;
    // Names and addresses of people do not belong into a trail that is never erased.
    tx.record(
        Deed::new("facility.contact_changed", "facilities", grant.facility().as_str()).at_facility(grant.facility()),
    )
}

/// What of the master's record changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amendment {
    /// 電話番号, digits.
    Phone(String),
    /// 所在地.
    Address {
        /// NNN-NNNN.
        postal_code: String,
        /// From the prefecture on.
        address: String,
    },
    /// 管理者.
    Manager(String),
}

/// Changes the record, and writes it into the facility's history.
///
/// # Errors
/// From the database only.
pub fn amend(tx: &mut Tx<'_>, grant: &Grant, amendment: &Amendment) -> Result<()> {
    let (before, now) = (repo::get(tx.conn(), grant.facility())?, tx.now());
    let row = diesel::update(facilities::table.find(&before.id));
    let revised = (facilities::revision.eq(before.revision + 1), facilities::updated_at.eq(now));
    let changes = match amendment {
        Amendment::Phone(phone) => {
            row.set((facilities::phone.eq(phone), revised)).execute(tx.conn())?;
            vec![("電話番号", before.phone.as_str(), phone.as_str())]
        }
        Amendment::Address { postal_code, address } => {
            row.set((facilities::postal_code.eq(postal_code), facilities::address.eq(address), revised))
                .execute(tx.conn())?;
            vec![
                ("郵便番号", before.postal_code.as_str(), postal_code.as_str()),
                ("住所", before.address.as_str(), address.as_str()),
            ]
        }
        Amendment::Manager(name) => {
            row.set((facilities::manager_name.eq(name), revised)).execute(tx.conn())?;
            vec![("管理者", before.manager_name.as_str(), name.as_str())]
        }
    };
    write_down(tx, &before, ChangeVerb::Amended, &changes)?;
    let what = match amendment {
        Amendment::Phone(_) => "phone",
        Amendment::Address { .. } => "address",
        Amendment::Manager(_) => "manager",
    };
    let deed = Deed::new("facility.amended", "facilities", before.id.as_str());
    tx.record(deed.at_facility(&before.id).with(json!({ "what": what })))
}

/// Adds an entry to a facility's history: the field's words, before, after.
pub(super) fn write_down(
    tx: &mut Tx<'_>,
    facility: &Facility,
    verb: ChangeVerb,
    changes: &[(&str, &str, &str)],
) -> Result<()> {
    let now = tx.now();
    let told = |(label, before, after): &(&str, &str, &str)| FieldChange {
        label: (*label).to_owned(),
        before: (*before).to_owned(),
        after: (*after).to_owned(),
    };
    let changes: Vec<_> = changes.iter().map(told).collect();
    diesel::insert_into(facility_changes::table)
        .values((
            facility_changes::id.eq(FacilityChangeId::mint()),
            facility_changes::facility_id.eq(&facility.id),
            facility_changes::verb.eq(verb),
            facility_changes::changes.eq(serde_json::to_string(&changes)?),
            facility_changes::at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}
