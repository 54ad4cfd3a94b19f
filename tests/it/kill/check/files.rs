//! Every file in the store has a row and every row its file, once the sweep of
//! a day later has been; nothing is left of uploads that were cut off.

use std::collections::BTreeSet;

use chrono::Duration;
use uketsuke_core::clock::Clock;
use uketsuke_core::evidence::sweep::{self, Swept};
use uketsuke_core::storage::{Area, Storage};

use super::super::world::{World, parts};
use super::{Facts, Faults};

/// Answers what was swept, in words.
pub fn check(world: &World<'_>, facts: &Facts, faults: &mut Faults) -> String {
    let later = Clock::manual(Clock::System.now() + sweep::GRACE + Duration::hours(1));
    let storage = Storage::local(&world.server.evidence_folder()).expect("the folder is there");
    let db = parts(world.server, later).db;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let Swept { rows, objects, halves } = runtime.block_on(sweep::sweep(&db, &storage)).expect("the sweep runs");
    faults.same("rows swept: nobody took a file off", rows, 0);
    for area in Area::ALL {
        let stored = runtime.block_on(storage.list(area, None, 10_000)).expect("the store can be listed");
        let stored: BTreeSet<_> = stored.iter().map(|object| object.key.as_str().to_owned()).collect();
        faults.same(&format!("files in {}", area.as_str()), stored, named(facts, area));
    }
    for row in &facts.evidence {
        let content = runtime
            .block_on(storage.fetch(row.key().expect("nothing is past its term")))
            .map(|file| file.sha256().to_owned());
        faults.same("content of a file", content.ok(), Some(row.sha256.clone()));
        faults.same("files in the audit", facts.audited("evidence.attached", row.id.as_str()), 1);
    }
    let staging = world.server.evidence_folder().join("staging");
    let left = std::fs::read_dir(staging).expect("the folder is there").count();
    faults.same("files left in staging", left, 0);
    format!("{objects} files without a row and {halves} half-received swept")
}

/// The keys that rows name.
fn named(facts: &Facts, area: Area) -> BTreeSet<String> {
    let evidence = facts.evidence.iter().flat_map(|row| [row.storage_key.as_ref(), row.preview_key.as_ref()]).flatten();
    let keys = evidence.map(|key| key.as_str().to_owned()).chain(facts.edition_files.iter().cloned());
    keys.filter(|key| key.starts_with(area.as_str())).collect()
}
