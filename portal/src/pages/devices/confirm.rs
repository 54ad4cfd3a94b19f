//! `GET` and `POST /devices/{id}/suspend`, `/resume`, `/revoke`: what will
//! happen, and the button. Verified people.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::db::Tx;
use uketsuke_core::device::{self, Device, DeviceVerb};
use uketsuke_core::error::Result;
use uketsuke_core::ids::DeviceId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scope::FacilityScope;
use uketsuke_web::flash;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageResult, html, see_other};

use super::{find, id_of};
use crate::Portal;
use crate::session::Verified;

/// One of the three steps, as its page tells it.
struct Step {
    verb: DeviceVerb,
    act: fn(&mut Tx<'_>, &FacilityScope, &DeviceId) -> Result<()>,
    title: &'static str,
    consequences: &'static [&'static str],
    button: &'static str,
    tone: &'static str,
    done: &'static str,
}

const SUSPEND: Step = Step {
    verb: DeviceVerb::Suspend,
    act: device::suspend,
    title: "端末の停止",
    consequences: &[
        "この端末では、すぐに資格確認ができなくなります。",
        "端末が見つかったときは、このサイトから再開できます。",
        "見つからないときは、再発行して別の端末に設定できます。",
        "この施設の方に、メールでお知らせします。",
    ],
    button: "停止する",
    tone: "danger",
    done: "端末を停止しました",
};

const RESUME: Step = Step {
    verb: DeviceVerb::Resume,
    act: device::resume,
    title: "利用の再開",
    consequences: &[
        "この端末で、また資格確認ができるようになります。",
        "端末が手元にあることを、確かめてから再開してください。",
        "この施設の方に、メールでお知らせします。",
    ],
    button: "再開する",
    tone: "solid",
    done: "端末の利用を再開しました",
};

const REVOKE: Step = Step {
    verb: DeviceVerb::Revoke,
    act: device::revoke,
    title: "端末の失効",
    consequences: &[
        "この端末では、すぐに資格確認ができなくなります。",
        "失効した端末は、元に戻せません。一時的に止めるときは「停止」をお使いください。",
        "ほかの端末は、これまでどおり使えます。",
        "この施設の方に、メールでお知らせします。",
    ],
    button: "失効する",
    tone: "danger",
    done: "端末を失効しました",
};

#[derive(Template)]
#[template(path = "portal/devices/confirm.html")]
struct Page {
    frame: Frame,
    step: &'static Step,
    device: Device,
}

/// Declares the two handlers of a step.
macro_rules! handlers {
    ($($step:ident: $show:ident, $act:ident);+ $(;)?) => {$(
        /// What will happen.
        pub async fn $show(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
            confirm(&$step, &portal, &who, &id).await
        }

        /// Does it.
        pub async fn $act(portal: Data<Portal>, who: Verified, id: Path<String>) -> PageResult {
            act(&$step, &portal, &who, &id).await
        }
    )+};
}

handlers! {
    SUSPEND: show_suspend, suspend;
    RESUME: show_resume, resume;
    REVOKE: show_revoke, revoke;
}

async fn confirm(step: &'static Step, portal: &Portal, who: &Verified, id: &str) -> PageResult {
    let device = find(portal, who, id).await?;
    if !device.state.allows(step.verb) {
        return Err(Refusal::DeviceState.into());
    }
    html(&Page { frame: who.frame(step.title), step, device })
}

async fn act(step: &'static Step, portal: &Portal, who: &Verified, id: &str) -> PageResult {
    let (id, scope, act) = (id_of(id)?, who.scope().clone(), step.act);
    let to = see_other(format!("/devices/{id}"));
    portal.db.write(who.actor(), move |tx| act(tx, &scope, &id)).await?;
    Ok(flash::carry(who.request(), to, FlashKind::Success, step.done))
}
