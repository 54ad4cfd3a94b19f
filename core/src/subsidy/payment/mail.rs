//! The letter about a transfer that came back (UX M-13). Amounts and accounts stand
//! in the portal only.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::super::decision;
use crate::account::find_active_account;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility;
use crate::facility::kind::Site;
use crate::ids::{AccountId, ApplicationId};
use crate::mail::{Letter, MailContext, Message};

/// A transfer came back: the account has to be corrected.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TransferReturned {
    /// The application that is paid.
    pub application: ApplicationId,
    /// Whom it is for.
    pub account: AccountId,
}

#[derive(Template)]
#[template(path = "mail/subsidy_transfer_returned/subject.txt", escape = "none")]
struct Subject {
    number: String,
}

#[derive(Template)]
#[template(path = "mail/subsidy_transfer_returned/body.txt", escape = "none")]
struct Body {
    f: Facts,
}

/// All that the letter's template may show.
struct Facts {
    who: String,
    facility: String,
    number: String,
    url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

impl Letter for TransferReturned {
    const NAME: &'static str = "subsidy_transfer_returned";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some(decision) = decision::find(tx.conn(), &self.application)? else { return Ok(None) };
        if decision.held_since.is_none() {
            return Ok(None);
        }
        let Some(person) = find_active_account(tx.conn(), &self.account)? else { return Ok(None) };
        let site = facility::repo::get(tx.conn(), &decision.facility)?.site();
        let subject = Subject { number: decision.decided.receipt_number.clone() };
        let f = Facts {
            who: person.full_name(),
            facility: decision.decided.facility_name,
            number: decision.decided.receipt_number,
            url: format!("{}/applications/{}/payee", context.portal_url(site), self.application),
            site,
            call_centre: context.call_centre_phone.clone(),
        };
        Ok(Some(Message {
            to: person.email,
            site: Some(site),
            subject: subject.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }
}
