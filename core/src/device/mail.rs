//! Letters about a device, to every verified person of the facility: so that
//! nobody loses, stops or takes over a device unnoticed. Never a code or password.

use askama::Template;
use chrono::Duration;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::Device;
use super::repo;
use super::state::DeviceState;
use crate::account::verified_people;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::{FacilityKind, Site};
use crate::ids::{AccountId, DeviceId};
use crate::link::{self, LinkPurpose};
use crate::mail::{Letter, MailContext, Message};
use crate::schema::{accounts, facilities, memberships};

/// How long the link in a letter can suspend the device it is about.
const SUSPEND_LINK: Duration = Duration::days(90);

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    Activated,
    Reissued,
    ReissuedLost,
    SwapBegun,
    Suspended,
    Resumed,
    Revoked,
}

/// Tells every verified person of the facility.
pub(super) fn tell(tx: &mut Tx<'_>, device: &Device, notice: Notice) -> Result<()> {
    let at = tx.now();
    for account in verified_people(tx.conn(), &device.facility_id)? {
        let device = device.id.clone();
        match notice {
            Notice::Activated => tx.send(&Activated { device, account, at })?,
            Notice::Reissued => tx.send(&Reissued { device, account, at })?,
            Notice::ReissuedLost => tx.send(&ReissuedLost { device, account, at })?,
            Notice::SwapBegun => tx.send(&SwapBegun { device, account, at })?,
            Notice::Suspended => tx.send(&Suspended { device, account, at })?,
            Notice::Resumed => tx.send(&Resumed { device, account, at })?,
            Notice::Revoked => tx.send(&Revoked { device, account, at })?,
        };
    }
    Ok(())
}

/// All that the letters' templates may show.
struct Facts {
    who: Addressee,
    name: String,
    user_id: String,
    when: String,
    url: String,
    /// Suspends the device without a login; empty where it makes no sense.
    suspend_url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

#[derive(Queryable)]
struct Addressee {
    facility: String,
    family_name: String,
    given_name: String,
    email: String,
}

fn facts(
    tx: &mut Tx<'_>,
    (id, account, at): (&DeviceId, &AccountId, At),
    with_link: bool,
    context: &MailContext,
) -> Result<Facts> {
    let device = repo::get(tx.conn(), id)?;
    let (who, kind): (Addressee, FacilityKind) = accounts::table
        .inner_join(memberships::table.inner_join(facilities::table))
        .filter(accounts::id.eq(account).and(memberships::facility_id.eq(&device.facility_id)))
        .select(((facilities::name, accounts::family_name, accounts::given_name, accounts::email), facilities::kind))
        .first(tx.conn())?;
    let site = kind.entry().site;
    let portal = context.portal_url(site);
    let suspend_url = if with_link && device.state == DeviceState::Active {
        let token = link::mint(tx, LinkPurpose::SuspendDevice, id.as_str(), SUSPEND_LINK)?;
        format!("{portal}/device-stop/{}", token.reveal())
    } else {
        String::new()
    };
    Ok(Facts {
        who,
        name: device.name().to_owned(),
        when: at.utc().with_timezone(&chrono_tz::Asia::Tokyo).format("%-m月%-d日 %-H時%M分").to_string(),
        url: format!("{portal}/devices/{id}"),
        site,
        user_id: device.user_id,
        suspend_url,
        call_centre: context.call_centre_phone.clone(),
    })
}

/// Declares a letter: its name, its two templates, whether it brings the link.
macro_rules! letter {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $subject:literal, $body:literal, $with_link:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            /// The device it is about.
            pub device: DeviceId,
            /// Whom it is for.
            pub account: AccountId,
            /// When it happened.
            pub at: At,
        }

        impl Letter for $name {
            const NAME: &'static str = $letter;

            fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
                #[derive(Template)]
                #[template(path = $subject, escape = "none")]
                struct Subject<'f> { f: &'f Facts }
                #[derive(Template)]
                #[template(path = $body, escape = "none")]
                struct Body<'f> { f: &'f Facts }

                let f = &facts(tx, (&self.device, &self.account, self.at), $with_link, context)?;
                Ok(Some(Message {
                    to: f.who.email.clone(),
                    site: Some(f.site),
                    subject: Subject { f }.render().map_err(Error::internal)?.trim().to_owned(),
                    body: Body { f }.render().map_err(Error::internal)?,
                    ..Message::default()
                }))
            }
        }
    };
}

letter! {
    /// A device was set up; brings the link that stops it should it be lost.
    Activated, "device_activated", "mail/device_activated/subject.txt", "mail/device_activated/body.txt", true
}
letter! {
    /// A new code was made; the device in use goes on until the new one is set up.
    Reissued, "device_reissued", "mail/device_reissued/subject.txt", "mail/device_reissued/body.txt", false
}
letter! {
    /// A new code was made and the device in use stopped.
    ReissuedLost, "device_reissued_lost", "mail/device_reissued_lost/subject.txt", "mail/device_reissued_lost/body.txt", false
}
letter! {
    /// A new code was made for another device; the one in use goes on until that one
    /// is first used.
    SwapBegun, "device_swap_begun", "mail/device_swap_begun/subject.txt", "mail/device_swap_begun/body.txt", false
}
letter! {
    /// A device was suspended.
    Suspended, "device_suspended", "mail/device_suspended/subject.txt", "mail/device_suspended/body.txt", false
}
letter! {
    /// A suspended device goes on.
    Resumed, "device_resumed", "mail/device_resumed/subject.txt", "mail/device_resumed/body.txt", true
}
letter! {
    /// A device was revoked.
    Revoked, "device_revoked", "mail/device_revoked/subject.txt", "mail/device_revoked/body.txt", false
}
