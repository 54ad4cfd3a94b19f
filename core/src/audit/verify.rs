//! Finding out whether the trail is whole: every event read once, in order, with
//! bounded memory; every wrong place is named.

use diesel::prelude::*;

use super::AuditEvent;
use super::chain::{Head, fits, head};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::AuditId;
use crate::schema::audit_events;
use crate::secret::Keyring;

/// Events read at a time.
const BATCH: i64 = 2000;
/// After so many wrong places the rest is not told apart any more.
const MOST: usize = 200;
/// Up to so many events that do not fit are tried at each other's places.
const SHUFFLED: usize = 24;

/// One wrong place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The fields of this event are not those that were written.
    Altered {
        /// Where.
        position: i64,
        /// Which.
        id: AuditId,
    },
    /// This event stood elsewhere.
    Moved {
        /// Where it is now.
        position: i64,
        /// Where it was written.
        from: i64,
        /// Which.
        id: AuditId,
    },
    /// Events are gone, from the first position to the last.
    Missing {
        /// The first that is gone.
        first: i64,
        /// The last that is gone.
        last: i64,
    },
    /// An event beyond the end of the chain.
    Beyond {
        /// Where.
        position: i64,
        /// Which.
        id: AuditId,
    },
    /// Events that were never sealed: written past the program.
    Unsealed {
        /// How many.
        count: i64,
    },
    /// The end of the chain was written by somebody without the key.
    HeadAltered,
    /// The end of the chain is not where the chain ends.
    HeadElsewhere,
    /// The head that was noted before is not in the chain (any more).
    NotedHeadGone {
        /// The position that was noted.
        position: i64,
    },
}

impl Damage {
    /// The wrong place in words.
    pub fn words(&self) -> String {
        match self {
            Self::Altered { position, id } => format!("{position}番目の記録（{id}）が書き換えられています"),
            Self::Moved { position, from, id } => {
                format!("{position}番目の記録（{id}）は、もともと{from}番目にあったものです")
            }
            Self::Missing { first, last } if first == last => format!("{first}番目の記録がありません"),
            Self::Missing { first, last } => format!("{first}番目から{last}番目までの記録がありません"),
            Self::Beyond { position, id } => format!("{position}番目の記録（{id}）は、末尾のあとに書き足されています"),
            Self::Unsealed { count } => format!("連鎖に入っていない記録が{count}件あります"),
            Self::HeadAltered => "末尾の印が書き換えられています".to_owned(),
            Self::HeadElsewhere => "末尾の印と最後の記録が合いません".to_owned(),
            Self::NotedHeadGone { position } => {
                format!("控えてあった{position}番目の印が見つかりません。記録全体が過去の状態に戻されています")
            }
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many events were read.
    pub events: i64,
    /// The end of the chain.
    pub head: Head,
    /// Every wrong place; none when the trail is whole.
    pub damage: Vec<Damage>,
}

/// Reads the whole trail. `noted` is a head that was written down elsewhere
/// before, position and hash: it proves that nobody turned the whole trail back.
///
/// # Errors
/// From the database only: damage is an answer, not an error.
pub fn verify(conn: &mut Conn, keyring: &Keyring, noted: Option<(i64, &str)>) -> Result<Verdict> {
    let mut walk = Walk::from(keyring, 0, String::new());
    // The head is read first: what is added while the walk goes on lies beyond it.
    let head = head(conn)?;
    walk.all(conn, head.position)?;
    if let Some((position, chain)) = noted {
        let found: Option<Option<String>> = audit_events::table
            .filter(audit_events::position.eq(position))
            .select(audit_events::chain)
            .first(conn)
            .optional()?;
        if found.flatten().as_deref() != Some(chain) {
            walk.damage.push(Damage::NotedHeadGone { position });
        }
    }
    walk.end(conn, head)
}

/// As [`verify`], for the newest `count` events only.
///
/// # Errors
/// As [`verify`].
pub fn verify_newest(conn: &mut Conn, keyring: &Keyring, count: i64) -> Result<Verdict> {
    let head = head(conn)?;
    let before = (head.position - count).max(0);
    let chain: Option<Option<String>> = audit_events::table
        .filter(audit_events::position.eq(before))
        .select(audit_events::chain)
        .first(conn)
        .optional()?;
    let mut walk = Walk::from(keyring, before, chain.flatten().unwrap_or_default());
    walk.all(conn, head.position)?;
    walk.end(conn, head)
}

/// A walk along the chain.
struct Walk<'k> {
    keyring: &'k Keyring,
    /// The last position read, and its hash as stored.
    position: i64,
    chain: String,
    /// Whether that was the event before, so that a link can be judged.
    linked: bool,
    events: i64,
    odd: Vec<Odd>,
    damage: Vec<Damage>,
}

/// An event that does not fit its place, with the hash of the event before it.
struct Odd {
    event: AuditEvent,
    position: i64,
    before: String,
}

impl<'k> Walk<'k> {
    fn from(keyring: &'k Keyring, position: i64, chain: String) -> Self {
        Self { keyring, position, chain, linked: true, events: 0, odd: Vec::new(), damage: Vec::new() }
    }

    fn all(&mut self, conn: &mut Conn, last: i64) -> Result<()> {
        loop {
            let events: Vec<AuditEvent> = audit_events::table
                .filter(audit_events::position.gt(self.position))
                .filter(audit_events::position.le(last))
                .order(audit_events::position)
                .limit(BATCH)
                .select(AuditEvent::as_select())
                .load(conn)?;
            let more = events.len() as i64 == BATCH;
            for event in events {
                self.step(event);
            }
            if !more {
                break;
            }
        }
        if self.position < last {
            self.tell(Damage::Missing { first: self.position + 1, last });
        }
        Ok(())
    }

    fn step(&mut self, event: AuditEvent) {
        self.events += 1;
        let position = event.position.unwrap_or_default();
        if position > self.position + 1 {
            self.tell(Damage::Missing { first: self.position + 1, last: position - 1 });
            self.linked = false;
        }
        let chain = event.chain.clone().unwrap_or_default();
        // What follows a gap has lost its neighbour: its own link cannot be judged, the next one can.
        if self.linked && !fits(self.keyring, &event, position, &self.chain) {
            self.odd.push(Odd { event, position, before: self.chain.clone() });
            if self.odd.len() > SHUFFLED {
                let odd = self.odd.remove(0);
                self.tell(Damage::Altered { position: odd.position, id: odd.event.id });
            }
        }
        (self.position, self.chain, self.linked) = (position, chain, true);
    }

    fn tell(&mut self, damage: Damage) {
        if self.damage.len() < MOST {
            self.damage.push(damage);
        }
    }

    fn end(mut self, conn: &mut Conn, head: Head) -> Result<Verdict> {
        self.sort_out_the_odd();
        let beyond: Vec<(Option<i64>, AuditId)> = audit_events::table
            .filter(audit_events::position.gt(head.position))
            .order(audit_events::position)
            .limit(10)
            .select((audit_events::position, audit_events::id))
            .load(conn)?;
        let now = super::head(conn)?;
        // A head that moved meanwhile explains what lies beyond the one that was read.
        for (position, id) in beyond.into_iter().filter(|(position, _)| *position > Some(now.position)) {
            self.tell(Damage::Beyond { position: position.unwrap_or_default(), id });
        }
        let unsealed: i64 = audit_events::table.filter(audit_events::position.is_null()).count().get_result(conn)?;
        if unsealed > 0 {
            self.tell(Damage::Unsealed { count: unsealed });
        }
        if !head.is_genuine(self.keyring) {
            self.tell(Damage::HeadAltered);
        } else if self.position == head.position && self.chain != head.chain {
            self.tell(Damage::HeadElsewhere);
        }
        Ok(Verdict { events: self.events, head, damage: self.damage })
    }

    /// An event that fits another odd one's place was moved; one that fits its
    /// own once its true neighbour is known was not touched; the rest were altered.
    fn sort_out_the_odd(&mut self) {
        let odd = std::mem::take(&mut self.odd);
        let hashes = |odd: &Odd| odd.event.chain.clone().unwrap_or_default();
        let before: Vec<String> = odd.iter().flat_map(|o| [o.before.clone(), hashes(o)]).collect();
        for one in &odd {
            let fits_at = |position: i64| before.iter().any(|b| fits(self.keyring, &one.event, position, b));
            let (position, id) = (one.position, one.event.id.clone());
            if fits_at(position) {
                continue;
            }
            match odd.iter().map(|other| other.position).find(|place| fits_at(*place)) {
                Some(from) => self.tell(Damage::Moved { position, from, id }),
                None => self.tell(Damage::Altered { position, id }),
            }
        }
    }
}
