//! The job that works off one deed on many applications (`core::bulk`). Run
//! again, it goes on with what is not settled.

use uketsuke_core::bulk::{self, BulkJob};
use uketsuke_core::queue::ClaimedJob;

use crate::Works;
use crate::jobs::Failure;

/// Works one run off.
///
/// # Errors
/// [`Failure`], which tells what should become of the job.
pub async fn run(works: Works, job: ClaimedJob) -> Result<(), Failure> {
    let BulkJob { run } = serde_json::from_str(&job.payload).map_err(|error| Failure::Kill(error.to_string()))?;
    Ok(bulk::work(&works.db, &works.procedures, &run).await?)
}
