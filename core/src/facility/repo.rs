//! The facility master as everybody else reads it: what may be shown of a
//! facility. The hashes it is matched by never leave `secret_match`.
//!
//! Reading only; the import alone writes the master.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::code::FacilityCode;
use super::feature::Features;
use super::kind::{ClientForm, FacilityKind, Site};
use super::prefecture::Prefecture;
use crate::db::{At, Conn};
use crate::error::Result;
use crate::ids::FacilityId;
use crate::schema::facilities;

/// A facility of the master, without its match secrets.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = facilities)]
pub struct Facility {
    /// Id.
    pub id: FacilityId,
    /// 機関コード, ten digits.
    pub code: FacilityCode,
    /// 所属機関.
    pub kind: FacilityKind,
    /// Where it stands.
    pub prefecture: Prefecture,
    /// Its name.
    pub name: String,
    /// Its name in kana; may be empty.
    pub kana: String,
    /// NNN-NNNN; may be empty.
    pub postal_code: String,
    /// Its address.
    pub address: String,
    /// Its phone number as the master writes it; may be empty.
    pub phone: String,
    /// The 施術管理者's or founder's name; may be empty.
    pub manager_name: String,
    /// Designated since (Asia/Tokyo), where known.
    pub designated_on: Option<NaiveDate>,
    /// The first day on which it is 廃止 (Asia/Tokyo), where there is one.
    pub closed_on: Option<NaiveDate>,
    /// Counts changes by the import.
    pub revision: i64,
    /// When the master first named it.
    pub created_at: At,
    /// When the import last changed it.
    pub updated_at: At,
    /// Since when the back office has all its devices stopped, if it has.
    pub devices_stopped_at: Option<At>,
    /// Why, for the facility to read.
    pub devices_stop_reason: String,
    /// Features it has on (居宅同意取得型).
    pub features: Features,
}

impl Facility {
    /// Whether it is 廃止 on this day (Asia/Tokyo): its devices stop on the
    /// closing date itself (SPEC 2.3).
    pub fn is_closed(&self, on: NaiveDate) -> bool {
        self.closed_on.is_some_and(|closed_on| closed_on <= on)
    }

    /// Its address from the prefecture on; the bureaus' lists leave that out.
    pub fn whole_address(&self) -> String {
        let prefecture = self.prefecture.name();
        if self.address.starts_with(prefecture) {
            self.address.clone()
        } else {
            format!("{prefecture}{}", self.address)
        }
    }

    /// The portal it belongs to.
    pub fn site(&self) -> Site {
        self.kind.entry().site
    }

    /// Its form of the client app.
    pub fn client(&self) -> ClientForm {
        self.kind.entry().client
    }
}

/// A facility by id.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &FacilityId) -> Result<Facility> {
    Ok(facilities::table.find(id).select(Facility::as_select()).first(conn)?)
}

/// The open facility with one of these codes among the kinds of a site; of several
/// the first in the order of the kinds.
///
/// # Errors
/// From the database only.
pub fn find_open_of_site(
    conn: &mut Conn,
    site: Site,
    codes: &BTreeSet<FacilityCode>,
    today: NaiveDate,
) -> Result<Option<Facility>> {
    let kinds = site.kinds().map(|entry| entry.kind);
    let found: Vec<Facility> = facilities::table
        .filter(facilities::code.eq_any(codes))
        .filter(facilities::kind.eq_any(kinds))
        .select(Facility::as_select())
        .load(conn)?;
    Ok(found.into_iter().filter(|facility| !facility.is_closed(today)).min_by_key(|facility| facility.kind))
}

/// The facility of this kind with this code, closed or not.
///
/// # Errors
/// From the database only.
pub fn find_by_kind_and_code(conn: &mut Conn, kind: FacilityKind, code: &FacilityCode) -> Result<Option<Facility>> {
    Ok(facilities::table
        .filter(facilities::kind.eq(kind))
        .filter(facilities::code.eq(code))
        .select(Facility::as_select())
        .first(conn)
        .optional()?)
}

/// Every facility with this code: one code may serve several kinds (a clinic
/// and its health checks).
///
/// # Errors
/// From the database only.
pub fn find_all_by_code(conn: &mut Conn, code: &FacilityCode) -> Result<Vec<Facility>> {
    Ok(facilities::table
        .filter(facilities::code.eq(code))
        .order((facilities::kind, facilities::id))
        .select(Facility::as_select())
        .load(conn)?)
}
