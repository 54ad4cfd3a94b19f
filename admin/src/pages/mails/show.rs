//! `GET /mails/{id}`: one outgoing mail: where it stands, how often it was tried,
//! what the mail server said; never its body. `POST …/resend`: sends the letter
//! once more. Looking: whoever reads mail; sending: support and administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::desk;
use uketsuke_core::error::Error;
use uketsuke_core::ids::MailId;
use uketsuke_core::mail::MailRow;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::retry::resend_mail;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::state_words;
use crate::Office;
use crate::access::{ReadMail, ResendMail, Staff};

#[derive(Template)]
#[template(path = "admin/mails/show.html")]
struct Page {
    frame: Frame,
    mail: MailRow,
    may_resend: bool,
}

impl Page {
    fn state(&self) -> (&'static str, &'static str) {
        state_words(self.mail.state)
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadMail>, path: Path<String>) -> PageResult {
    let id = MailId::parse(&path).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let mail = office.db.read(move |c| desk::get_mail(c, &scope, &id)).await?;
    let may_resend = who.scope.may(Permission::ResendMail) && mail.can_resend();
    html(&Page { frame: who.frame("送信メール", "/mails"), mail, may_resend })
}

/// Sends it once more.
pub async fn resend(office: Data<Office>, who: Staff<ResendMail>, path: Path<String>, _form: AllFields) -> PageResult {
    let id = MailId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, page) = (who.scope.clone(), format!("/mails/{path}"));
    match office.db.write(who.actor(), move |tx| resend_mail(tx, &scope, &id)).await {
        Ok(()) => Ok(who.done(page, "もう一度送るように登録しました。新しいメールとして一覧に出ます。")),
        Err(Error::Refused(Refusal::NotInThisState)) => {
            Ok(who.warned(page, "このメールは送信を待っているか、送り直せない古いメールです。"))
        }
        Err(other) => Err(other.into()),
    }
}
