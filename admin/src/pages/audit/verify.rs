//! `POST /audit/verify`: whether the newest part of the trail is whole; the
//! whole of it is read by `uketsuke audit verify`. Whoever reads the trail.

use actix_web::web::Data;
use askama::Template;
use serde_json::json;
use uketsuke_core::audit::{self, Deed, Verdict};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadAudit, Staff};

/// How many events are read while somebody waits.
const NEWEST: i64 = 10_000;

#[derive(Template)]
#[template(path = "admin/audit/verify.html")]
struct Page {
    frame: Frame,
    verdict: Verdict,
}

/// Reads them, and records that it was done.
pub async fn verify(office: Data<Office>, who: Staff<ReadAudit>) -> PageResult {
    let keyring = office.keyring.clone();
    let verdict = office.db.read(move |c| audit::verify_newest(c, &keyring, NEWEST)).await?;
    let detail = json!({ "events": verdict.events, "damage": verdict.damage.len() });
    office
        .db
        .write(who.actor(), move |tx| tx.record(Deed::new("audit.verified", "audit_events", "").with(detail)))
        .await?;
    html(&Page { frame: who.frame("証跡の検証", "/audit"), verdict })
}
