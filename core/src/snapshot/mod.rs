//! What a device check reads, in memory: every credential in use with its device
//! and facility, and the eligibility service's own credentials. A check is a look
//! here; the database is not on its path (docs/decisions/checks.md).
//!
//! Triggers write down what changes (`log`), one thread per process applies it in
//! order (`feed`, `writer`), and whoever stops a device waits until every instance
//! has (`spread`). How old memory may be is bounded (`freshness`).

mod clients;
mod feed;
mod freshness;
mod instances;
mod log;
mod memory;
mod rows;
mod short;
mod spread;
mod writer;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, Instant};

use clients::Clients;
use freshness::Freshness;
use instances::Instance;
use memory::Memory;

use crate::clock::tokyo_date;
use crate::db::{AfterCommit, At, Db};
use crate::device::{AccountRole, Reason};
use crate::error::{Error, Result};
use crate::facility::feature::Features;
use crate::facility::kind::FacilityKind;
use crate::ids::DeviceId;
use crate::jose::AccessClaims;
use crate::secret::PlainToken;

pub use freshness::Footing;
pub use log::sweep;
pub use short::Short;
pub use spread::{Missing, Others, Spread, of_device};

/// What a check answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// In good standing.
    Active(Facts),
    /// Not, or not known; the reason is for our metrics, never for the asker.
    Inactive(Reason),
}

/// For whom an active device speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// 機関コード.
    pub facility_code: Short<15>,
    /// 所属機関.
    pub facility_kind: FacilityKind,
    /// The code of the office it speaks for besides (従たる施術所).
    pub annex_facility_code: Option<Short<15>>,
    /// ID.
    pub user_id: Short<11>,
    /// What its holder may do.
    pub role: AccountRole,
    /// What is switched on.
    pub features: Features,
}

/// How a snapshot runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Host and address of this instance, for people.
    pub name: String,
    /// How long to answer without a word from the database.
    pub most_stale: Duration,
}

/// The memory of checks of one process. Its thread ends with the last of its clones.
#[derive(Clone)]
pub struct Snapshot {
    core: Arc<Core>,
    // Dropped with the last clone: the feed then ends.
    _local: Arc<Local>,
}

/// What the feed writes and checks read.
struct Core {
    memory: RwLock<Arc<Memory>>,
    clients: Clients,
    freshness: Freshness,
    seen: AtomicI64,
    /// Under the lock: how many have fed memory before the one who does.
    moved: (Mutex<u64>, Condvar),
}

impl Core {
    fn memory(&self) -> Arc<Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts those who have fed memory: what an earlier one still says is not heard.
    fn term(&self) -> u64 {
        *self.moved.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets another one feed.
    fn next_term(&self) {
        *self.moved.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    /// Runs this if it is still the turn of the one who feeds in this term.
    fn in_term(&self, term: u64, work: impl FnOnce()) -> bool {
        let now = self.moved.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_now = *now == term;
        if is_now {
            work();
        }
        is_now
    }

    /// Shows what memory holds as of this transaction, confirmed at `at`; `false` when
    /// another one feeds by now.
    fn show(&self, term: u64, memory: &Arc<Memory>, at: Instant, seen: i64) -> bool {
        let shown = self.in_term(term, || {
            if !Arc::ptr_eq(&self.memory(), memory) {
                *self.memory.write().unwrap_or_else(PoisonError::into_inner) = memory.clone();
            }
            self.freshness.confirm(at);
            // Last: who waits for it goes on to ask.
            self.seen.store(seen, Ordering::Release);
        });
        if shown {
            self.moved.1.notify_all();
        }
        shown
    }

    /// Nothing is answered from memory any more.
    fn forget(&self, term: u64) {
        self.in_term(term, || self.freshness.forget());
    }

    /// Lets go of what memory holds.
    fn clear(&self, term: u64) {
        self.in_term(term, || {
            self.freshness.forget();
            *self.memory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Memory::with_room_for(0));
        });
    }
}

impl Snapshot {
    /// Starts the thread that loads and follows the database. Until it has loaded,
    /// nothing can be answered ([`Footing::None`]).
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(db: &Db, settings: Settings) -> Result<Self> {
        let core = Arc::new(Core {
            memory: RwLock::new(Arc::new(Memory::with_room_for(0))),
            clients: Clients::default(),
            freshness: Freshness::new(settings.most_stale),
            seen: AtomicI64::new(-1),
            moved: Default::default(),
        });
        let (wake, woken) = sync_channel(1);
        let me = Instance {
            id: PlainToken::mint().hash().as_str()[..24].to_owned(),
            name: settings.name,
            seen: 0,
            answers_seconds: i32::try_from(settings.most_stale.as_secs().saturating_add(1)).unwrap_or(i32::MAX),
            beat_at: db.clock().now().into(),
        };
        let (db_of_feed, core_of_feed) = (db.clone(), core.clone());
        let keeping = move || {
            if let Err(error) = feed::keep(&db_of_feed, &core_of_feed, woken, &me) {
                tracing::error!(%error, "nobody keeps device checks up to date");
            }
        };
        std::thread::Builder::new().name("standing-watch".into()).spawn(keeping).map_err(Error::internal)?;
        let local = Arc::new(Local { core: core.clone(), wake });
        let weak: Weak<Local> = Arc::downgrade(&local);
        db.tell_after_commit(weak);
        Ok(Self { core, _local: local })
    }

    /// Waits until everything is loaded, at most so long; whether it is.
    pub fn wait_until_loaded(&self, most: Duration) -> bool {
        let guard = self.core.moved.0.lock().unwrap_or_else(PoisonError::into_inner);
        let loading = |_: &mut u64| self.core.seen.load(Ordering::Acquire) < 0;
        let waited = self.core.moved.1.wait_timeout_while(guard, most, loading);
        waited.is_ok_and(|(_, waited)| !waited.timed_out())
    }

    /// What may be answered from at this moment. Ask before [`Snapshot::check`].
    pub fn footing(&self) -> Footing {
        self.core.freshness.footing()
    }

    /// Whether this client id and secret are those of the eligibility service, sent
    /// from where it may be used.
    pub fn knows_client(&self, id: &str, secret: &str, now: At, from: impl FnOnce() -> IpAddr) -> bool {
        self.core.clients.know(id, secret, now, from)
    }

    /// Judges a token whose MAC held, and notes the device's use.
    pub fn check(&self, claims: &AccessClaims, now: At) -> Answer {
        if !claims.is_current(now.utc()) {
            return Answer::Inactive(Reason::Token);
        }
        let memory = self.core.memory.read().unwrap_or_else(PoisonError::into_inner);
        let Some(seen) = memory.look(&claims.client_id).filter(|seen| seen.credential.thumbprint == claims.jkt) else {
            return Answer::Inactive(Reason::Unknown);
        };
        if let Some(reason) = seen.basis().inactive(now) {
            return Answer::Inactive(reason);
        }
        if seen.credential.generation != claims.generation {
            return Answer::Inactive(Reason::Ended);
        }
        memory.note_use(&seen, u32::try_from(now.utc().timestamp()).unwrap_or_default());
        Answer::Active(Facts {
            facility_code: seen.facility.code,
            facility_kind: seen.facility.kind,
            annex_facility_code: seen.facility.annex.and_then(|annex| annex.code_on(tokyo_date(now.utc()))),
            user_id: seen.credential.user_id,
            role: seen.credential.role,
            features: seen.facility.features,
        })
    }

    /// How many credentials are in use.
    pub fn len(&self) -> usize {
        self.core.memory().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes noted last uses, about `most` of them, to be written down.
    pub fn take_uses(&self, most: usize) -> Vec<(DeviceId, At)> {
        let uses = self.core.memory().take_uses(most);
        let at = |seconds: u32| chrono::DateTime::from_timestamp(i64::from(seconds), 0).unwrap_or_default();
        uses.into_iter().map(|(device, used)| (DeviceId::from_bytes(device), at(used).into())).collect()
    }

    /// As if the database had last been heard of so long ago, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn age(&self, by: Duration) {
        self.core.freshness.age(by);
    }
}

/// Lets writers of this process wait until its own memory has what they changed.
struct Local {
    core: Arc<Core>,
    wake: SyncSender<()>,
}

impl AfterCommit for Local {
    fn committed(&self, db: &Db) {
        let head = match db.read_blocking(log::head) {
            Ok(head) => head,
            Err(error) => return tracing::warn!(%error, "whether checks know of a change is not known"),
        };
        if self.core.seen.load(Ordering::Acquire) >= head {
            return;
        }
        // Full means that a wake is on its way.
        let _ = self.wake.try_send(());
        let guard = self.core.moved.0.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = |_: &mut u64| self.core.seen.load(Ordering::Acquire) < head;
        let waited = self.core.moved.1.wait_timeout_while(guard, spread::PATIENCE, behind);
        if waited.is_ok_and(|(_, waited)| waited.timed_out()) {
            tracing::warn!(head, "checks of this process do not know of a change yet");
        }
    }
}
