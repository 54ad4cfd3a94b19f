//! `GET /payments/{id}/settle`, `/dissolve`: asks. `POST`: notes that the bank carried
//! the batch out; gives it up before its file went out. Whoever pays.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::error::Result;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::payment::{self, Batch, BatchState};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{PATH, answered, parse, slower};
use crate::Office;
use crate::access::{Pay, Staff};

#[derive(Template)]
#[template(path = "admin/payments/step.html")]
struct Page {
    frame: Frame,
    batch: Batch,
    action: String,
    told: &'static str,
    button: &'static str,
    kind: &'static str,
}

/// Asks whether the bank carried it out.
pub async fn ask_settle(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let batch = find(&office, &path).await?;
    if batch.state != BatchState::Exported {
        return slower(&who, &format!("{PATH}/{path}"), Refusal::NotInThisState.into());
    }
    html(&Page {
        frame: who.frame("振込が済んだことの記録", PATH),
        action: format!("{PATH}/{}/settle", batch.id),
        batch,
        told: "銀行で振込が済んだことを確かめてから記録してください。申請者の画面に「お振り込みしました」と表示されます。",
        button: "振込が済んだことを記録する",
        kind: "solid",
    })
}

/// Notes it.
pub async fn settle(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let outcome = office.db.write(who.actor(), move |tx| payment::settle(tx, &scope, &id)).await;
    answered(&who, &format!("{PATH}/{path}"), outcome, "振込が済んだことを記録しました")
}

/// Asks whether to give it up.
pub async fn ask_dissolve(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let batch = find(&office, &path).await?;
    if batch.state != BatchState::Prepared {
        return slower(&who, &format!("{PATH}/{path}"), Refusal::NotInThisState.into());
    }
    html(&Page {
        frame: who.frame("振込データの取りやめ", PATH),
        action: format!("{PATH}/{}/dissolve", batch.id),
        batch,
        told: "取りやめると、含まれている交付決定は、また振込を待つ状態に戻ります。",
        button: "この振込データを取りやめる",
        kind: "danger",
    })
}

/// Gives it up.
pub async fn dissolve(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let outcome = office.db.write(who.actor(), move |tx| payment::dissolve(tx, &scope, &id)).await;
    answered(&who, &format!("{PATH}/{path}"), outcome, "振込データを取りやめました")
}

async fn find(office: &Office, id: &str) -> Result<Batch> {
    let id = parse(id)?;
    office.db.read(move |c| payment::get(c, &id)).await
}
