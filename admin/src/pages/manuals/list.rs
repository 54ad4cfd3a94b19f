//! `GET /manuals`: the handbooks, each with its version in force. Staff who read
//! content.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::manual::{self, Manual, State, Version};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadContent, Staff};
use crate::pages::content::{MENU, TABS};

#[derive(Template)]
#[template(path = "admin/manuals/list.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    rows: Vec<(Manual, Option<Version>)>,
    may_edit: bool,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>) -> PageResult {
    let scope = who.scope.clone();
    let rows = office.db.read(move |c| manual::list(c, &scope)).await?;
    let may_edit = who.scope.may(Permission::EditContent);
    html(&Page { frame: who.frame("手順書", MENU), tabs: TABS, rows, may_edit })
}

/// How a handbook stands, with the colour of its tag.
pub(super) fn standing(manual: &Manual, version: Option<&Version>) -> (&'static str, &'static str) {
    match (manual.state, version) {
        (State::Retired, _) => ("公開終了", "grey"),
        (State::Published, None) => ("版がありません", "orange"),
        (State::Published, Some(_)) => ("公開中", "green"),
    }
}
