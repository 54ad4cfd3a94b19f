//! `GET /staff/roles`: which role may what, from the one table there is.
//! Administrators.

use askama::Template;
use uketsuke_core::staff::role::{Permission, Role};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/staff/roles.html")]
struct Page {
    frame: Frame,
}

/// The table.
pub async fn show(who: Staff<ManageStaff>) -> PageResult {
    html(&Page { frame: who.frame("役割と権限", "/staff") })
}
