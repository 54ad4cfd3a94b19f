//! Pages drawn a short while ago, in memory: the page that was drawn to see
//! whether it can be, is asked for as a picture right after. Nothing is written
//! to a disk, so there is nothing to sweep.

use std::collections::VecDeque;

use chrono::{DateTime, Duration, Utc};

use super::{Ask, Look, View, ViewFault};
use crate::storage::StoredKey;

/// Kept at most, all pages together.
const MAX_BYTES: usize = 48 << 20;
/// A file that could not be shown is tried again after this time.
const FAULT_LIFE: Duration = Duration::minutes(10);
/// Pages are forgotten after this time, looked at or not.
const PAGE_LIFE: Duration = Duration::minutes(30);
/// What an entry costs besides its picture.
const OVERHEAD_BYTES: usize = 512;

type Key = (StoredKey, Ask);

/// The pages, the one looked at last at the end.
#[derive(Default)]
pub(super) struct Kept {
    entries: VecDeque<(Key, Look, DateTime<Utc>)>,
    bytes: usize,
}

impl Kept {
    pub(super) fn find(&mut self, key: &Key, now: DateTime<Utc>) -> Option<Look> {
        let at = self.entries.iter().position(|(known, ..)| known == key)?;
        let entry = self.take(at)?;
        let life = if entry.1.is_ok() { PAGE_LIFE } else { FAULT_LIFE };
        if now - entry.2 > life {
            return None;
        }
        let look = entry.1.clone();
        self.push(entry);
        Some(look)
    }

    pub(super) fn put(&mut self, key: Key, look: &Look, now: DateTime<Utc>) {
        // Being busy passes by itself.
        if *look == Err(ViewFault::Busy) || cost(look) > MAX_BYTES {
            return;
        }
        if let Some(at) = self.entries.iter().position(|(known, ..)| *known == key) {
            self.take(at);
        }
        self.push((key, look.clone(), now));
        while self.bytes > MAX_BYTES {
            self.take(0);
        }
    }

    fn push(&mut self, entry: (Key, Look, DateTime<Utc>)) {
        self.bytes += cost(&entry.1);
        self.entries.push_back(entry);
    }

    fn take(&mut self, at: usize) -> Option<(Key, Look, DateTime<Utc>)> {
        let entry = self.entries.remove(at)?;
        self.bytes -= cost(&entry.1);
        Some(entry)
    }
}

fn cost(look: &Look) -> usize {
    let of = |view: &View| view.png.len() + view.shown.table.as_ref().map_or(0, super::book::Table::bytes);
    OVERHEAD_BYTES + look.as_ref().map_or(0, |view| of(view))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evidence::viewer::Shown;
    use crate::storage::Area;
    use crate::testing::start;

    fn page(bytes: usize) -> Look {
        let shown = Shown { parts: 1, size: Some((1, 1)), table: None, notices: Vec::new() };
        Ok(Arc::new(View { shown, png: vec![0; bytes].into() }))
    }

    fn key(part: u32) -> Key {
        static FILE: std::sync::LazyLock<StoredKey> = std::sync::LazyLock::new(|| StoredKey::mint(Area::Evidence));
        (FILE.clone(), Ask { part, width: 100, turn: 0 })
    }

    #[test]
    fn the_pages_looked_at_longest_ago_make_room() {
        let mut kept = Kept::default();
        for part in 1..=4 {
            kept.put(key(part), &page(MAX_BYTES / 4 - OVERHEAD_BYTES), start());
        }
        assert!(kept.find(&key(1), start()).is_some());
        kept.put(key(5), &page(1), start());
        let there: Vec<u32> = (1..=5).filter(|part| kept.find(&key(*part), start()).is_some()).collect();
        assert_eq!(there, [1, 3, 4, 5]);
        kept.put(key(6), &page(MAX_BYTES), start());
        assert!(kept.find(&key(6), start()).is_none(), "one page never pushes all others out");
        let (bytes, sum) = (kept.bytes, kept.entries.iter().map(|entry| cost(&entry.1)).sum::<usize>());
        assert_eq!(bytes, sum);
    }

    #[test]
    fn faults_are_tried_again_soon_and_being_busy_at_once() {
        let mut kept = Kept::default();
        kept.put(key(1), &Err(ViewFault::TooSlow), start());
        kept.put(key(2), &Err(ViewFault::Busy), start());
        assert_eq!(kept.find(&key(1), start() + FAULT_LIFE), Some(Err(ViewFault::TooSlow)));
        assert_eq!(kept.find(&key(1), start() + FAULT_LIFE + Duration::seconds(1)), None);
        assert_eq!(kept.find(&key(2), start()), None);
    }
}
