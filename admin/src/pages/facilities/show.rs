//! `GET /facilities/{id}`: one facility: what the master says (no secrets), its
//! devices, people, sign-ins, mails, applications, notes and history. Whoever
//! reads facilities, each part as far as they may.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::application::notes::{self, Note};
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk::{self, FacilityApplication, Member, SignIn};
use uketsuke_core::device::{self, Device, Places};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::import::{self, ChangeVerb, FieldChange};
use uketsuke_core::facility::kind::ClientForm;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::mail::MailRow;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadFacilities, Staff};

/// Rows of each part that grows.
const SIZE: u16 = 20;

#[derive(Template)]
#[template(path = "admin/facilities/show.html")]
struct Page {
    frame: Frame,
    told: Told,
    today: NaiveDate,
    may_watch: bool,
    may_audit: bool,
    may_stop: bool,
}

/// All that is known.
struct Told {
    facility: Facility,
    /// How it stands with the service: labels and values.
    standing: Vec<(&'static str, String)>,
    devices: Vec<Device>,
    places: Places,
    members: Vec<Member>,
    sign_ins: Vec<SignIn>,
    /// For whoever reads mail.
    mails: Option<Vec<MailRow>>,
    /// For whoever reads applications.
    notes: Option<Vec<Note>>,
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
    let today = tokyo_date(office.db.clock().now());
    let told = office.db.read(move |c| read(c, &scope, &id, today)).await?;
    let reading = Reading {
        action: "facility.viewed",
        subject_kind: "facilities",
        subject_id: told.facility.id.to_string(),
        facility: told.facility.id.clone(),
    };
    note_reading(&office.db, who.actor(), reading).await?;
    let frame = who.frame(told.facility.name.clone(), "/facilities");
    html(&Page {
        frame,
        told,
        today,
        may_watch: who.scope.may(Permission::WatchFacility),
        may_audit: who.scope.may(Permission::ReadAudit),
        may_stop: who.scope.may(Permission::ManageDevices),
    })
}

fn read(conn: &mut Conn, scope: &StaffScope, id: &FacilityId, today: NaiveDate) -> Result<Told> {
    let (applications, notes) = match scope.may(Permission::ReadApplications) {
        true => (desk::list_of_facility(conn, scope, id)?, Some(notes::list_of_facility(conn, scope, id)?)),
        false => (Vec::new(), None),
    };
    let mails = match scope.may(Permission::ReadMail) {
        true => Some(desk::mails_to_members(conn, scope, id, SIZE)?),
        false => None,
    };
    let facility = desk::get_facility(conn, scope, id)?;
    Ok(Told {
        standing: super::standing::lines(conn, &facility, today)?,
        facility,
        devices: device::list_for_staff(conn, scope, id)?,
        places: device::places(conn, id)?,
        members: desk::list_members(conn, scope, id)?,
        sign_ins: desk::list_sign_ins(conn, scope, id, SIZE)?,
        mails,
        notes,
        applications,
        changes: changes(conn, id)?,
    })
}

fn changes(conn: &mut Conn, id: &FacilityId) -> Result<Vec<Change>> {
    let rows = import::list_changes(conn, id)?;
    rows.into_iter().map(|row| Ok(Change { at: row.at, verb: row.verb, fields: row.changes()? })).collect()
}
