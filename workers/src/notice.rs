//! The job that makes the notice of a decision about 助成金.

use uketsuke_core::pdf::font;
use uketsuke_core::queue::ClaimedJob;
use uketsuke_core::subsidy::notice::{self, NoticeJob};

use crate::Works;
use crate::jobs::Failure;

/// Runs the job of one decision.
///
/// # Errors
/// [`Failure`], which tells what should become of the job.
pub async fn run(works: Works, job: ClaimedJob) -> Result<(), Failure> {
    let job: NoticeJob = serde_json::from_str(&job.payload).map_err(|error| Failure::Kill(error.to_string()))?;
    let configured = works.pdf_font.clone();
    let font = tokio::task::spawn_blocking(move || font::load(configured)).await;
    let Ok(Some(font)) = font else {
        return Err(Failure::Wait("there is no font with Japanese letters to write notices with".to_owned()));
    };
    Ok(notice::make(&works.db, &works.storage, &font, job).await?)
}
