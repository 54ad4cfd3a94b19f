//! When devices were last used: gathered in memory, because a check writes
//! nothing, and written in batches. A crash loses what was gathered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use uketsuke_core::db::{Actor, At};
use uketsuke_core::device;
use uketsuke_core::error::Result;
use uketsuke_core::ids::DeviceId;

use super::DeviceApi;

/// The time between batches.
const EVERY: Duration = Duration::from_secs(5);
/// Devices per transaction.
const BATCH: usize = 500;
/// Devices written at one time, about: twice the busiest hour of the country. More
/// wait for the next time, so that a rush of checks is no rush of writes.
const AT_ONE_TIME: usize = 10_000;
/// Lines about checks: one in so many batches.
const TOLD: u32 = 12;

/// Uses that were taken and could not be written.
#[derive(Debug, Default)]
pub struct LastUsed(Mutex<Vec<(DeviceId, At)>>);

impl LastUsed {
    fn take(&self) -> Vec<(DeviceId, At)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, uses: Vec<(DeviceId, At)>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(uses);
    }
}

impl DeviceApi {
    /// Writes what is noted; what could not be written is kept for the next time.
    ///
    /// # Errors
    /// From the database.
    pub async fn write_last_used(&self) -> Result<()> {
        let mut uses = self.last_used.take();
        if uses.is_empty() {
            uses = self.checks.take_uses(AT_ONE_TIME);
        }
        // One order for all instances, so that their transactions never wait crosswise.
        uses.sort();
        while !uses.is_empty() {
            let batch = uses.split_off(uses.len().saturating_sub(BATCH));
            let written = batch.clone();
            let outcome = self.db.write(Actor::system(), move |tx| device::write_last_used(tx, &written)).await;
            if let Err(error) = outcome {
                uses.extend(batch);
                self.last_used.keep(uses);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes every five seconds until told to stop, then once more; once a minute
    /// tells what checks were answered.
    pub async fn keep_writing_last_used(&self, mut stopped: watch::Receiver<bool>) {
        for turn in 1_u32.. {
            let stop = tokio::time::timeout(EVERY, stopped.wait_for(|stop| *stop)).await.is_ok();
            if let Err(error) = self.write_last_used().await {
                tracing::warn!(%error, "last uses could not be written");
            }
            if stop || turn.is_multiple_of(TOLD) {
                self.tally.tell();
            }
            if stop {
                return;
            }
        }
    }
}
