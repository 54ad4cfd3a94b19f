//! The letter about the end of the use.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::account::find_active_account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::{self, Facility, kind::Site};
use crate::ids::{AccountId, FacilityId};
use crate::mail::{Letter, MailContext, Message};

/// The use of the service has ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsageEnded {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

/// All that the letter's templates may show.
struct Facts {
    who: String,
    facility: Facility,
    url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

#[derive(Template)]
#[template(path = "mail/usage_ended/subject.txt", escape = "none")]
struct Subject<'f> {
    f: &'f Facts,
}

#[derive(Template)]
#[template(path = "mail/usage_ended/body.txt", escape = "none")]
struct Body<'f> {
    f: &'f Facts,
}

impl Letter for UsageEnded {
    const NAME: &'static str = "usage_ended";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some(person) = find_active_account(tx.conn(), &self.account)? else { return Ok(None) };
        let facility = facility::repo::get(tx.conn(), &self.facility)?;
        let site = facility.site();
        let f = &Facts {
            who: person.full_name(),
            facility,
            url: format!("{}/home", context.portal_url(site)),
            site,
            call_centre: context.call_centre_phone.clone(),
        };
        Ok(Some(Message {
            to: person.email,
            site: Some(site),
            subject: Subject { f }.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }
}
