//! `GET /kept`: what was sent after the session had ended, to be sent once more
//! after the login. `POST /kept`: sends it. `POST /kept/drop`: forgets it. Any of
//! the staff, their own.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use askama::Template;
use uketsuke_core::staff::{self, KeptForm};
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other};

use crate::Office;
use crate::access::{Anybody, Staff};

#[derive(Template)]
#[template(path = "admin/kept.html")]
struct Page {
    frame: Frame,
    kept: KeptForm,
}

impl Page {
    /// What somebody wrote, as far as it tells from what the page sent by itself.
    fn texts(&self) -> Vec<&str> {
        let written = |value: &&str| !value.is_ascii();
        self.kept.fields.iter().map(|(_, value)| value.as_str()).filter(written).collect()
    }
}

/// What waits, or the way home.
pub async fn show(office: Data<Office>, who: Staff<Anybody>) -> PageResult {
    match find(&office, &who).await? {
        Some(kept) => html(&Page { frame: who.frame("送信の途中だった内容", ""), kept }),
        None => Ok(see_other("/")),
    }
}

/// Has the browser send the same form where it was meant to go.
pub async fn send(office: Data<Office>, who: Staff<Anybody>, _form: AllFields) -> PageResult {
    let Some(kept) = find(&office, &who).await? else { return Ok(see_other("/")) };
    forget(&office, &who).await?;
    // 307: method and body stay (RFC 9110 §15.4.8).
    Ok(HttpResponse::TemporaryRedirect().insert_header((LOCATION, kept.path)).finish())
}

/// Forgets it.
pub async fn drop_it(office: Data<Office>, who: Staff<Anybody>, _form: AllFields) -> PageResult {
    forget(&office, &who).await?;
    Ok(who.done("/", "送信の途中だった内容を捨てました"))
}

async fn find(office: &Office, who: &Staff<Anybody>) -> Result<Option<KeptForm>, uketsuke_core::error::Error> {
    let (id, now) = (who.scope.staff().clone(), office.db.clock().now().into());
    office.db.read(move |c| staff::find_kept_form(c, &id, now)).await
}

async fn forget(office: &Office, who: &Staff<Anybody>) -> Result<(), uketsuke_core::error::Error> {
    let id = who.scope.staff().clone();
    office.db.write(who.actor(), move |tx| staff::drop_kept_form(tx, &id)).await
}
