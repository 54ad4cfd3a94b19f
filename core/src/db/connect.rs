//! Connecting by URL scheme. (The derived `establish` tries one database after
//! the other and would create a SQLite file named like a PostgreSQL URL.)

use std::net::IpAddr;
#[cfg(any(test, feature = "testing"))]
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use std::time::Duration;

use diesel::connection::{Connection, InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use diesel::{ConnectionError, PgConnection, SqliteConnection};

use super::watch;
use crate::error::{Error, Result};

/// How long PostgreSQL works on one statement before it is told to end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Where somebody waits for the answer.
    pub statement: Duration,
    /// For jobs, commands, imports and lists taken as a file ([`super::Db::patient`]).
    pub long_statement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { statement: Duration::from_secs(10), long_statement: Duration::from_secs(300) }
    }
}

/// The longest wait for a lock that another transaction holds.
const MOST_FOR_A_LOCK: Duration = Duration::from_secs(10);
/// The longest a transaction stands still between two of its statements.
const MOST_AT_REST: Duration = Duration::from_secs(10);

/// What is told to PostgreSQL where statements may take so long: nobody waits for a
/// lock all the time that the statement itself has, and a transaction whose program
/// is gone or cut off gives its locks back soon, however long its statements may take.
pub(super) fn settings(statement: Duration) -> String {
    resting(statement, statement.min(MOST_AT_REST))
}

/// The same for work that reads through whole files within a transaction (an import
/// whose rows are all refused asks nothing all the while).
pub(super) fn patient_settings(statement: Duration) -> String {
    resting(statement, statement)
}

fn resting(statement: Duration, rest: Duration) -> String {
    let [rest, lock] = [rest, lock_limit(statement)].map(|limit| limit.as_millis());
    format!(
        "set statement_timeout = {}; set lock_timeout = {lock}; set idle_in_transaction_session_timeout = {rest};",
        statement.as_millis()
    )
}

/// The server looks after a minute and a half whether we are still there: by itself it
/// keeps the sessions of a line that broke for two hours, and takes so many only.
const KEEPALIVES: &str =
    "set tcp_keepalives_idle = 60; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3;";

/// How long a statement that may take so long waits for a lock.
pub(super) fn lock_limit(statement: Duration) -> Duration {
    (statement / 2).min(MOST_FOR_A_LOCK)
}

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// The embedded default.
    Sqlite(SqliteConnection),
    /// Production.
    Postgres(PgConnection),
}

/// The backend both stand behind, for boxed queries.
pub type Backend = <Conn as Connection>::Backend;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file's path.
    Sqlite(String),
    /// A libpq URL; may hold a password, so it is never printed.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`; `None` for any other scheme.
    pub fn parse(url: &str) -> Option<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return (!path.is_empty()).then(|| Self::Sqlite(path.to_owned()));
        }
        ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
            .then(|| Self::Postgres(url.to_owned()))
    }

    /// As it is, with limits on how long a silent server goes unnoticed where the
    /// URL sets none: two seconds to connect, five until what was sent is answered for.
    fn watchful(&self) -> Self {
        let Self::Postgres(url) = self else { return self.clone() };
        let wanted = [
            ("connect_timeout", "2"),
            ("tcp_user_timeout", "5000"),
            ("keepalives_idle", "2"),
            ("keepalives_interval", "1"),
            ("keepalives_count", "3"),
        ];
        let mut url = url.clone();
        for (name, value) in wanted {
            if !url.contains(&format!("{name}=")) {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&format!("{name}={value}"));
            }
        }
        Self::Postgres(url)
    }

    /// Whether others could read what is said to the server: it is on another machine,
    /// and the URL (`sslmode`) neither has it prove who it is nor says that the way
    /// there is safe. libpq's own default encrypts where the server likes to.
    pub fn is_unguarded(&self) -> bool {
        let Self::Postgres(url) = self else { return false };
        let (address, options) = url.split_once('?').unwrap_or((url, ""));
        let option = |name: &str| {
            let named = |pair: &str| pair.split_once('=').filter(|(key, _)| *key == name).map(|(_, v)| v.to_owned());
            options.split('&').find_map(named)
        };
        let authority = address.split_once("://").map_or("", |(_, rest)| rest).split('/').next().unwrap_or_default();
        let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts).to_owned();
        let hosts = [Some(hosts), option("host"), option("hostaddr")].into_iter().flatten();
        let is_far =
            hosts.flat_map(|hosts| hosts.split(',').map(is_on_another_machine).collect::<Vec<_>>()).any(|far| far);
        let spoken = option("sslmode");
        is_far && !spoken.is_some_and(|mode| matches!(mode.as_str(), "verify-full" | "verify-ca" | "disable"))
    }

    /// Connects. Statements take `statement` at most, and are told to those who watch.
    pub(super) fn connect(&self, statement: Duration) -> std::result::Result<Conn, ConnectionError> {
        let mut conn = match self.watchful() {
            Self::Sqlite(path) => Conn::Sqlite(connect_sqlite(&path)?),
            Self::Postgres(url) => Conn::Postgres(connect_postgres(&url, statement)?),
        };
        conn.set_instrumentation(|event: InstrumentationEvent<'_>| watch::hear(&event));
        Ok(conn)
    }
}

/// Neither a socket's folder nor this machine; with or without a port.
fn is_on_another_machine(host: &str) -> bool {
    let is_address = |host: &str| host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let is_here = name.is_empty() || name == "localhost" || is_address(name) || is_address(host);
    !is_here && !name.starts_with('/') && !name.to_ascii_lowercase().starts_with("%2f")
}

fn connect_sqlite(path: &str) -> std::result::Result<SqliteConnection, ConnectionError> {
    let mut conn = SqliteConnection::establish(path)?;
    conn.batch_execute(
        "pragma busy_timeout = 5000; pragma journal_mode = wal; \
         pragma synchronous = full; pragma foreign_keys = on;",
    )
    .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

fn connect_postgres(url: &str, statement: Duration) -> std::result::Result<PgConnection, ConnectionError> {
    let mut conn = PgConnection::establish(url)?;
    let settings = settings(statement);
    conn.batch_execute(&format!("set timezone = 'UTC'; set client_min_messages = warning; {KEEPALIVES} {settings}"))
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Makes and checks the pool's connections.
#[derive(Clone)]
pub(super) struct Connector {
    url: DatabaseUrl,
    statement: Duration,
    #[cfg(any(test, feature = "testing"))]
    asked: Arc<AtomicUsize>,
}

impl Connector {
    pub(super) fn new(url: DatabaseUrl, statement: Duration) -> Self {
        Self {
            url,
            statement,
            #[cfg(any(test, feature = "testing"))]
            asked: Arc::default(),
        }
    }

    /// How long its statements may take, and wait for a lock. SQLite has no limits: its
    /// file is never far away.
    pub(super) fn limits(&self) -> (Duration, Duration) {
        match self.url {
            DatabaseUrl::Sqlite(_) => (Duration::MAX, Duration::MAX),
            DatabaseUrl::Postgres(_) => (self.statement, lock_limit(self.statement)),
        }
    }

    /// Counts every query of the connections made here, for tests.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn asked(&self) -> Arc<AtomicUsize> {
        self.asked.clone()
    }
}

#[cfg(any(test, feature = "testing", debug_assertions))]
impl Connector {
    /// For tests: counts queries, and dies where it is told to.
    fn watch(&self, conn: &mut Conn) {
        #[cfg(any(test, feature = "testing"))]
        let asked = self.asked.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            watch::hear(&event);
            #[cfg(any(test, feature = "testing"))]
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                asked.fetch_add(1, Ordering::Relaxed);
            }
            #[cfg(debug_assertions)]
            super::step::tell(&event);
        });
    }
}

impl ManageConnection for Connector {
    type Connection = Conn;
    type Error = Error;

    fn connect(&self) -> Result<Conn> {
        #[cfg_attr(
            not(any(test, feature = "testing", debug_assertions)),
            expect(unused_mut, reason = "tests watch it")
        )]
        let mut conn = self.url.connect(self.statement).map_err(Error::internal)?;
        #[cfg(any(test, feature = "testing", debug_assertions))]
        self.watch(&mut conn);
        Ok(conn)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<()> {
        conn.batch_execute("select 1").map_err(Error::internal)
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_of_a_silent_line_never_replace_those_of_the_url() {
        let DatabaseUrl::Postgres(url) = DatabaseUrl::Postgres("postgres://h/d?connect_timeout=9".into()).watchful()
        else {
            unreachable!("it stays what it is")
        };
        assert!(url.starts_with("postgres://h/d?connect_timeout=9&tcp_user_timeout=5000&"), "{url}");
        assert_eq!(url.matches("connect_timeout").count(), 1);
        let plain = DatabaseUrl::Postgres("postgres://h/d".into()).watchful();
        assert!(matches!(plain, DatabaseUrl::Postgres(url) if url.starts_with("postgres://h/d?connect_timeout=2&")));
    }

    #[test]
    fn a_transaction_at_rest_gives_its_locks_back_soon_but_where_it_reads_a_file_meanwhile() {
        let (long, short) = (Limits::default().long_statement, Duration::from_secs(3));
        let rest = "idle_in_transaction_session_timeout";
        for (told, statement, at_rest) in [
            (settings(long), 300_000, 10_000),
            (settings(short), 3_000, 3_000),
            (patient_settings(long), 300_000, 300_000),
        ] {
            assert!(told.contains(&format!("set statement_timeout = {statement};")), "{told}");
            assert!(told.contains(&format!("set {rest} = {at_rest};")), "{told}");
        }
        let db = crate::testing::test_db();
        let told = |db: &crate::db::Db| {
            db.read_blocking(|c| match c {
                Conn::Sqlite(_) => Ok(None),
                Conn::Postgres(c) => {
                    let asked = format!("current_setting('{rest}') || ' ' || current_setting('tcp_keepalives_idle')");
                    let told = diesel::dsl::sql::<diesel::sql_types::Text>(&asked);
                    Ok(Some(diesel::RunQueryDsl::get_result::<String>(diesel::select(told), c)?))
                }
            })
        };
        let [usual, patient, after] = [told(&db), told(&db.patient()), told(&db)].map(|told| told.expect("answered"));
        if let (Some(usual), Some(patient), Some(after)) = (usual, patient, after) {
            assert_eq!((usual.as_str(), patient.as_str(), after.as_str()), ("10s 60", "5min 60", "10s 60"));
        }
    }

    #[test]
    fn only_known_schemes_are_urls() {
        assert_eq!(DatabaseUrl::parse("sqlite:a.db"), Some(DatabaseUrl::Sqlite("a.db".into())));
        assert_eq!(DatabaseUrl::parse("sqlite:///x/a"), Some(DatabaseUrl::Sqlite("/x/a".into())));
        assert!(matches!(DatabaseUrl::parse("postgres://h/d"), Some(DatabaseUrl::Postgres(_))));
        assert_eq!(DatabaseUrl::parse("mysql://h/d"), None);
        assert_eq!(DatabaseUrl::parse("plain.db"), None);
    }
}
