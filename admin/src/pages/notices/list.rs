//! `GET /notices`: the notices, newest first, by state. Staff who read content.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::notice::{self, Input, Notice, State};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html};

use super::{PATH, audience, parse, period};
use crate::Office;
use crate::access::{ReadContent, Staff};
use crate::pages::content::{MENU, TABS};

/// Notices on one page.
const SIZE: usize = 30;

#[derive(Template)]
#[template(path = "admin/notices/list.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    state: Option<State>,
    rows: Vec<Row>,
    next: String,
    may_edit: bool,
}

struct Row {
    notice: Notice,
    standing: State,
    audience: String,
    period: String,
}

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: String,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>, asked: Query<Asked>) -> PageResult {
    let (scope, state) = (who.scope.clone(), State::parse(&asked.state));
    let before = Some(asked.before.as_str()).filter(|id| !id.is_empty()).map(parse).transpose()?;
    let mut notices = office
        .db
        .read(move |c| {
            let last = before.map(|id| notice::get(c, &scope, &id)).transpose()?;
            notice::list(c, &scope, state, last.as_ref(), i64::try_from(SIZE + 1).unwrap_or(i64::MAX))
        })
        .await?;
    let more = notices.len() > SIZE;
    notices.truncate(SIZE);
    let word = state.map_or("", State::as_str);
    let next = notices.last().filter(|_| more);
    let next = next.map_or(String::new(), |last| format!("{PATH}?state={word}&before={}", last.id));
    let now = office.db.clock().now().into();
    let row = |notice: Notice| Row {
        standing: notice.standing(now),
        audience: audience(&Input::of(&notice)),
        period: period(Some(notice.starts_at), notice.ends_at),
        notice,
    };
    html(&Page {
        frame: who.frame("お知らせ", MENU),
        tabs: TABS,
        state,
        rows: notices.into_iter().map(row).collect(),
        next,
        may_edit: who.scope.may(Permission::EditContent),
    })
}
