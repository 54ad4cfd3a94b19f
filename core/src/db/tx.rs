//! The write transaction: who, when, and what else happens in the same commit.

use diesel::SqliteConnection;
use diesel::connection::{AnsiTransactionManager, Connection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{At, Conn, text_enum};
use crate::audit::{self, AuditEvent};
use crate::clock::Clock;
use crate::error::Result;
use crate::secret::Keyring;

text_enum! {
    /// What sort of actor caused a write.
    pub enum ActorKind {
        /// Nobody signed in.
        Visitor = "visitor",
        /// A person at a facility.
        Account = "account",
        /// A member of the back office.
        Staff = "staff",
        /// A device, by its credential.
        Device = "device",
        /// The eligibility service.
        EligibilityService = "eligibility_service",
        /// A background job.
        System = "system",
        /// Somebody at the command line.
        Operator = "operator",
    }
}

/// Who caused a write, and through which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The sort of actor.
    pub kind: ActorKind,
    /// The id in its table, empty where there is none.
    pub id: String,
    /// The network address, where there is one.
    pub address: Option<String>,
    /// The request, as logs name it.
    pub request_id: Option<String>,
}

impl Actor {
    /// An actor of this kind and id, without a request.
    pub fn new(kind: ActorKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), address: None, request_id: None }
    }

    /// A background job.
    pub fn system() -> Self {
        Self::new(ActorKind::System, "")
    }

    /// Somebody at the command line.
    pub fn operator() -> Self {
        Self::new(ActorKind::Operator, "")
    }

    /// `kind:id`, as history rows name their actor.
    pub fn label(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

/// A write transaction. Only [`super::Db::write`] makes one.
///
/// Jobs, mails and audit events can be added only through it, so that they
/// commit with their cause or not at all.
pub struct Tx<'c> {
    conn: &'c mut Conn,
    actor: Actor,
    now: At,
    /// What the audit trail will be told when this commits.
    events: Vec<AuditEvent>,
}

impl Tx<'_> {
    /// The connection, for queries.
    pub fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    /// Who writes.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// When: the same instant for all that this transaction writes.
    pub fn now(&self) -> At {
        self.now
    }

    /// Keeps an event for the end of this transaction.
    pub(crate) fn keep(&mut self, event: AuditEvent) {
        self.events.push(event);
    }

    /// Runs an insert under a savepoint: `false` when a unique index already
    /// holds such a row, and the transaction goes on.
    ///
    /// # Errors
    /// Any other failure of the insert.
    pub fn insert_once(&mut self, insert: impl FnOnce(&mut Conn) -> diesel::QueryResult<usize>) -> Result<bool> {
        match self.conn.transaction(|c| insert(c)) {
            Ok(_) => Ok(true),
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
            Err(other) => Err(other.into()),
        }
    }
}

/// What becomes of what a transaction wrote.
#[derive(Debug)]
pub enum Ending<T> {
    /// It is committed.
    Keep(T),
    /// It is undone, and the answer stays.
    Undo(T),
}

/// What a transaction came to.
pub(super) struct Done<T> {
    /// The answer.
    pub value: T,
    /// Whether it was committed with events for the audit trail.
    pub told: bool,
}

/// Begins (`BEGIN IMMEDIATE` on SQLite: a deferred transaction that reads and
/// then writes fails with "database is locked" under load), works, and commits
/// or rolls back. The clock is read when the transaction has begun: one that
/// waited for the write lock is later than the one it waited for.
pub(super) fn run<T>(
    conn: &mut Conn,
    actor: Actor,
    (clock, keyring): (&Clock, &Keyring),
    work: impl FnOnce(&mut Tx<'_>) -> Result<Ending<T>>,
) -> Result<Done<T>> {
    begin(conn)?;
    let mut tx = Tx { conn, actor, now: clock.now().into(), events: Vec::new() };
    let ending = work(&mut tx);
    let events = std::mem::take(&mut tx.events);
    let told = !events.is_empty();
    // The trail is written last: its end is locked no longer than it takes to commit.
    let ending = match ending {
        Ok(Ending::Keep(value)) => audit::append(conn, keyring, events).map(|()| Ending::Keep(value)),
        other => other,
    };
    match ending {
        Ok(Ending::Keep(value)) => {
            Manager::commit_transaction(conn)?;
            Ok(Done { value, told })
        }
        Ok(Ending::Undo(value)) => {
            Manager::rollback_transaction(conn)?;
            Ok(Done { value, told: false })
        }
        Err(error) => {
            Manager::rollback_transaction(conn)?;
            Err(error)
        }
    }
}

type Manager = <Conn as Connection>::TransactionManager;

fn begin(conn: &mut Conn) -> Result<()> {
    match conn {
        Conn::Sqlite(c) => begin_immediate(c)?,
        Conn::Postgres(c) => AnsiTransactionManager::begin_transaction(c)?,
    }
    Ok(())
}

fn begin_immediate(conn: &mut SqliteConnection) -> diesel::QueryResult<()> {
    AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
}
