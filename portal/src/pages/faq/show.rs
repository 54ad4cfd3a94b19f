//! `GET /faq/{id}`: one question with its answer, and others of its shelf. Anyone.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::content::markdown::{self, Html};
use uketsuke_core::faq::{self, Entry};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

use super::parse;
use crate::{Anyone, Portal};

/// Others that are offered.
const OTHERS: usize = 5;

#[derive(Template)]
#[template(path = "portal/faq/show.html")]
struct Page {
    frame: Frame,
    answer: Html,
    others: Vec<Entry>,
    contact: String,
    entry: Entry,
}

/// The question.
pub async fn show(portal: Data<Portal>, who: Anyone, path: Path<String>) -> PageResult {
    let (id, site) = (parse(&path)?, site::which(who.request()));
    let (entry, mut others) = portal
        .db
        .read(move |c| {
            let entry = faq::get_published(c, site, &id)?;
            let most = i64::try_from(OTHERS + 1).unwrap_or(i64::MAX);
            let others = faq::of_category(c, site, entry.category, None, most)?;
            Ok((entry, others))
        })
        .await?;
    others.retain(|other| other.id != entry.id);
    others.truncate(OTHERS);
    html(&Page {
        frame: who.frame(entry.question.as_str()),
        answer: markdown::html(&entry.answer, |_| None),
        others,
        contact: format!("/contact?about={}", entry.category),
        entry,
    })
}
