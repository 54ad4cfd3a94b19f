//! How retention stands: what is due, what was erased, and whether anything of that is
//! still there, in rows or in the store.

use super::rule::{Cut, Leftover, RULES};
use super::terms::{Terms, Topic};
use crate::db::{At, Db};
use crate::error::Result;
use crate::evidence::{named, sweep};
use crate::storage::{Area, Storage, StoredKey};

/// Files listed in one step.
const PAGE: usize = 500;
/// Where files of people lie.
const AREAS: [Area; 3] = [Area::Evidence, Area::Preview, Area::Attachment];

/// How one rule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The rule.
    pub topic: Topic,
    /// Its term; `None` for ever.
    pub days: Option<u32>,
    /// How many are due now and wait for the next run.
    pub due: i64,
    /// How many were erased ever.
    pub erased: i64,
    /// What of those is still in the database.
    pub leftovers: Vec<Leftover>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Rule by rule.
    pub rules: Vec<Standing>,
    /// Files of people that no row names, and that the sweep should have taken: erased,
    /// and still there.
    pub nameless: Vec<StoredKey>,
}

impl Checked {
    /// Whether nothing that was erased is still there.
    pub fn is_clean(&self) -> bool {
        self.nameless.is_empty() && self.rules.iter().all(|rule| rule.leftovers.is_empty())
    }
}

/// Looks through rows and store.
///
/// # Errors
/// From the database or the store.
pub async fn check(db: &Db, storage: &Storage, terms: &Terms) -> Result<Checked> {
    let now = At::from(db.clock().now());
    let terms = terms.clone();
    let rules = db.read(move |conn| {
        let standing = |rule: &super::rule::Rule| {
            let days = terms.days(rule.topic);
            Ok(Standing {
                topic: rule.topic,
                days,
                due: days.map_or(Ok(0), |days| (rule.count_due)(conn, Cut::of(now, days)))?,
                erased: (rule.count_erased)(conn)?,
                leftovers: (rule.leftovers)(conn, now)?,
            })
        };
        RULES.iter().map(standing).collect::<Result<Vec<_>>>()
    });
    Ok(Checked { rules: rules.await?, nameless: nameless(db, storage, now - sweep::GRACE).await? })
}

/// Younger ones are of uploads whose row is under way.
async fn nameless(db: &Db, storage: &Storage, before: At) -> Result<Vec<StoredKey>> {
    let mut found = Vec::new();
    for area in AREAS {
        let mut after: Option<StoredKey> = None;
        loop {
            let page = storage.list(area, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            let old = page.into_iter().filter(|object| object.kept_at < before.utc()).map(|object| object.key);
            let keys: Vec<StoredKey> = old.collect();
            let asked = keys.clone();
            let named = db.read(move |conn| named::among(conn, &asked)).await?;
            found.extend(keys.into_iter().filter(|key| !named.contains(key)));
        }
    }
    Ok(found)
}
