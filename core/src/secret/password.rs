//! Password hashing (argon2id) on threads of its own.
//!
//! Hashing is slow on purpose. On threads at the lowest priority with a bounded
//! queue, a crowd at the login page waits or is asked to come back, and device
//! checks do not notice. Unknown accounts cost the same work as known ones.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use metrics::counter;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::random;
use crate::priority::Rank;

/// How many jobs may wait for a thread; the next one is told to come back.
const QUEUE: usize = 32;
/// Nobody waits longer than this: where other programs keep all cores busy, threads at
/// the lowest priority hardly run.
const PATIENCE: Duration = Duration::from_secs(10);

/// The cost of one hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

impl HashCost {
    /// argon2id, 19 MiB, two passes, one lane (OWASP ASVS 5.0, appendix C).
    pub const STANDARD: Self = Self { memory_kib: 19_456, passes: 2 };
    /// Almost nothing: for tests that log in a thousand times.
    pub const FOR_TESTS: Self = Self { memory_kib: 8, passes: 1 };

    fn params(self) -> Params {
        Params::new(self.memory_kib, self.passes, 1, None)
            .expect("the costs named in this file are within argon2's limits")
    }
}

/// A password's hash as a PHC string. `Debug` prints a constant.
#[derive(Clone, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The PHC string (`$argon2id$v=19$…`), as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PasswordHash {
    /// Takes a hash read from a table.
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(secret)")
    }
}

/// Whether a password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The password belongs to the hash.
    pub ok: bool,
    /// It does, and the hash was made at another cost: hash it anew.
    pub rehash: bool,
}

/// The queue is full, or did not move; answer 503 and ask to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at this moment")]
pub struct Busy;

/// The hashing threads and their queue. Clones share them; the threads end
/// with the last clone.
#[derive(Clone)]
pub struct PasswordHasher {
    queue: SyncSender<Job>,
    engine: Arc<Engine>,
}

impl PasswordHasher {
    /// Starts `threads` threads (at least one) at [`HashCost::STANDARD`].
    pub fn start(threads: usize) -> io::Result<Self> {
        Self::start_with(threads, HashCost::STANDARD)
    }

    /// Starts `threads` threads (at least one) hashing at `cost`.
    pub fn start_with(threads: usize, cost: HashCost) -> io::Result<Self> {
        let engine = Arc::new(Engine::new(cost));
        let (queue, jobs) = sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads.max(1) {
            let (engine, jobs) = (Arc::clone(&engine), Arc::clone(&jobs));
            thread::Builder::new().name(format!("password-{number}")).spawn(move || serve(&engine, &jobs))?;
        }
        Ok(Self { queue, engine })
    }

    /// One thread for every two cores.
    pub fn default_threads() -> usize {
        thread::available_parallelism().map_or(1, |cores| (cores.get() / 2).max(1))
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, Busy> {
        let password = password.to_owned();
        self.run(move |engine| engine.hash(&password)).await
    }

    /// Checks a password. With `None` (no such account) the same work is done
    /// on a hash made at start, and the answer is no.
    pub async fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Result<Verified, Busy> {
        let (password, stored) = (password.to_owned(), stored.cloned());
        self.run(move |engine| engine.verify(&password, stored.as_ref())).await
    }

    /// How many hashes were computed so far; tests compare it.
    pub fn hash_calls(&self) -> u64 {
        self.engine.calls.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Engine) -> T + Send + 'static) -> Result<T, Busy> {
        let (answer, answered) = oneshot::channel();
        // The job, not the request, holds the place in the queue: who gives up
        // and asks again finds it still taken.
        let job: Job = Box::new(move |engine| {
            if !answer.is_closed() {
                let _ = answer.send(work(engine));
            }
        });
        let note = |outcome| counter!("uketsuke_passwords_total", "outcome" => outcome).increment(1);
        if self.queue.try_send(job).is_err() {
            note("turned_away");
            return Err(Busy);
        }
        note("queued");
        match timeout(PATIENCE, answered).await {
            Ok(answer) => answer.map_err(|_| Busy),
            Err(_) => {
                note("gave_up");
                Err(Busy)
            }
        }
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHasher")
    }
}

type Job = Box<dyn FnOnce(&Engine) + Send>;

/// A hashing thread's life: until the last [`PasswordHasher`] is gone.
fn serve(engine: &Engine, jobs: &Mutex<Receiver<Job>>) {
    Rank::Passwords.take();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job(engine);
    }
}

/// What the threads share: the cost, the stand-in hash and the count.
struct Engine {
    cost: HashCost,
    nobody: PasswordHash,
    calls: AtomicU64,
}

impl Engine {
    fn new(cost: HashCost) -> Self {
        let mut engine = Self { cost, nobody: PasswordHash(String::new()), calls: AtomicU64::new(0) };
        engine.nobody = engine.hash("nobody's password");
        engine.calls = AtomicU64::new(0);
        engine
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.cost.params())
    }

    fn hash(&self, password: &str) -> PasswordHash {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let hash: phc::PasswordHash = self
            .argon2()
            .hash_password_with_salt(password.as_bytes(), &random::bytes::<16>())
            .expect("a password below 4 GiB and a 16-byte salt always hash");
        PasswordHash(hash.to_string())
    }

    fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Verified {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let Ok(hash) = phc::PasswordHash::new(&stored.unwrap_or(&self.nobody).0) else {
            tracing::error!("a stored password hash is no PHC string");
            return Verified { ok: false, rehash: false };
        };
        let matches = self.argon2().verify_password(password.as_bytes(), &hash).is_ok();
        let ok = matches && stored.is_some();
        Verified { ok, rehash: ok && !self.is_current(&hash) }
    }

    fn is_current(&self, hash: &phc::PasswordHash) -> bool {
        hash.algorithm == Algorithm::Argon2id.ident()
            && Params::try_from(hash).is_ok_and(|params| {
                (params.m_cost(), params.t_cost(), params.p_cost()) == (self.cost.memory_kib, self.cost.passes, 1)
            })
    }
}

crate::db::text_column!(PasswordHash, |text| Some(PasswordHash(text)), |value| value.0.as_str());

#[cfg(test)]
#[path = "password_tests.rs"]
mod tests;
