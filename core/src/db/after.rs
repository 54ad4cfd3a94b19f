//! Who is told when something was committed.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use super::Db;

/// Whoever has to know of commits before their cause is answered.
pub trait AfterCommit: Send + Sync {
    /// Something was committed. The writer waits, holding no connection.
    fn committed(&self, db: &Db);
}

/// Those who are told, shared by all pools of a process.
#[derive(Clone, Default)]
pub(super) struct Told(Arc<RwLock<Vec<Weak<dyn AfterCommit>>>>);

impl Told {
    pub(super) fn add(&self, who: Weak<dyn AfterCommit>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|known| known.strong_count() > 0);
        all.push(who);
    }

    pub(super) fn tell(&self, db: &Db) {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        all.iter().filter_map(Weak::upgrade).for_each(|who| who.committed(db));
    }
}
