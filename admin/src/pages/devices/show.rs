//! `GET /devices/{id}`: one device account. `GET, POST /devices/{id}/{verb}`:
//! asks, and then suspends, resumes or revokes it for the facility. Looking:
//! whoever reads facilities; doing: whoever manages devices.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::desk;
use uketsuke_core::device::{self, Device, DeviceVerb, Running};
use uketsuke_core::error::Error;
use uketsuke_core::facility::Facility;
use uketsuke_core::ids::DeviceId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::snapshot;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, stopped};

use super::state_words;
use crate::Office;
use crate::access::{ManageDevices, ReadFacilities, Staff};

#[derive(Template)]
#[template(path = "admin/devices/show.html")]
struct Page {
    frame: Frame,
    device: Device,
    facility: Facility,
    closed: bool,
    state: (&'static str, &'static str),
    /// How far a stop has come; empty while there is none.
    stopped: String,
    /// What it runs, as far as it said.
    running: Option<Running>,
    deeds: Vec<&'static Deed>,
}

#[derive(Template)]
#[template(path = "admin/devices/ask.html")]
struct AskPage {
    frame: Frame,
    device: Device,
    facility: Facility,
    deed: &'static Deed,
}

/// What staff can do with a device: its last part of the address, its words.
struct Deed {
    verb: DeviceVerb,
    path: &'static str,
    button: &'static str,
    warning: &'static str,
    done: &'static str,
}

const DEEDS: [Deed; 3] = [
    Deed {
        verb: DeviceVerb::Suspend,
        path: "suspend",
        button: "停止する",
        warning: "停止すると、この端末では資格確認ができなくなります。あとで解除できます。",
        done: "端末を停止しました",
    },
    Deed {
        verb: DeviceVerb::Resume,
        path: "resume",
        button: "停止を解除する",
        warning: "解除すると、この端末でまた資格確認ができるようになります。",
        done: "停止を解除しました",
    },
    Deed {
        verb: DeviceVerb::Revoke,
        path: "revoke",
        button: "失効させる",
        warning: "失効させると、この端末では二度と資格確認ができません。元に戻せません。",
        done: "端末を失効させました",
    },
];

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, path: Path<String>) -> PageResult {
    let (device, facility) = read(&office, &who, &path).await?;
    let of = device.clone();
    let running = office.db.read(move |c| Ok(device::running(c, &[of])?.into_values().next())).await?;
    let may = who.scope.may(Permission::ManageDevices);
    let deeds = DEEDS.iter().filter(|deed| may && device.state.allows(deed.verb)).collect();
    let frame = who.frame(format!("端末 {}", device.user_id), "/devices");
    let closed = facility.is_closed(tokyo_date(office.db.clock().now()));
    let stopped = stopped(&office, &device).await?;
    html(&Page { frame, closed, state: state_words(device.state), stopped, running, deeds, device, facility })
}

async fn stopped(office: &Office, device: &Device) -> Result<String, Error> {
    if !stopped::is_stopped(device) {
        return Ok(String::new());
    }
    let id = device.id.clone();
    Ok(stopped::for_staff(&office.db.read(move |c| snapshot::of_device(c, &id)).await?))
}

/// Asks before the deed.
pub async fn ask(office: Data<Office>, who: Staff<ManageDevices>, path: Path<(String, String)>) -> PageResult {
    let (id, verb) = path.into_inner();
    let deed = deed(&verb)?;
    let (device, facility) = read(&office, &who, &id).await?;
    if !device.state.allows(deed.verb) {
        return Err(Refusal::DeviceState.into());
    }
    let frame = who.frame(format!("端末 {}を{}", device.user_id, deed.button), "/devices");
    html(&AskPage { frame, device, facility, deed })
}

/// Does it.
pub async fn act(office: Data<Office>, who: Staff<ManageDevices>, path: Path<(String, String)>) -> PageResult {
    let (id, verb) = path.into_inner();
    let (id, deed) = (DeviceId::parse(&id).ok_or(Error::NotFound)?, deed(&verb)?);
    let (scope, device) = (who.scope.clone(), id.clone());
    office.db.write(who.actor(), move |tx| device::manage_for_staff(tx, &scope, &device, deed.verb)).await?;
    Ok(who.done(format!("/devices/{id}"), deed.done))
}

fn deed(verb: &str) -> Result<&'static Deed, Error> {
    DEEDS.iter().find(|deed| deed.path == verb).ok_or(Error::NotFound)
}

async fn read<D>(office: &Office, who: &Staff<D>, id: &str) -> Result<(Device, Facility), Error> {
    let id = DeviceId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office
        .db
        .read(move |c| {
            let device = device::get_for_staff(c, &scope, &id)?;
            let facility = desk::get_facility(c, &scope, &device.facility_id)?;
            Ok((device, facility))
        })
        .await
}
