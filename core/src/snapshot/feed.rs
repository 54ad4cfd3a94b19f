//! The thread that keeps memory as the database has it, on a connection of its own.
//!
//! 1. Connect, and LISTEN (PostgreSQL).
//! 2. Without a place in the log, or when this database's history does not hold it:
//!    load everything.
//! 3. Every 250 ms, and whenever woken: say that this instance lives, then apply
//!    what was committed since, then confirm as of the moment before the question.
//!
//! An instance is in the table of instances before it looks at the log for the
//! first time: a writer that does not find it there has committed before that look.
//!
//! Anything that fails ends the connection; memory stays, and ages. So does it when the
//! database neither answers nor breaks off: another thread with a connection of its own
//! then takes the place of the one that waits, and loads everything.

use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::prelude::*;

use super::Core;
use super::freshness::Footing;
use super::instances::{self, Instance};
use super::log::{self, Position};
use super::writer::Writer;
use crate::db::watch::{self, Watch};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};

/// The net under the wakes.
const POLL: Duration = Duration::from_millis(250);
/// Between looks for a wake from PostgreSQL: one system call each.
const GLANCE: Duration = Duration::from_millis(5);
/// Between signs of life.
const BEAT: Duration = Duration::from_secs(1);
/// Between looks for instances that are gone.
const FORGET: Duration = Duration::from_secs(60);

/// Between looks whether the one who feeds waits in vain.
const WATCH: Duration = Duration::from_millis(500);

/// Wakes, whoever feeds just now.
type Woken = Arc<Mutex<Receiver<()>>>;

/// Keeps somebody feeding until nobody holds the snapshot any more.
pub(super) fn keep(db: &Db, core: &Arc<Core>, woken: Receiver<()>, me: &Instance) -> Result<()> {
    let woken: Woken = Arc::new(Mutex::new(woken));
    loop {
        let watch = Watch::new();
        let feed = Feed::new(db.clone(), core.clone(), woken.clone(), me.clone());
        let watched = watch.clone();
        let feeding = move || {
            let _watched = watch::by(&watched);
            feed.run();
        };
        let thread = std::thread::Builder::new().name("standing".into()).spawn(feeding).map_err(Error::internal)?;
        while !watch.is_overdue() {
            if thread.is_finished() {
                return Ok(());
            }
            std::thread::sleep(WATCH);
        }
        core.next_term();
        tracing::error!("device checks go on from memory: the database does not answer, nor does it break off");
        let ended = |woken: &Receiver<()>| woken.try_recv() == Err(TryRecvError::Disconnected);
        if woken.try_lock().is_ok_and(|woken| ended(&woken)) {
            return Ok(());
        }
    }
}

struct Feed {
    db: Db,
    core: Arc<Core>,
    /// Whose turn it is to show what it knows.
    term: u64,
    woken: Woken,
    me: Instance,
    conn: Option<Conn>,
    state: Option<(Writer, Position)>,
    last_beat: Option<Instant>,
    last_forgetting: Option<Instant>,
    failing: bool,
}

impl Feed {
    fn new(db: Db, core: Arc<Core>, woken: Woken, me: Instance) -> Self {
        Self {
            term: core.term(),
            db,
            core,
            woken,
            me,
            conn: None,
            state: None,
            last_beat: None,
            last_forgetting: None,
            failing: false,
        }
    }

    /// Runs until nobody holds the snapshot any more, or another one has taken over.
    fn run(mut self) {
        loop {
            let turned = self.turn();
            if self.core.term() != self.term {
                return;
            }
            self.tell(turned.as_ref().err());
            if turned.is_err() {
                self.conn = None;
            }
            if !self.wait() {
                break;
            }
        }
        if let Some(conn @ Conn::Postgres(_)) = &mut self.conn {
            // Who leaves need not be waited for; if this fails, it is forgotten in time.
            let _ = instances::leave(conn, &self.me.id);
        }
    }

    fn turn(&mut self) -> Result<()> {
        let mut conn = self.connected()?;
        let mut state = match self.state.take() {
            Some(state) => state,
            None => self.load(&mut conn)?,
        };
        let done = self.follow(&mut conn, &mut state);
        self.conn = Some(conn);
        if let Ok(false) = done {
            tracing::warn!("the log of changes does not go on from here: loading everything");
            self.core.forget(self.term);
        } else {
            self.state = Some(state);
        }
        done.map(drop)
    }

    /// Lives, catches up and confirms; `false` when that is not possible from here.
    fn follow(&mut self, conn: &mut Conn, (writer, position): &mut (Writer, Position)) -> Result<bool> {
        self.beat_if_due(conn)?;
        let began = Instant::now();
        let seen = position.epoch;
        // On failure the old place stays: what was applied already is applied again.
        let Some(next) = writer.catch_up(conn, &self.core.clients, position.clone())? else { return Ok(false) };
        *position = next;
        if !self.core.show(self.term, &writer.memory, began, position.epoch) {
            return Ok(true);
        }
        if position.epoch != seen {
            self.me.seen = position.epoch;
            self.last_beat = None;
            self.beat_if_due(conn)?;
        }
        Ok(true)
    }

    fn load(&mut self, conn: &mut Conn) -> Result<(Writer, Position)> {
        let began = Instant::now();
        // The old memory goes first where nothing is answered from it any more. (Where this
        // one takes over it still is.)
        if self.core.freshness.footing() == Footing::None {
            self.core.clear(self.term);
        }
        let (writer, position) = Writer::load(conn, &self.core.clients)?;
        let (credentials, took) = (writer.memory.len(), began.elapsed());
        tracing::info!(credentials, milliseconds = took.as_millis() as u64, "device checks are in memory");
        self.me.seen = position.epoch;
        self.last_beat = None;
        Ok((writer, position))
    }

    /// The connection there is, or a new one, listening, on a history that goes on
    /// from what memory holds.
    fn connected(&mut self) -> Result<Conn> {
        if let Some(conn) = self.conn.take() {
            return Ok(conn);
        }
        let mut conn = self.db.own_connection()?;
        if let Conn::Postgres(c) = &mut conn {
            diesel::sql_query("listen uketsuke_standing").execute(c)?;
        }
        if let Some((_, position)) = &self.state
            && !log::holds(&mut conn, position)?
        {
            tracing::warn!("the database's history is another one: loading everything");
            self.core.forget(self.term);
            self.state = None;
        }
        self.last_beat = None;
        Ok(conn)
    }

    fn beat_if_due(&mut self, conn: &mut Conn) -> Result<()> {
        // With SQLite there is one process, and nobody to tell.
        let Conn::Postgres(_) = conn else { return Ok(()) };
        if self.last_beat.is_none_or(|at| at.elapsed() >= BEAT) {
            instances::beat(conn, &self.me)?;
            self.last_beat = Some(Instant::now());
        }
        if self.last_forgetting.is_none_or(|at| at.elapsed() >= FORGET) {
            instances::forget_gone(conn)?;
            self.last_forgetting = Some(Instant::now());
        }
        Ok(())
    }

    /// Waits for a wake or the next poll; `false` when it is over.
    fn wait(&mut self) -> bool {
        let until = Instant::now() + POLL;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            let listens = matches!(self.conn, Some(Conn::Postgres(_)));
            let wait = if listens { left.min(GLANCE) } else { left };
            let woken = self.woken.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(wait);
            match woken {
                Ok(()) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => {}
            }
            match self.glance() {
                Ok(false) => {}
                Ok(true) => return true,
                Err(_) => {
                    self.conn = None;
                    return true;
                }
            }
        }
    }

    /// Whether PostgreSQL woke us. One turn answers all wakes.
    fn glance(&mut self) -> Result<bool> {
        let Some(Conn::Postgres(c)) = &mut self.conn else { return Ok(false) };
        let mut woken = false;
        for wake in c.notifications_iter() {
            wake?;
            woken = true;
        }
        Ok(woken)
    }

    /// Tells when it begins to fail and when it works again, not each time between.
    fn tell(&mut self, error: Option<&Error>) {
        match error {
            Some(error) if !self.failing => {
                tracing::error!(%error, "device checks go on from memory: the database does not answer");
            }
            None if self.failing => tracing::info!("device checks follow the database again"),
            _ => {}
        }
        self.failing = error.is_some();
    }
}
