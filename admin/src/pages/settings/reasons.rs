//! `GET /settings/reasons`: every canned reason, by kind of application and by
//! action. Administrators.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::ApplicationKind;
use uketsuke_core::application::reasons::{self, Reason, ReasonAction};
use uketsuke_core::error::Result;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ManageSettings, Staff};

#[derive(Template)]
#[template(path = "admin/settings/reasons.html")]
struct Page {
    frame: Frame,
    groups: Vec<Group>,
}

/// The reasons for one action on one kind of application.
struct Group {
    kind: ApplicationKind,
    action: ReasonAction,
    reasons: Vec<Reason>,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ManageSettings>) -> PageResult {
    let procedures = office.procedures.clone();
    let groups = office
        .db
        .read(move |c| {
            let mut groups = Vec::new();
            for procedure in procedures.iter() {
                let all = reasons::list_all(c, procedure)?;
                for action in ReasonAction::ALL {
                    let reasons = all.iter().filter(|reason| reason.action == *action).cloned().collect();
                    groups.push(Group { kind: procedure.kind(), action: *action, reasons });
                }
            }
            Result::Ok(groups)
        })
        .await?;
    html(&Page { frame: who.frame("よく使う理由", "/settings"), groups })
}
