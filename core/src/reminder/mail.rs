//! The two reminders. What is done by the time one is composed needs none.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::due::still_lacks;
use super::{ReminderKind, stop};
use crate::account::find_active_account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::{
    self, Facility,
    kind::{ClientForm, Site},
};
use crate::ids::{AccountId, FacilityId};
use crate::mail::{Letter, MailContext, Message};

/// M-11: approved, and no device is in use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReminderDevices {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

/// M-12: a device is in use, and no day of starting is registered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReminderStart {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

/// All that the letters' templates may show.
struct Facts {
    who: String,
    email: String,
    facility: Facility,
    makes_accounts: bool,
    devices_url: String,
    start_url: String,
    /// For people to open.
    stop_page: String,
    /// For mail programs to send to.
    stop_url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

fn facts(
    tx: &mut Tx<'_>,
    context: &MailContext,
    kind: ReminderKind,
    (facility, account): (&FacilityId, &AccountId),
) -> Result<Option<Facts>> {
    let now = tx.now();
    if !still_lacks(tx.conn(), kind, facility, now)? || stop::are_stopped(tx.conn(), account)? {
        return Ok(None);
    }
    let Some(person) = find_active_account(tx.conn(), account)? else { return Ok(None) };
    let facility = facility::repo::get(tx.conn(), facility)?;
    let token = stop::mint_link(tx, account)?;
    let (site, portal) = (facility.site(), context.portal_url(facility.site()));
    let stop_page = format!("{portal}/reminders/stop/{}", token.reveal());
    Ok(Some(Facts {
        who: person.full_name(),
        email: person.email,
        makes_accounts: facility.client() == ClientForm::HomeConsent,
        facility,
        devices_url: format!("{portal}/devices"),
        start_url: format!("{portal}/applications/start/operation_start"),
        stop_url: format!("{stop_page}/one-click"),
        stop_page,
        site,
        call_centre: context.call_centre_phone.clone(),
    }))
}

/// Declares how a reminder is composed.
macro_rules! letter {
    ($name:ident, $kind:expr, $letter:literal, $subject:literal, $body:literal) => {
        impl Letter for $name {
            const NAME: &'static str = $letter;

            fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
                #[derive(Template)]
                #[template(path = $subject, escape = "none")]
                struct Subject<'f> {
                    f: &'f Facts,
                }
                #[derive(Template)]
                #[template(path = $body, escape = "none")]
                struct Body<'f> {
                    f: &'f Facts,
                }

                let Some(f) = facts(tx, context, $kind, (&self.facility, &self.account))? else { return Ok(None) };
                Ok(Some(Message {
                    site: Some(f.site),
                    subject: Subject { f: &f }.render().map_err(Error::internal)?.trim().to_owned(),
                    body: Body { f: &f }.render().map_err(Error::internal)?,
                    to: f.email,
                    stop_url: Some(f.stop_url),
                }))
            }
        }
    };
}

letter!(
    ReminderDevices,
    ReminderKind::Devices,
    "reminder_devices",
    "mail/reminder_devices/subject.txt",
    "mail/reminder_devices/body.txt"
);
letter!(
    ReminderStart,
    ReminderKind::Start,
    "reminder_start",
    "mail/reminder_start/subject.txt",
    "mail/reminder_start/body.txt"
);
