//! `GET` and `POST /device-stop/{token}`: the link in a letter that stops a lost
//! device without a login; `GET /device-stopped`: done. Whoever has the link.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::device::{self, Device, DeviceState};
use uketsuke_core::secret::PlainToken;
use uketsuke_core::snapshot::{self, Spread};
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::request::traced;
use uketsuke_web::{PageResult, flash, html, see_other, site, stopped};

use crate::Portal;

#[derive(Template)]
#[template(path = "portal/devices/stop.html")]
struct Page {
    frame: Frame,
    device: Device,
    /// Whether there is still something to stop.
    in_use: bool,
}

#[derive(Template)]
#[template(path = "portal/devices/stopped.html")]
struct Stopped {
    frame: Frame,
}

/// Which device, and the button. Looking changes nothing.
pub async fn show(portal: Data<Portal>, request: HttpRequest, token: Path<String>) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    let device = portal.db.read(move |c| device::look_at_stop_link(c, &hash, now)).await?;
    let in_use = device.state == DeviceState::Active;
    html(&Page { frame: site::frame(&request, "端末の停止").address(""), device, in_use })
}

/// Stops it.
pub async fn stop(portal: Data<Portal>, request: HttpRequest, token: Path<String>) -> PageResult {
    let hash = PlainToken::received(&token).hash();
    let actor = traced(&request, Actor::new(ActorKind::Visitor, ""));
    let device = portal.db.write(actor, move |tx| device::suspend_by_link(tx, &hash)).await?;
    let spread = portal.db.read(move |c| snapshot::of_device(c, &device.id)).await;
    let to = see_other("/device-stopped");
    Ok(match spread {
        Ok(missing @ Spread::Missing(_)) => {
            flash::carry(&request, to, FlashKind::Warning, &stopped::for_facility(&missing))
        }
        // It is stopped, whatever else could not be read.
        _ => to,
    })
}

/// What was done and what comes next.
pub async fn done(request: HttpRequest) -> PageResult {
    html(&Stopped { frame: site::frame(&request, "端末を停止しました") })
}
