//! The exact letter a decision would send: the deed is rehearsed, its letter
//! composed as the worker would, and all of it undone.

use askama::Template;
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::mail::{Letter, MailContext, Message};
use uketsuke_web::page::Frame;

use super::review::Reviewed;
use crate::Office;

/// The page that shows the letter before it is sent. The fields of the form
/// before travel along, so that the button sends what was shown.
#[derive(Template)]
#[template(path = "admin/cases/letter.html")]
pub struct LetterPage {
    /// The frame.
    pub frame: Frame,
    /// The case.
    pub reviewed: Reviewed,
    /// The letter.
    pub letter: Message,
    /// Where the form sends to, and the form before leads.
    pub action: String,
    /// What the button does.
    pub button: &'static str,
    /// The fields to send again.
    pub fields: Vec<(String, String)>,
}

/// Rehearses `deed` and composes `letter`.
///
/// # Errors
/// What the deed says; then there is nothing to show.
pub async fn rehearse<L: Letter + Send + 'static>(
    office: &Office,
    actor: Actor,
    letter: L,
    deed: impl FnOnce(&mut Tx<'_>) -> Result<()> + Send + 'static,
) -> Result<Message> {
    let context = context(office);
    office
        .db
        .rehearse(actor, move |tx| {
            deed(tx)?;
            letter.compose(tx, &context)?.ok_or_else(|| uketsuke_core::error::Error::boxed("no letter to show"))
        })
        .await
}

fn context(office: &Office) -> MailContext {
    MailContext {
        portals: office.config.portals(),
        admin_url: office.config.admin_url.clone(),
        call_centre_phone: office.config.call_centre_phone.clone(),
        keyring: office.keyring.clone(),
    }
}
