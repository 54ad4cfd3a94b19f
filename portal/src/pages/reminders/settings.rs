//! `POST /account/reminders`: stops one's own reminders, or lets them come again.
//! Signed in.

use actix_web::web::Data;
use serde::Deserialize;
use uketsuke_core::reminder;
use uketsuke_web::extract::Form;
use uketsuke_web::page::FlashKind;
use uketsuke_web::{PageError, PageResult, flash, see_other};

use crate::{Person, Portal};

/// What the button says.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    wanted: String,
}

/// Does what the button says.
pub async fn save(portal: Data<Portal>, who: Person, form: Form<Wanted>) -> PageResult {
    let account = who.scope().account().clone();
    let (wanted, told) = match form.0.wanted.as_str() {
        "yes" => (true, "お知らせメールを再開しました。"),
        "no" => (false, "お知らせメールを止めました。"),
        _ => return Err(PageError::Unreadable),
    };
    let change = move |tx: &mut uketsuke_core::db::Tx<'_>| match wanted {
        true => reminder::go_on(tx, &account),
        false => reminder::stop(tx, &account),
    };
    portal.db.write(who.actor(), change).await?;
    Ok(flash::carry(who.request(), see_other("/account"), FlashKind::Success, told))
}
