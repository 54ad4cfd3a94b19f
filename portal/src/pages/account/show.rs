//! `GET /account`: 「登録情報」, one's own data and facilities. Signed in.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{self, Account, Seat};
use uketsuke_core::ids::FacilityId;
use uketsuke_core::reminder;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::{Person, Portal};

#[derive(Template)]
#[template(path = "portal/account/show.html")]
struct Page {
    frame: Frame,
    account: Account,
    seats: Vec<Seat>,
    in_hand: FacilityId,
    /// Whether the records of the facility in hand are theirs to read.
    verified: bool,
    reminders_stopped: bool,
}

/// One's own data.
pub async fn show(portal: Data<Portal>, who: Person) -> PageResult {
    let id = who.scope().account().clone();
    let read = portal.db.read(move |c| {
        Ok((account::get_account(c, &id)?, account::list_facilities(c, &id)?, reminder::are_stopped(c, &id)?))
    });
    let (account, seats, reminders_stopped) = read.await?;
    let (in_hand, verified) = (who.scope().facility().clone(), who.scope().verified());
    html(&Page { frame: who.frame("登録情報"), account, seats, in_hand, verified, reminders_stopped })
}
