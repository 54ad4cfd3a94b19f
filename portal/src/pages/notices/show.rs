//! `GET /notices/{id}`: one notice, with its files. Anyone; opening it marks it read
//! for the person signed in.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::attachment::{self, Attachment, Subject};
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::notice::{self, Notice};
use uketsuke_web::page::Frame;
use uketsuke_web::site::SignedInAs;
use uketsuke_web::{PageResult, html, site};

use super::parse;
use crate::{Anyone, Portal};

#[derive(Template)]
#[template(path = "portal/notices/show.html")]
struct Page {
    frame: Frame,
    audience: String,
    body: Html,
    files: Vec<Attachment>,
    notice: Notice,
}

/// The notice.
pub async fn show(portal: Data<Portal>, who: Anyone, path: Path<String>) -> PageResult {
    let (id, site, now) = (parse(&path)?, site::which(who.request()), portal.now());
    let account = who.signed_in.as_ref().filter(|one| !one.scope().watching()).map(|one| one.scope().account().clone());
    let asked = account.clone();
    let (notice, files, is_read) = portal
        .db
        .read(move |c| {
            let notice = notice::find_shown(c, site, &id, now)?;
            let files = attachment::list(c, Subject::Notice, &[id.as_str()])?;
            let is_read = match &asked {
                Some(account) => !notice::read_among(c, account, std::slice::from_ref(&id))?.is_empty(),
                None => true,
            };
            Ok((notice, files, is_read))
        })
        .await?;
    if let Some(account) = account.filter(|_| !is_read) {
        let id = notice.id.clone();
        portal.db.write(who.actor(), move |tx| notice::mark_read(tx, &account, &id)).await?;
        SignedInAs::has_read_one(who.request());
    }
    html(&Page {
        frame: who.frame(notice.title.as_str()),
        audience: audience_words(&notice),
        body: drawn(&notice, &files),
        files,
        notice,
    })
}

pub(super) fn drawn(notice: &Notice, files: &[Attachment]) -> Html {
    let address = |file: &Attachment| format!("/notices/{}/files/{}?show=yes", notice.id, file.id);
    markdown::html(&notice.body, |name| {
        files.iter().find(|file| file.original_name == name && file.is_picture()).map(address)
    })
}

/// For whom, if not for all.
fn audience_words(notice: &Notice) -> String {
    let kinds = notice.for_kinds().iter().map(|kind| kind.label()).collect::<Vec<_>>();
    let places = notice.for_prefectures().iter().map(|place| place.name()).collect::<Vec<_>>();
    kinds.into_iter().chain(places).collect::<Vec<_>>().join("、")
}

impl Page {
    fn file_address(&self, file: &Attachment) -> String {
        format!("/notices/{}/files/{}", self.notice.id, file.id)
    }

    fn file_kind(&self, file: &Attachment) -> String {
        let name = file.download_name();
        name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_uppercase())
    }
}
