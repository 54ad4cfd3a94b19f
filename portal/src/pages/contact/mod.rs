//! `/contact`: お問い合わせ in three pages. Anyone; whoever is signed in finds name,
//! mail and facility filled in. The draft lies on the server under the account or
//! the visitor's cookie.

pub mod check;
pub mod done;
pub mod form;

use actix_web::web::Data;
use uketsuke_core::application::repo as applications;
use uketsuke_core::inquiry::{self, Draft, Offered, Owner, Sender};
use uketsuke_core::secret::ReceiptNumber;
use uketsuke_web::PageError;
use uketsuke_web::request::Visitor;
use uketsuke_web::site::which;

use crate::session::{SignedIn, ask_to_sign_in};
use crate::{Anyone, Portal};

/// The pages as users read them.
pub(crate) const STEPS: [&str; 3] = ["入力", "確認", "完了"];

/// The person who asks; staff who look along ask nothing.
pub(crate) fn asker(who: &Anyone) -> Option<&SignedIn> {
    who.signed_in.as_ref().filter(|signed_in| !signed_in.scope().watching())
}

/// Whose draft it is.
pub(crate) fn owner(who: &Anyone, visitor: &Visitor) -> Owner {
    match asker(who) {
        Some(person) => Owner::Account(person.scope().account().clone()),
        None => Owner::Visitor(visitor.hash()),
    }
}

pub(crate) fn sender(who: &Anyone, visitor: &Visitor) -> Sender {
    Sender {
        owner: owner(who, visitor),
        scope: asker(who).map(|person| person.scope().clone()),
        site: which(who.request()),
    }
}

/// What is written so far.
pub(crate) async fn draft(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor) -> Result<Option<Draft>, PageError> {
    let (owner, now) = (owner(who, visitor), portal.now());
    Ok(portal.db.read(move |c| inquiry::find_draft(c, &owner, now)).await?)
}

/// The facility's applications that a question can be about; `None` for visitors,
/// who type a number.
pub(crate) struct Numbers(Option<Vec<(ReceiptNumber, &'static str)>>);

impl Numbers {
    pub(crate) async fn of(portal: &Data<Portal>, who: &Anyone) -> Result<Self, PageError> {
        let Some(person) = asker(who) else { return Ok(Self(None)) };
        let scope = person.scope().clone();
        let all = portal.db.read(move |c| applications::list_in_scope(c, &scope)).await?;
        Ok(Self(Some(all.into_iter().filter_map(|one| Some((one.number?, one.kind.title()))).collect())))
    }

    /// The numbers alone, to judge what was chosen by.
    pub(crate) fn known(&self) -> Option<Vec<ReceiptNumber>> {
        self.0.as_ref().map(|all| all.iter().map(|(number, _)| number.clone()).collect())
    }

    pub(crate) fn titled(&self) -> impl Iterator<Item = &(ReceiptNumber, &'static str)> {
        self.0.iter().flatten()
    }
}

/// What can be named, for judging.
pub(crate) fn offered(known: &Option<Vec<ReceiptNumber>>) -> Offered<'_> {
    known.as_deref().map_or(Offered::Any, Offered::Of)
}

/// A form that a signed-in person sent after the session had ended is kept for
/// them; it must not become a visitor's question.
pub(crate) async fn still_signed_in(who: &Anyone, as_person: &str) -> Result<(), PageError> {
    match (as_person, &who.signed_in) {
        ("yes", None) => Err(ask_to_sign_in(who.request()).await?),
        _ => Ok(()),
    }
}
