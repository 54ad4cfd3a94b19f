//! Letters about an application. They name facts and the next step, never a
//! code, a password or what was typed.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::model::Application;
use super::repo::{self, Addressee};
use super::state::{State, Verb};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::{
    self,
    kind::{ClientForm, Site},
};
use crate::ids::ApplicationId;
use crate::mail::{Letter, MailContext, Message};

/// All that the letters' templates may show.
struct Facts {
    who: Addressee,
    title: &'static str,
    /// Why a rule approves one at once.
    because: &'static str,
    number: String,
    due: String,
    reason: String,
    faults: Vec<String>,
    url: String,
    devices_url: String,
    /// Whether the facility makes its accounts itself (居宅同意取得型).
    makes_accounts: bool,
    gives_devices: bool,
    /// What follows where no devices are given.
    then: &'static [&'static str],
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

fn facts(tx: &mut Tx<'_>, id: &ApplicationId, context: &MailContext) -> Result<Facts> {
    let application: Application = repo::get(tx.conn(), id)?;
    let decision = repo::public_history(tx.conn(), id)?.into_iter().find(|event| decides(event.verb));
    let facility = facility::repo::get(tx.conn(), &application.facility_id)?;
    let portal = context.portal_url(facility.site());
    Ok(Facts {
        who: repo::addressee(tx.conn(), &application)?,
        title: application.kind.title(),
        because: application.kind.approved_itself_because(),
        number: application.number_text().to_owned(),
        due: application.due_on.map_or(String::new(), |d| d.format("%-m月%-d日").to_string()),
        reason: decision.map_or(String::new(), |event| event.reason),
        faults: repo::open_faults(tx.conn(), id)?.into_iter().map(|f| f.text).collect(),
        makes_accounts: facility.client() == ClientForm::HomeConsent,
        gives_devices: application.kind.entry().gives_devices,
        then: application.kind.entry().then,
        url: format!("{portal}/applications/{id}"),
        devices_url: format!("{portal}/devices"),
        site: facility.site(),
        call_centre: context.call_centre_phone.clone(),
    })
}

fn decides(verb: Verb) -> bool {
    matches!(verb, Verb::Approve | Verb::Reject | Verb::Return)
}

/// Declares a letter: its ids, its two templates, and the state without which it
/// has become needless.
macro_rules! letter {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $subject:literal, $body:literal $(, while $state:path)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            /// The application it is about.
            pub application: ApplicationId,
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

                $(if repo::get(tx.conn(), &self.application)?.state != $state {
                    return Ok(None);
                })?
                let f = &facts(tx, &self.application, context)?;
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
    /// M-06: it is received; also after a correction.
    Received, "application_received", "mail/application_received/subject.txt", "mail/application_received/body.txt"
}
letter! {
    /// Received and approved at once, because the match succeeded.
    ApprovedAtOnce, "application_approved_at_once", "mail/application_approved_at_once/subject.txt", "mail/application_approved_at_once/body.txt"
}
letter! {
    /// M-08: approved by a reviewer.
    Approved, "application_approved", "mail/application_approved/subject.txt", "mail/application_approved/body.txt", while State::Approved
}
letter! {
    /// M-07: returned, with each fault.
    Returned, "application_returned", "mail/application_returned/subject.txt", "mail/application_returned/body.txt", while State::Returned
}
letter! {
    /// M-09: rejected, with the reason.
    Rejected, "application_rejected", "mail/application_rejected/subject.txt", "mail/application_rejected/body.txt", while State::Rejected
}
letter! {
    /// M-09: taken back.
    Withdrawn, "application_withdrawn", "mail/application_withdrawn/subject.txt", "mail/application_withdrawn/body.txt"
}
