//! 支払: what waits to be paid, the batches, and what came back.

pub mod again;
pub mod file;
pub mod index;
pub mod returned;
pub mod show;
pub mod steps;

use actix_web::HttpResponse;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::PaymentBatchId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::payment::BatchState;
use uketsuke_web::PageResult;

use crate::access::Staff;

/// The menu entry of all of them.
const PATH: &str = "/payments";

fn parse(id: &str) -> Result<PaymentBatchId> {
    PaymentBatchId::parse(id).ok_or(Error::NotFound)
}

/// The tone of a batch's state.
pub(crate) fn tone(state: BatchState) -> &'static str {
    match state {
        BatchState::Prepared => "blue-line",
        BatchState::Exported => "blue",
        BatchState::Settled => "green",
        BatchState::Dissolved => "grey",
    }
}

/// On to a page with what was done; or, where somebody was faster, with that.
fn answered<D>(who: &Staff<D>, path: &str, outcome: Result<()>, told: &str) -> PageResult {
    match outcome {
        Ok(()) => Ok(who.done(path, told)),
        Err(error) => slower(who, path, error),
    }
}

/// Somebody was faster, or the button was pressed twice: the page says how it stands.
fn slower<D>(who: &Staff<D>, path: &str, error: Error) -> PageResult {
    let told = |sentence: &str| -> HttpResponse { who.warned(path, sentence) };
    match error {
        Error::Conflict => Ok(told("ほかの人が同時に操作しました。いまの状態を確かめてください。")),
        Error::Refused(Refusal::NotInThisState) => Ok(told("いまの状態ではできない操作です。状態を確かめてください。")),
        Error::Refused(refusal @ (Refusal::NothingToPay | Refusal::NoPayer)) => Ok(told(refusal.sentence())),
        other => Err(other.into()),
    }
}
