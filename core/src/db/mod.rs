//! The only doors to the database: [`Db::read`] and [`Db::write`].
//!
//! One program text serves SQLite and PostgreSQL. A signature says whether data
//! changes: reads take `&mut Conn`, writes take `&mut Tx`.

mod after;
mod columns;
mod connect;
mod migrate;
mod pool;
#[cfg(debug_assertions)]
mod step;
mod tx;
pub(crate) mod watch;

pub use after::AfterCommit;
pub use columns::At;
pub(crate) use columns::{text_column, text_enum};
pub use connect::{Backend, Conn, DatabaseUrl, Limits};
pub use tx::{Actor, ActorKind, Ending, Tx};

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use metrics::counter;

use crate::audit;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::secret::Keyring;
use connect::Connector;
use pool::Exchange;
use watch::Watch;

/// Runs the same diesel expression on whichever database is behind the
/// connection: for what does not compile on the enum itself (batch inserts,
/// `ON CONFLICT`, `UPDATE … RETURNING`).
#[macro_export]
macro_rules! on_backend {
    ($conn:expr, $c:ident => $query:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($c) => $query,
            $crate::db::Conn::Postgres($c) => $query,
        }
    };
}

/// A pool of connections, the clock that stamps what is written, and the keys
/// that chain the audit trail.
#[derive(Clone)]
pub struct Db {
    pool: Arc<Exchange>,
    /// How long statements take here, where that is not what the pool's connections are
    /// told anyway.
    patience: Option<Duration>,
    clock: Clock,
    keyring: Arc<Keyring>,
    url: Arc<DatabaseUrl>,
    limits: Limits,
    after: after::Told,
    #[cfg(any(test, feature = "testing"))]
    asked: Arc<std::sync::atomic::AtomicUsize>,
}

impl Db {
    /// Opens a pool of `size` connections; a caller waits at most two seconds
    /// for one and is then told [`Error::Unavailable`].
    ///
    /// # Errors
    /// When no first connection can be made.
    pub fn open(url: &DatabaseUrl, size: u32, clock: Clock, keyring: Arc<Keyring>) -> Result<Self> {
        Self::open_within(url, size, Limits::default(), clock, keyring)
    }

    /// As [`Db::open`], with limits of one's own.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub fn open_within(
        url: &DatabaseUrl,
        size: u32,
        limits: Limits,
        clock: Clock,
        keyring: Arc<Keyring>,
    ) -> Result<Self> {
        let connector = Connector::new(url.clone(), limits.statement);
        #[cfg(any(test, feature = "testing"))]
        let asked = connector.asked();
        let pool = Exchange::open(connector, size, matches!(url, DatabaseUrl::Postgres(_)))?;
        Ok(Self {
            pool: Arc::new(pool),
            patience: None,
            clock,
            keyring,
            url: Arc::new(url.clone()),
            limits,
            after: after::Told::default(),
            #[cfg(any(test, feature = "testing"))]
            asked,
        })
    }

    /// The same connections for work that may take its time ([`Limits::long_statement`]):
    /// whole lists, imports, the whole audit trail.
    #[must_use]
    pub fn patient(&self) -> Self {
        Self { patience: Some(self.limits.long_statement), ..self.clone() }
    }

    /// Another pool of the same process: who is told of commits here is told of
    /// those made through it.
    #[must_use]
    pub fn told_with(self, other: &Self) -> Self {
        Self { after: other.after.clone(), ..self }
    }

    /// Calls `who` after each commit that left an event in the audit trail, before
    /// the writer goes on, for as long as it lives.
    pub fn tell_after_commit(&self, who: std::sync::Weak<dyn AfterCommit>) {
        self.after.add(who);
    }

    /// A connection outside the pool, for one who listens. On PostgreSQL it
    /// notices within seconds that the other side is gone.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub fn own_connection(&self) -> Result<Conn> {
        watch::expect_within(CONNECTING);
        let connected = self.url.connect(self.limits.statement);
        watch::allow(self.limits.statement, connect::lock_limit(self.limits.statement));
        connected.map_err(|error| {
            tracing::debug!(%error, "no connection of its own");
            Error::Unavailable { retry_after_seconds: 5 }
        })
    }

    /// The same database as a process with other keys has it.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn with_keyring(&self, keyring: Arc<Keyring>) -> Self {
        Self { keyring, ..self.clone() }
    }

    /// The keys that chain the audit trail.
    pub fn keyring(&self) -> &Arc<Keyring> {
        &self.keyring
    }

    /// Brings the tables up to date, and the audit chain; safe when several processes start at once.
    ///
    /// # Errors
    /// When a migration fails; it is then undone.
    pub fn migrate(&self) -> Result<()> {
        migrate::run(&mut self.own_connection()?)?;
        let sealed = audit::seal_earlier(self)?;
        if sealed > 0 {
            tracing::info!(sealed, "events of before were added to the audit chain");
        }
        Ok(())
    }

    /// Whether this program has a migration of this version, as a SQLite database notes
    /// the newest that ran.
    pub fn knows_schema(&self, version: &str) -> bool {
        migrate::knows(version)
    }

    /// Whether the tables are as this program wants them: the readiness check.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_current(&self) -> Result<bool> {
        self.read(migrate::is_current).await
    }

    /// How many connections of the pool are in use, and how many wait for work.
    pub fn connections(&self) -> (u32, u32) {
        self.pool.connections()
    }

    /// How many queries were asked so far, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub fn queries(&self) -> usize {
        self.asked.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The clock by which this database's writes are stamped.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Reads, on the blocking pool.
    ///
    /// # Errors
    /// What `work` says, or `Unavailable` when no connection is to be had.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        self.on_blocking_pool(move || db.read_blocking(work)).await
    }

    /// Writes in one transaction, on the blocking pool. `Err` means nothing
    /// happened: an outcome to remember is an `Ok`.
    ///
    /// # Errors
    /// What `work` says, or `Unavailable`/`Conflict` from the database.
    pub async fn write<T, F>(&self, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        self.on_blocking_pool(move || db.write_blocking(actor, work)).await
    }

    /// Works in a transaction and undoes all of it: to see what a deed would
    /// bring about, such as the letter it would send.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn rehearse<T, F>(&self, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        self.on_blocking_pool(move || db.settle_blocking(actor, |tx| work(tx).map(Ending::Undo))).await
    }

    /// Writes in one transaction that itself says in the end whether it stands:
    /// for work whose verdict is known only after it is done.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn settle<T, F>(&self, actor: Actor, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<Ending<T>> + Send + 'static,
    {
        let db = self.clone();
        self.on_blocking_pool(move || db.settle_blocking(actor, work)).await
    }

    /// As [`Db::read`], for callers that are on a blocking thread already.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let _watched = watch::at_all();
        self.lend(|conn| work(conn).map_err(|error| told_apart(conn, error)))?
    }

    /// As [`Db::write`], for callers that are on a blocking thread already.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T>(&self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.settle_blocking(actor, |tx| work(tx).map(Ending::Keep))
    }

    fn settle_blocking<T>(&self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<Ending<T>>) -> Result<T> {
        let _watched = watch::at_all();
        let done = self.lend(|conn| {
            let ran = tx::run(conn, actor, (&self.clock, &self.keyring), work);
            ran.map_err(|error| told_apart(conn, error))
        })??;
        // Whoever is told may need a connection of its own: none is held here any more.
        if done.told {
            self.after.tell(self);
        }
        Ok(done.value)
    }

    /// Lends a connection that allows statements the time they have here.
    fn lend<T>(&self, work: impl FnOnce(&mut Conn) -> T) -> Result<T> {
        let mut conn = self.pool.get()?;
        let patience = self.patience.filter(|patience| *patience != self.limits.statement);
        let (Some(patience), true) = (patience, matches!(*conn, Conn::Postgres(_))) else {
            return Ok(work(&mut conn));
        };
        conn.batch_execute(&connect::patient_settings(patience))
            .map_err(|error| told_apart(&mut conn, error.into()))?;
        watch::allow(patience, connect::lock_limit(patience));
        let done = work(&mut conn);
        // Where this fails the connection is broken, and so found when it is next tried out.
        let _ = conn.batch_execute(&connect::settings(self.limits.statement));
        Ok(done)
    }

    /// Works on the blocking pool, and waits for as long as an answer can still come.
    async fn on_blocking_pool<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (watch, number, span) = (Watch::new(), self.pool.number(), tracing::Span::current());
        let watched = watch.clone();
        let mut task = tokio::task::spawn_blocking(move || {
            let _watched = watch::by(&watched);
            span.in_scope(work)
        });
        loop {
            match tokio::time::timeout(GLANCE, &mut task).await {
                Ok(done) => return done.map_err(Error::internal)?,
                Err(_) if watch.is_overdue() => {
                    tracing::warn!("the database does not answer, nor does it break off");
                    counter!("uketsuke_db_faults_total").increment(1);
                    self.pool.replace(number);
                    return Err(Error::Unavailable { retry_after_seconds: 5 });
                }
                Err(_) => {}
            }
        }
    }
}

/// Between looks at one who waits for the database.
const GLANCE: Duration = Duration::from_millis(250);
/// A connection outside the pool is made within this time, or never.
const CONNECTING: Duration = Duration::from_secs(6);

/// A fault of ours, or a database that went away meanwhile or took too long: the
/// messages of servers are in many languages, so the connection itself is asked, and
/// the time it took.
fn told_apart(conn: &mut Conn, error: Error) -> Error {
    let Error::Internal(cause) = error else { return error };
    let is_database = cause.downcast_ref::<diesel::result::Error>().is_some();
    if is_database && (watch::failed_late() || conn.batch_execute("select 1").is_err()) {
        tracing::warn!(error = %cause, "the database went away, or took too long");
        counter!("uketsuke_db_faults_total").increment(1);
        return Error::Unavailable { retry_after_seconds: 5 };
    }
    Error::Internal(cause)
}

diesel::define_sql_function! {
    /// A text in small letters, as indexes over IDs that people type in any case have it.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A `LIKE` pattern (escape `\`) for rows that contain `text` literally.
pub fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
