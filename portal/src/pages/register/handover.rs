//! `GET`, `POST /register/continue/{token}`: a registration begun at the other
//! site's address goes on here. Anyone with the link, once, within minutes.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::account::{self, Draft};
use uketsuke_core::error::Error;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, html_with, see_other, site};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/continue.html")]
struct Page {
    frame: Frame,
    link: LinkState,
    token: String,
    minutes: i64,
    /// What would be taken over.
    draft: Draft,
}

/// How the link stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LinkState {
    Open,
    Used,
    Expired,
    Unknown,
}

impl LinkState {
    fn title(self) -> &'static str {
        match self {
            Self::Open => "登録を続けてください",
            Self::Used => "入力した内容はすでに引き継がれています",
            Self::Expired => "引き継ぎの期限が切れています",
            Self::Unknown => "このリンクは使えません",
        }
    }

    fn status(self) -> StatusCode {
        if self == Self::Unknown { StatusCode::NOT_FOUND } else { StatusCode::OK }
    }
}

impl From<Refusal> for LinkState {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::LinkUsed { Self::Used } else { Self::Expired }
    }
}

/// Leads on to a step at a site: at once if it is this one, else over to its
/// address with the visitor's draft.
pub(crate) async fn lead(portal: &Data<Portal>, who: &Anyone, visitor: &Visitor, to: Site, path: &str) -> PageResult {
    let Some(address) = site::elsewhere(who.request(), to) else { return Ok(see_other(path)) };
    let name = visitor.hash();
    let token = portal.db.write(who.actor(), move |tx| account::hand_over(tx, &name)).await?;
    Ok(see_other(format!("{address}/register/continue/{}", token.reveal())))
}

fn page(who: &Anyone, link: LinkState, token: String, draft: Draft) -> PageResult {
    // The token stays out of what is printed.
    let frame = who.frame(link.title()).address("/register/continue");
    html_with(link.status(), &Page { frame, link, token, minutes: account::HANDOVER_WITHIN.num_minutes(), draft })
}

fn dead(who: &Anyone, link: LinkState) -> PageResult {
    page(who, link, String::new(), Draft::default())
}

/// The button, or why there is none.
pub async fn show(portal: Data<Portal>, who: Anyone, token: Path<String>) -> PageResult {
    let (hash, now) = (PlainToken::received(&token).hash(), portal.now());
    match portal.db.read(move |c| account::look_at_handover(c, &hash, now)).await {
        Ok(draft) => page(&who, LinkState::Open, token.into_inner(), draft),
        Err(Error::Refused(refusal)) => dead(&who, refusal.into()),
        Err(Error::NotFound) => dead(&who, LinkState::Unknown),
        Err(other) => Err(other.into()),
    }
}

/// The button was pressed. Pressed twice, it leads to the same page.
pub async fn take(
    portal: Data<Portal>,
    who: Anyone,
    visitor: Visitor,
    token: Path<String>,
    _form: AllFields,
) -> PageResult {
    let (hash, name) = (PlainToken::received(&token).hash(), visitor.hash());
    let taken = portal.db.write(who.actor(), move |tx| account::take_over(tx, &hash, &name)).await;
    match taken {
        Ok(draft) => Ok(see_other(next(&draft))),
        Err(Error::Refused(refusal)) => {
            let draft = super::draft(&portal, &who, &visitor).await?;
            match (refusal, draft.kind) {
                (Refusal::LinkUsed, Some(_)) => Ok(see_other(next(&draft))),
                _ => dead(&who, refusal.into()),
            }
        }
        Err(Error::NotFound) => dead(&who, LinkState::Unknown),
        Err(other) => Err(other.into()),
    }
}

/// The page of a draft that was brought along: a facility that was found by its
/// code waits to be agreed to.
fn next(draft: &Draft) -> &'static str {
    match (&draft.found, &draft.facility) {
        (Some(_), None) => "/register/facility/confirm",
        _ => super::path(draft.next_step()),
    }
}
