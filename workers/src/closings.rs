//! The job after an import that closed facilities: tells their people, page by
//! page, each in a transaction of its own. Run again, it tells nobody twice.

use uketsuke_core::closing;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::closings::FacilityClosings;
use uketsuke_core::queue::ClaimedJob;

use crate::Works;
use crate::jobs::Failure;

/// Runs the job of one import.
///
/// # Errors
/// [`Failure`], which tells what should become of the job.
pub async fn run(works: Works, job: ClaimedJob) -> Result<(), Failure> {
    let FacilityClosings { import } =
        serde_json::from_str(&job.payload).map_err(|error| Failure::Kill(error.to_string()))?;
    let mut told = None;
    loop {
        let import = import.clone();
        told = works.db.write(Actor::system(), move |tx| closing::tell_page(tx, &import, told.as_ref())).await?;
        if told.is_none() {
            return Ok(());
        }
    }
}
