//! Erasing what is due: each rule in batches, each batch a transaction, so many in one
//! run at most. Whatever breaks off is gone on with the next day.

use super::rule::{Cut, Key, RULES, Rule};
use super::terms::{Terms, Topic};
use crate::db::{Actor, Db, Tx};
use crate::error::Result;
use crate::storage::{Storage, StoredKey};

/// Erased in one transaction.
const BATCH: i64 = 100;
/// Erased by one rule in one run.
pub(super) const MOST: usize = 20_000;

/// What a run came to, rule by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(Vec<(Topic, usize)>);

impl Tally {
    /// How many things of a topic were erased.
    pub fn of(&self, topic: Topic) -> usize {
        self.0.iter().filter(|(one, _)| *one == topic).map(|(_, things)| things).sum()
    }

    /// How many things were erased.
    pub fn total(&self) -> usize {
        self.0.iter().map(|(_, things)| things).sum()
    }
}

/// Erases what is due by these terms.
///
/// # Errors
/// From the database; what was erased till then is. Files that the store cannot delete
/// now are named by no row any more, and swept.
pub async fn run(db: &Db, storage: &Storage, terms: &Terms) -> Result<Tally> {
    let mut tally = Tally::default();
    for rule in RULES {
        let Some(days) = terms.days(rule.topic) else { continue };
        let things = run_rule(db, storage, rule, days).await?;
        if things > 0 {
            tracing::info!(rule = %rule.topic, things, "erased what was past its term");
        }
        tally.0.push((rule.topic, things));
    }
    Ok(tally)
}

async fn run_rule(db: &Db, storage: &Storage, rule: &'static Rule, days: u32) -> Result<usize> {
    let (mut things, mut after) = (0, Key::start());
    while things < MOST {
        let from = after.clone();
        let batch = db.write(Actor::system(), move |tx| erase_batch(tx, rule, days, &from)).await?;
        let Some(last) = batch.last else { break };
        (things, after) = (things + batch.things, last);
        delete(storage, batch.files).await;
    }
    if let Some(also) = rule.also {
        db.write(Actor::system(), move |tx| also(tx, Cut::of(tx.now(), days))).await?;
    }
    Ok(things)
}

/// What one transaction did.
pub(super) struct Batch {
    pub things: usize,
    pub files: Vec<StoredKey>,
    /// The last that was looked at; none when nothing is due.
    pub last: Option<Key>,
}

pub(super) fn erase_batch(tx: &mut Tx<'_>, rule: &Rule, days: u32, after: &Key) -> Result<Batch> {
    let cut = Cut::of(tx.now(), days);
    let due = (rule.due)(tx.conn(), cut, after, BATCH)?;
    let mut batch = Batch { things: 0, files: Vec::new(), last: due.last().cloned() };
    for key in due {
        let erased = (rule.erase)(tx, cut, &key.id)?;
        batch.things += erased.things;
        batch.files.extend(erased.files);
    }
    Ok(batch)
}

async fn delete(storage: &Storage, files: Vec<StoredKey>) {
    for key in files {
        if let Err(error) = storage.delete(&key).await {
            tracing::warn!(%error, "an erased file is left to the sweep");
        }
    }
}
