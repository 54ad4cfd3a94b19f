//! The pool of connections, replaced as a whole when what it holds can no longer be
//! trusted: threads that wait for an answer which never comes hold their connections
//! for as long as the system thinks that the line stands.

use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use diesel::r2d2::{Pool, PooledConnection};
use metrics::counter;

use super::connect::Connector;
use super::watch;
use crate::error::{Error, Result};

/// A caller waits no longer for a connection.
const WAIT: Duration = Duration::from_secs(2);
/// Those who make connections may themselves wait for one that hangs: after so long
/// without any, others are set to it.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
pub(super) struct Exchange {
    size: u32,
    is_remote: bool,
    connector: Connector,
    /// With the number of those that were before it.
    current: RwLock<(u64, Pool<Connector>)>,
    empty_since: Mutex<Option<Instant>>,
}

impl Exchange {
    pub fn open(connector: Connector, size: u32, is_remote: bool) -> Result<Self> {
        let pool = builder(size, is_remote).build(connector.clone()).map_err(Error::internal)?;
        Ok(Self { size, is_remote, connector, current: RwLock::new((0, pool)), empty_since: Mutex::default() })
    }

    /// Names the pool of this moment, for [`Exchange::replace`].
    pub fn number(&self) -> u64 {
        self.current().0
    }

    /// How many connections are in use, and how many wait for work.
    pub fn connections(&self) -> (u32, u32) {
        let state = self.current().1.state();
        (state.connections - state.idle_connections, state.idle_connections)
    }

    /// A connection, within [`WAIT`].
    pub fn get(&self) -> Result<PooledConnection<Connector>> {
        let (number, pool) = self.current();
        // What is asked to try a connection out is answered at once, or not at all.
        watch::allow(Duration::ZERO, Duration::ZERO);
        watch::expect_within(WAIT + watch::MARGIN);
        let got = pool.get();
        let (statement, lock) = self.connector.limits();
        watch::allow(statement, lock);
        let mut empty_since = self.empty_since.lock().unwrap_or_else(PoisonError::into_inner);
        got.inspect(|_| *empty_since = None).map_err(|error| {
            tracing::warn!(%error, "no database connection");
            counter!("uketsuke_db_faults_total").increment(1);
            if pool.state().connections > 0 {
                *empty_since = None;
            } else if empty_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                *empty_since = None;
                self.replace(number);
            }
            Error::Unavailable { retry_after_seconds: 5 }
        })
    }

    /// Gives the pool of this number up for a new one; once, whoever asks first.
    pub fn replace(&self, number: u64) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.0 == number {
            tracing::warn!("the connections to the database are given up for new ones");
            *current = (number + 1, builder(self.size, self.is_remote).build_unchecked(self.connector.clone()));
        }
    }

    fn current(&self) -> (u64, Pool<Connector>) {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn builder(size: u32, is_remote: bool) -> diesel::r2d2::Builder<Connector> {
    Pool::builder().max_size(size).min_idle(Some(1)).connection_timeout(WAIT).test_on_check_out(is_remote)
}
