//! `GET /applications/{id}/done`: it is sent; number, date, what happens next.
//! Can be kept as a bookmark and printed. Signed in.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::get_account;
use uketsuke_core::application::State;
use uketsuke_core::facility::kind::ClientForm;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other, words};

use super::{address, load, procedure};
use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/done.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    because: &'static str,
    number: String,
    address: String,
    approved: bool,
    due: String,
    mail: String,
    devices: Option<u32>,
    /// Whether the facility makes its accounts itself (居宅同意取得型).
    makes_accounts: bool,
    gives_devices: bool,
    /// What follows where no devices are given.
    then: &'static [&'static str],
}

/// The page after sending.
pub async fn show(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let case = load(&portal, &who, &id).await?;
    let approved = match case.application.state {
        State::Submitted | State::InReview | State::AwaitingApproval => false,
        State::Approved => true,
        _ => return Ok(see_other(address(&case))),
    };
    let account = case.application.account_id.clone();
    let mail = portal.db.read(move |c| get_account(c, &account)).await?.email;
    let procedure = procedure(&portal, &case)?;
    let values = procedure.file(&case).ok();
    html(&Page {
        frame: who.frame("申請を受け付けました").receipt(case.application.number_text()),
        title: procedure.title(),
        because: procedure.kind().approved_itself_because(),
        number: case.application.number_text().to_owned(),
        address: address(&case),
        approved,
        gives_devices: procedure.kind().entry().gives_devices,
        then: procedure.kind().entry().then,
        makes_accounts: case.facility.client() == ClientForm::HomeConsent,
        due: case.application.due_on.map(words::day).unwrap_or_default(),
        mail,
        devices: values.and_then(|values| procedure.quantity(&values)).map(|quantity| quantity.asked),
    })
}
