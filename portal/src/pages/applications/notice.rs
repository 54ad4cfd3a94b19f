//! `GET /applications/{id}/notice`: what the notice of a decision about 助成金 says,
//! as a page. `GET /applications/{id}/notice.pdf`: the notice as it was made. There
//! is neither before it is made. Signed in, by the scope of the application.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::error::Error;
use uketsuke_core::fold::wareki;
use uketsuke_core::subsidy::decision::Outcome;
use uketsuke_core::subsidy::notice::Notice;
use uketsuke_core::subsidy::paper;
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html};

use super::money::{self, Money};
use super::{address, load};
use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/notice.html")]
struct Page {
    frame: Frame,
    address: String,
    notice: Notice,
    issued_on: String,
    money: Money,
}

/// The page.
pub async fn show(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let case = load(&portal, &who, &id).await?;
    let (money, notice) = made(money::of(&portal, &case).await?)?;
    let frame = who.frame(paper::title(&money.decision)).receipt(case.application.number_text());
    html(&Page { frame, address: address(&case), issued_on: wareki(notice.issued_on), notice, money })
}

/// The file.
pub async fn file(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let case = load(&portal, &who, &id).await?;
    let (money, notice) = made(money::of(&portal, &case).await?)?;
    let key = notice.storage_key.ok_or_else(PageError::not_found)?;
    let content = portal.storage.read(&key).await.map_err(Error::from)?;
    let name = format!("{}.pdf", paper::title(&money.decision));
    Ok(download::answer(content, "application/pdf", Disposition::Save(&name)))
}

fn made(money: Option<Money>) -> Result<(Money, Notice), PageError> {
    let mut money = money.ok_or_else(PageError::not_found)?;
    let notice = money.notice.take().ok_or_else(PageError::not_found)?;
    Ok((money, notice))
}
