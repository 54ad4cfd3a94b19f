//! `GET /staff`: who works here, with which roles. Administrators.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::staff::{StaffMember, StaffState, list_staff};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/staff/index.html")]
struct Page {
    frame: Frame,
    rows: Vec<StaffMember>,
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>) -> PageResult {
    let rows = office.db.read(list_staff).await?;
    html(&Page { frame: who.frame("職員", "/staff"), rows })
}

/// The words and the tone of a person's state.
pub(crate) fn words(state: StaffState) -> (&'static str, &'static str) {
    match state {
        StaffState::Invited => ("招待中", "blue-line"),
        StaffState::Enrolling => ("二段階認証の登録待ち", "blue-line"),
        StaffState::Active => ("利用中", "green"),
        StaffState::Disabled => ("停止", "grey"),
    }
}
