//! `GET /notices`: the notices, newest first, by category and kind of facility; for
//! those signed in, what is for their facility, the unread ones marked. Anyone.

use std::collections::HashSet;

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::{self, Category, Notice, Place, Shown};
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

use super::{audience, parse};
use crate::{Anyone, Portal};

/// Notices on one page.
const SIZE: usize = 20;

#[derive(Template)]
#[template(path = "portal/notices/list.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    categories: Vec<Choice>,
    kinds: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    feed: String,
}

struct Row {
    notice: Notice,
    unread: bool,
}

/// What may stand in the address. Nothing of it is an error to readers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    category: String,
    kind: String,
    after: String,
}

/// 「重要」 stands among the categories.
const IMPORTANT: &str = "important";

impl Asked {
    fn shown(&self, who: &Anyone) -> Shown {
        let mut audience = audience(who);
        let kind = FacilityKind::parse(&self.kind).filter(|kind| Some(kind.entry().site) == audience.site);
        if who.signed_in.is_none() {
            audience.kind = kind;
        }
        Shown { audience, category: Category::parse(&self.category), important: self.category == IMPORTANT }
    }

    fn is_narrowed(&self) -> bool {
        !self.category.is_empty() || !self.kind.is_empty()
    }

    fn query(&self) -> String {
        let word = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
        format!("category={}&kind={}", word(&self.category), word(&self.kind))
    }
}

/// A page of the list.
pub async fn show(portal: Data<Portal>, who: Anyone, asked: Query<Asked>) -> PageResult {
    let (shown, now) = (asked.shown(&who), portal.now());
    let account = who.signed_in.as_ref().map(|signed_in| signed_in.scope().account().clone());
    let site = site::which(who.request());
    let after = Some(asked.after.as_str()).filter(|id| !id.is_empty()).map(parse).transpose()?;
    let (mut notices, read) = portal
        .db
        .read(move |c| {
            let last = after.map(|id| notice::find_shown(c, site, &id, now)).transpose()?;
            let place = last.map(|last| Place { starts_at: last.starts_at, id: last.id });
            let notices = notice::page(c, shown, place, i64::try_from(SIZE + 1).unwrap_or(i64::MAX), now)?;
            let ids: Vec<NoticeId> = notices.iter().map(|notice| notice.id.clone()).collect();
            let read = match &account {
                Some(account) => notice::read_among(c, account, &ids)?,
                None => ids.into_iter().collect::<HashSet<_>>(),
            };
            Ok((notices, read))
        })
        .await?;
    let more = notices.len() > SIZE;
    notices.truncate(SIZE);
    let next = notices.last().filter(|_| more);
    let next = next.map_or(String::new(), |last| format!("/notices?{}&after={}", asked.query(), last.id));
    let row = |notice: Notice| Row { unread: !read.contains(&notice.id), notice };
    let categories = std::iter::once(Choice::new(IMPORTANT, "重要"))
        .chain(Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())));
    let kinds = site.kinds().map(|entry| Choice::new(entry.id, entry.label)).collect();
    html(&Page {
        frame: who.frame("お知らせ"),
        errors: FieldErrors::default(),
        categories: categories.collect(),
        kinds: if who.signed_in.is_some() { Vec::new() } else { kinds },
        rows: notices.into_iter().map(row).collect(),
        next,
        feed: format!("/notices.atom?{}", asked.query()),
        asked: asked.0.clone(),
    })
}
