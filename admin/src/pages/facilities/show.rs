//! `GET /facilities/{id}`: one facility: what the master says (no secrets), its
//! devices, people, applications and history. Whoever reads facilities.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::{self, FacilityApplication, Member};
use uketsuke_core::device::{self, Device, DeviceState};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::import::{self, ChangeVerb, FieldChange};
use uketsuke_core::ids::FacilityId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadFacilities, Staff};

#[derive(Template)]
#[template(path = "admin/facilities/show.html")]
struct Page {
    frame: Frame,
    told: Told,
    today: NaiveDate,
}

/// All that is known.
struct Told {
    facility: Facility,
    devices: Vec<Device>,
    members: Vec<Member>,
    applications: Vec<FacilityApplication>,
    changes: Vec<Change>,
}

struct Change {
    at: uketsuke_core::db::At,
    verb: ChangeVerb,
    fields: Vec<FieldChange>,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, path: Path<String>) -> PageResult {
    let id = FacilityId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let told = office.db.read(move |c| read(c, &scope, &id)).await?;
    let reading = Reading {
        action: "facility.viewed",
        subject_kind: "facilities",
        subject_id: told.facility.id.to_string(),
        facility: told.facility.id.clone(),
    };
    note_reading(&office.db, who.actor(), reading).await?;
    let frame = who.frame(told.facility.name.clone(), "/facilities");
    html(&Page { frame, told, today: tokyo_date(office.db.clock().now()) })
}

fn read(conn: &mut Conn, scope: &StaffScope, id: &FacilityId) -> Result<Told> {
    let applications = match scope.may(Permission::ReadApplications) {
        true => desk::list_of_facility(conn, scope, id)?,
        false => Vec::new(),
    };
    Ok(Told {
        facility: desk::get_facility(conn, scope, id)?,
        devices: device::list_for_staff(conn, scope, id)?,
        members: desk::list_members(conn, scope, id)?,
        applications,
        changes: changes(conn, id)?,
    })
}

fn changes(conn: &mut Conn, id: &FacilityId) -> Result<Vec<Change>> {
    let rows = import::list_changes(conn, id)?;
    rows.into_iter().map(|row| Ok(Change { at: row.at, verb: row.verb, fields: row.changes()? })).collect()
}

/// The words and the tone of a device's state.
pub(crate) fn device_state(state: DeviceState) -> (&'static str, &'static str) {
    match state {
        DeviceState::Issued => ("未設定", "blue-line"),
        DeviceState::Active => ("設定済み", "green"),
        DeviceState::Suspended => ("停止中", "orange"),
        DeviceState::Revoked => ("失効", "grey"),
    }
}
