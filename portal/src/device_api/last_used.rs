//! When devices were last used: gathered in memory, because a check writes
//! nothing, and written in batches. A crash loses one batch at most.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
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

/// The newest use of each device since the last batch.
#[derive(Debug, Default)]
pub struct LastUsed(Mutex<HashMap<DeviceId, At>>);

impl LastUsed {
    /// Notes a use.
    pub fn note(&self, device: DeviceId, at: At) {
        let mut map = self.map();
        let known = map.entry(device).or_insert(at);
        *known = at.max(*known);
    }

    /// Takes all that is noted.
    pub fn take(&self) -> Vec<(DeviceId, At)> {
        std::mem::take(&mut *self.map()).into_iter().collect()
    }

    fn map(&self) -> MutexGuard<'_, HashMap<DeviceId, At>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeviceApi {
    /// Writes what is noted; what could not be written is kept for the next time.
    ///
    /// # Errors
    /// From the database.
    pub async fn write_last_used(&self) -> Result<()> {
        let mut uses = self.last_used.take();
        // One order for all instances, so that their transactions never wait crosswise.
        uses.sort();
        while !uses.is_empty() {
            let batch = uses.split_off(uses.len().saturating_sub(BATCH));
            let written = batch.clone();
            let outcome = self.db.write(Actor::system(), move |tx| device::write_last_used(tx, &written)).await;
            if let Err(error) = outcome {
                batch.into_iter().chain(uses).for_each(|(device, at)| self.last_used.note(device, at));
                return Err(error);
            }
        }
        Ok(())
    }

    /// Writes every five seconds until told to stop, then once more.
    pub async fn keep_writing_last_used(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            let stop = tokio::time::timeout(EVERY, stopped.wait_for(|stop| *stop)).await.is_ok();
            if let Err(error) = self.write_last_used().await {
                tracing::warn!(%error, "last uses could not be written");
            }
            if stop {
                return;
            }
        }
    }
}
