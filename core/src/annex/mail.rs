//! Letters about an annex (UX M-16): to the people of the subordinate office when it
//! is declared, so that they can object; to both when it ends.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::{Annex, Ended, get};
use crate::account::{find_active_account, verified_people};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility::{self, Facility, kind::Site};
use crate::ids::{AccountId, AnnexId, FacilityId};
use crate::mail::{Letter, MailContext, Message};

/// Tells the people of the subordinate office.
///
/// # Errors
/// From the database only.
pub fn tell_declared(tx: &mut Tx<'_>, annex: &AnnexId, subordinate: &FacilityId) -> Result<()> {
    for account in verified_people(tx.conn(), subordinate)? {
        tx.send(&AnnexDeclared { annex: annex.clone(), account })?;
    }
    Ok(())
}

/// Tells the people of both offices.
///
/// # Errors
/// From the database only.
pub fn tell_ended(tx: &mut Tx<'_>, annex: &Annex) -> Result<()> {
    for facility in [&annex.main_id, &annex.subordinate_id] {
        for account in verified_people(tx.conn(), facility)? {
            tx.send(&AnnexEnded { annex: annex.id.clone(), facility: facility.clone(), account })?;
        }
    }
    Ok(())
}

/// A main office declared that its devices speak for this one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnexDeclared {
    /// Which.
    pub annex: AnnexId,
    /// Whom it is for, at the subordinate office.
    pub account: AccountId,
}

/// An annex ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnexEnded {
    /// Which.
    pub annex: AnnexId,
    /// At which of the two offices the person is.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

/// All that the letters' templates may show.
struct Facts {
    who: String,
    facility: Facility,
    other: Facility,
    is_main: bool,
    objected: bool,
    url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

/// `None` when the person is gone, or an annex that must hold does not.
fn facts(
    tx: &mut Tx<'_>,
    context: &MailContext,
    (annex, at, account): (&AnnexId, Option<&FacilityId>, &AccountId),
) -> Result<Option<(String, Facts)>> {
    let (annex, ended) = get(tx.conn(), annex)?;
    let facility = match at {
        Some(facility) => facility,
        None if ended.is_some() => return Ok(None),
        None => &annex.subordinate_id,
    };
    let Some(person) = find_active_account(tx.conn(), account)? else { return Ok(None) };
    let is_main = annex.is_main(facility);
    let other = facility::repo::get(tx.conn(), annex.other(facility))?;
    let facility = facility::repo::get(tx.conn(), facility)?;
    let site = facility.site();
    let facts = Facts {
        who: person.full_name(),
        is_main,
        other,
        facility,
        objected: ended == Some(Ended::Objected),
        url: format!("{}/applications/start/annex_cancellation", context.portal_url(site)),
        site,
        call_centre: context.call_centre_phone.clone(),
    };
    Ok(Some((person.email, facts)))
}

/// Declares how a letter is composed from its facts.
macro_rules! letter {
    ($name:ident, $letter:literal, $subject:literal, $body:literal, $this:ident => $of:expr) => {
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

                let $this = self;
                let Some((to, f)) = facts(tx, context, $of)? else { return Ok(None) };
                Ok(Some(Message {
                    to,
                    site: Some(f.site),
                    subject: Subject { f: &f }.render().map_err(Error::internal)?.trim().to_owned(),
                    body: Body { f: &f }.render().map_err(Error::internal)?,
                    ..Message::default()
                }))
            }
        }
    };
}

letter!(
    AnnexDeclared, "annex_declared", "mail/annex_declared/subject.txt", "mail/annex_declared/body.txt",
    letter => (&letter.annex, None, &letter.account)
);
letter!(
    AnnexEnded, "annex_ended", "mail/annex_ended/subject.txt", "mail/annex_ended/body.txt",
    letter => (&letter.annex, Some(&letter.facility), &letter.account)
);
