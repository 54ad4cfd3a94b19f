//! Ending an application: `/applications/{id}/withdraw` takes a sent one back,
//! `/applications/{id}/discard` throws a draft away. GET asks, POST does.
//! Signed in; another facility's is not found.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::application::state::{Party, verbs};
use uketsuke_core::application::{Application, State, Verb, draft, repo, withdraw};
use uketsuke_core::error::Error;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::{PageError, PageResult, flash, html, see_other};

use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/end.html")]
struct Page {
    frame: Frame,
    application: Application,
    words: &'static Words,
}

/// What differs between the two.
struct Words {
    title: &'static str,
    consequences: &'static str,
    button: &'static str,
    done: &'static str,
}

const WITHDRAW: Words = Words {
    title: "申請の取下げ",
    consequences: "取り下げると、この申請の審査は行われません。必要になったときは、同じ内容をもとに新しく申請できます。",
    button: "申請を取り下げる",
    done: "申請を取り下げました。",
};

const TAKE_BACK: Words = Words {
    title: "承認された申請の取下げ",
    consequences: "取り下げると、この申請は行われなかったことになります。必要になったときは、新しく申請できます。",
    button: "申請を取り下げる",
    done: "申請を取り下げました。",
};

const DISCARD: Words = Words {
    title: "下書きの削除",
    consequences: "入力した内容と添付した書類を削除します。元には戻せません。",
    button: "下書きを削除する",
    done: "下書きを削除しました。",
};

/// Asks before taking it back.
pub async fn ask_withdraw(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&id).ok_or_else(PageError::not_found)?;
    let (scope, procedures, now) = (who.scope().clone(), portal.procedures.clone(), portal.now());
    let look = portal.db.read(move |c| {
        let application = repo::get_in_scope(c, &scope, &id)?;
        let may = withdraw::may_withdraw(c, procedures.get(application.kind)?, &scope, &application, now)?;
        Ok((application, may))
    });
    let (application, may) = look.await?;
    let words = if application.state == State::Approved { &TAKE_BACK } else { &WITHDRAW };
    page(&who, application, may, words)
}

/// Asks before throwing it away.
pub async fn ask_discard(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&id).ok_or_else(PageError::not_found)?;
    let scope = who.scope().clone();
    let application = portal.db.read(move |c| repo::get_in_scope(c, &scope, &id)).await?;
    let may = verbs(application.state, Party::Applicant).any(|verb| verb == Verb::Discard);
    page(&who, application, may, &DISCARD)
}

fn page(who: &SignedIn, application: Application, may: bool, words: &'static Words) -> PageResult {
    if !may {
        return Err(Error::from(Refusal::NotInThisState).into());
    }
    html(&Page { frame: who.frame(words.title), application, words })
}

/// Takes it back.
pub async fn withdraw(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&id).ok_or_else(PageError::not_found)?;
    let (scope, to) = (who.scope().clone(), format!("/applications/{id}"));
    let procedures = portal.procedures.clone();
    portal.db.write(who.actor(), move |tx| withdraw::withdraw(tx, &procedures, &scope, &id)).await?;
    Ok(done(&who, &to, &WITHDRAW))
}

/// Throws it away.
pub async fn discard(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let id = ApplicationId::parse(&id).ok_or_else(PageError::not_found)?;
    let scope = who.scope().clone();
    portal.db.write(who.actor(), move |tx| draft::discard(tx, &scope, &id)).await?;
    Ok(done(&who, "/applications", &DISCARD))
}

fn done(who: &SignedIn, to: &str, words: &Words) -> HttpResponse {
    flash::carry(who.request(), see_other(to), FlashKind::Success, words.done)
}
