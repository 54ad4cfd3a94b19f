//! Whether a stop has reached every instance that answers checks: waited for
//! before the stop is answered, and told on the pages about it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::Duration as Span;
use diesel::prelude::*;

use super::instances::{self, Instance};
use super::log;
use crate::db::{AfterCommit, At, Conn, Db};
use crate::error::Result;
use crate::ids::DeviceId;
use crate::schema::{credentials, standing_changes, standing_log};

/// The longest a writer waits for other instances.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);
/// Between looks at how far they have come.
const LOOK: Duration = Duration::from_millis(5);
/// From the last look at the clock to the end of the commit, generously.
const COMMIT_SECONDS: i64 = 1;

/// How far the newest change of a device has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spread {
    /// Every instance that answers checks has confirmed it.
    Everywhere,
    /// These have not.
    Missing(Vec<Missing>),
}

impl Spread {
    /// When the last instance that has not confirmed ceases to answer; nothing when
    /// all have.
    pub fn ends_at(&self) -> Option<At> {
        match self {
            Self::Everywhere => None,
            Self::Missing(missing) => missing.iter().map(|one| one.until).max(),
        }
    }
}

/// An instance that has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its host and address.
    pub name: String,
    /// From when on it answers nothing at all, unless it confirms before.
    pub until: At,
}

/// How far the newest change of this device's credentials has come.
///
/// # Errors
/// From the database only.
pub fn of_device(conn: &mut Conn, device: &DeviceId) -> Result<Spread> {
    let ids: Vec<String> =
        credentials::table.filter(credentials::device_id.eq(device)).select(credentials::id).load(conn)?;
    let newest: Option<(Option<i64>, At)> = standing_changes::table
        .inner_join(standing_log::table.on(standing_log::batch.eq(standing_changes::batch)))
        .filter(standing_changes::subject.eq_any(ids))
        .order(standing_log::epoch.desc())
        .select((standing_log::epoch, standing_log::at))
        .first(conn)
        .optional()?;
    // What is no longer in the log was confirmed long ago.
    let Some((Some(epoch), at)) = newest else { return Ok(Spread::Everywhere) };
    let (behind, _) = instances::behind(conn, epoch)?;
    Ok(spread(behind, at))
}

/// An instance that has not seen a commit was last confirmed before it.
fn spread(behind: Vec<Instance>, committed: At) -> Spread {
    let missing = |instance: Instance| Missing {
        name: instance.name,
        until: committed + Span::seconds(i64::from(instance.answers_seconds) + COMMIT_SECONDS),
    };
    if behind.is_empty() { Spread::Everywhere } else { Spread::Missing(behind.into_iter().map(missing).collect()) }
}

/// Lets writers wait until the other instances have seen what they changed.
#[derive(Debug, Default)]
pub struct Others {
    /// Seen by all.
    settled: AtomicI64,
}

impl Others {
    /// Waits after each commit made through `db`, for as long as the answer is kept.
    pub fn watch(db: &Db) -> Arc<Self> {
        let others = Arc::new(Self::default());
        let weak: std::sync::Weak<Self> = Arc::downgrade(&others);
        db.tell_after_commit(weak);
        others
    }

    fn wait(&self, db: &Db) -> Result<()> {
        let head = db.read_blocking(log::head)?;
        let began = Instant::now();
        while self.settled.load(Ordering::Acquire) < head {
            let (behind, now) = db.read_blocking(|c| instances::behind(c, head))?;
            if behind.is_empty() {
                self.settled.fetch_max(head, Ordering::AcqRel);
            } else if began.elapsed() > PATIENCE || !behind.iter().any(|instance| instance.is_heard(now)) {
                let names: Vec<&str> = behind.iter().map(|instance| instance.name.as_str()).collect();
                tracing::warn!(?names, head, "instances have not confirmed a change");
                break;
            } else {
                std::thread::sleep(LOOK);
            }
        }
        Ok(())
    }
}

impl AfterCommit for Others {
    fn committed(&self, db: &Db) {
        if let Err(error) = self.wait(db) {
            tracing::warn!(%error, "how far a change has come is not known");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_not_confirmed_is_named_with_the_moment_after_which_it_is_silent() {
        let committed: At = crate::testing::start().into();
        assert_eq!(spread(Vec::new(), committed), Spread::Everywhere);
        let behind = Instance {
            id: "x".into(),
            name: "web2 10.0.0.2:8082".into(),
            seen: 4,
            answers_seconds: 30,
            beat_at: committed,
        };
        let Spread::Missing(missing) = spread(vec![behind], committed) else { panic!("it has not confirmed") };
        assert_eq!(missing[0].name, "web2 10.0.0.2:8082");
        assert_eq!(missing[0].until, committed + Span::seconds(31));
    }
}
