//! `GET /register/sent`, `POST /register/resend`: where the mail went, and once
//! more. The same page whether the address is known or not. Anyone.

use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::{self, MailOutcome};
use uketsuke_core::error::Error;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::{FlashKind, Frame, SiteName};
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageResult, flash, html, see_other};

use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/register/sent.html")]
struct Page {
    frame: Frame,
    email: String,
    hours: i64,
    sender: String,
}

/// Where the mail went.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor) -> PageResult {
    let name = visitor.hash();
    let Some(sent) = portal.db.read(move |c| account::find_sent(c, &name)).await? else {
        return Ok(see_other("/register"));
    };
    if sent.activated_at.is_some() {
        return Ok(see_other("/login"));
    }
    html(&Page {
        frame: who.frame("メールを送りました").site(SiteName::of(sent.kind.entry().site)),
        email: sent.email,
        hours: portal.config.activation_link_hours,
        sender: sender_domain(&portal.config.mail_from).to_owned(),
    })
}

/// The domain people let through their mail filter.
fn sender_domain(mail_from: &str) -> &str {
    mail_from.rsplit('@').next().unwrap_or_default().trim_end_matches('>').trim()
}

/// Sends the mail again: 60 seconds apart, five a day.
pub async fn resend(
    portal: Data<Portal>,
    who: Anyone,
    visitor: Visitor,
    request: HttpRequest,
    _form: AllFields,
) -> PageResult {
    let (keyring, rules, name) = (portal.keyring.clone(), portal.account_rules(), visitor.hash());
    let again = portal.db.write(who.actor(), move |tx| account::resend(tx, &keyring, rules, &name)).await;
    match again {
        Err(Error::NotFound) => Ok(see_other("/register")),
        outcome => Ok(told(&request, see_other("/register/sent"), outcome?)),
    }
}

/// Adds what became of a mail to a redirect.
pub(crate) fn told(
    request: &HttpRequest,
    redirect: actix_web::HttpResponse,
    outcome: MailOutcome,
) -> actix_web::HttpResponse {
    let (kind, text) = match outcome {
        MailOutcome::Sent => (FlashKind::Success, "メールを送りました。届くまで数分かかることがあります。"),
        MailOutcome::TooSoon => {
            (FlashKind::Warning, "前のメールを送ってから60秒たっていません。少し待ってからもう一度お試しください。")
        }
        MailOutcome::TooMany => {
            (FlashKind::Warning, "1日に送れる回数（5回）を超えました。明日もう一度お試しください。")
        }
    };
    flash::carry(request, redirect, kind, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_senders_domain_is_read_from_the_address() {
        for (from, domain) in [
            ("施術所等ポータル（送信専用） <noreply@portal.example.jp>", "portal.example.jp"),
            ("noreply@portal.example.jp", "portal.example.jp"),
        ] {
            assert_eq!(sender_domain(from), domain);
        }
    }
}
