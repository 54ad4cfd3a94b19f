//! The tables in memory: credentials in use, and the facts of their facilities
//! beside them, so that closing a facility is one write.
//!
//! Many threads read, one writes. Each table is cut into parts with a lock of
//! their own; a lock is held for one look or one write, never over anything slow.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use chrono::NaiveDate;
use foldhash::fast::RandomState;

use super::short::Short;
use crate::client_app::AppFault;
use crate::db::At;
use crate::device::{AccountRole, Basis, CredentialState, DeviceState};
use crate::facility::feature::Features;
use crate::facility::kind::FacilityKind;

/// An id as memory holds it.
pub(super) type Key = [u8; 16];

/// Parts of each table: far more than threads that look at the same moment.
const PARTS: usize = 64;
/// "Nothing noted" among the moments of last use.
const NEVER: u32 = 0;

/// What a check reads of a credential in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Credential {
    pub device: Key,
    /// SHA-256 of its public key (RFC 7638).
    pub thumbprint: [u8; 32],
    pub user_id: Short<11>,
    pub generation: i64,
    pub state: DeviceState,
    pub role: AccountRole,
    pub starts_on: Option<NaiveDate>,
    /// The version of its client app; 0 when it named none.
    pub app: u32,
    /// The place of its facility in the other table.
    pub facility: u32,
}

/// What a check reads of a facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facility {
    pub code: Short<15>,
    pub kind: FacilityKind,
    pub closed_on: Option<NaiveDate>,
    pub registered: bool,
    pub ended_at: Option<At>,
    pub stopped: bool,
    pub features: Features,
    /// The office it speaks for besides.
    pub annex: Option<Annex>,
}

/// What a check reads of a subordinate office (従たる施術所).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Annex {
    pub code: Short<15>,
    pub closed_on: Option<NaiveDate>,
}

impl Annex {
    /// Its code, while it is open.
    pub fn code_on(self, today: NaiveDate) -> Option<Short<15>> {
        self.closed_on.is_none_or(|on| today < on).then_some(self.code)
    }
}

/// A credential in its place.
struct Entry {
    credential: Credential,
    /// The last use since the last batch, in seconds since 1970, or [`NEVER`].
    used: AtomicU32,
}

#[derive(Default)]
struct Part {
    places: HashMap<Key, u32, RandomState>,
    entries: Vec<Entry>,
    free: Vec<u32>,
}

/// What a look found, without memory of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub credential: Credential,
    pub facility: Facility,
    app: Option<AppFault>,
    place: (usize, u32),
}

impl Seen {
    /// What decides whether the credential counts.
    pub fn basis(&self) -> Basis {
        Basis {
            credential: CredentialState::Active,
            device: self.credential.state,
            closed_on: self.facility.closed_on,
            registered: self.facility.registered,
            ended_at: self.facility.ended_at,
            facility_stopped: self.facility.stopped,
            starts_on: self.credential.starts_on,
            app: self.app,
        }
    }
}

/// See the module.
pub(super) struct Memory {
    credentials: Vec<RwLock<Part>>,
    facilities: Vec<RwLock<Vec<Facility>>>,
    /// Places of devices used since the last batch.
    used: Vec<Mutex<Vec<u32>>>,
    /// Versions of the client app that are refused.
    refused: RwLock<HashMap<u32, AppFault>>,
}

impl Memory {
    /// Empty tables with room for so many credentials.
    pub fn with_room_for(credentials: usize) -> Self {
        let room = credentials / PARTS;
        // Parts differ a little in size.
        let room = room + room / 32;
        let part = || Part {
            places: HashMap::with_capacity_and_hasher(room, RandomState::default()),
            entries: Vec::with_capacity(room),
            free: Vec::new(),
        };
        Self {
            credentials: (0..PARTS).map(|_| RwLock::new(part())).collect(),
            facilities: (0..PARTS).map(|_| RwLock::default()).collect(),
            used: (0..PARTS).map(|_| Mutex::default()).collect(),
            refused: RwLock::default(),
        }
    }

    /// A credential with its facility's facts.
    pub fn look(&self, id: &Key) -> Option<Seen> {
        let part = part_of(id);
        let (credential, place) = {
            let table = read(&self.credentials[part]);
            let place = *table.places.get(id)?;
            (table.entries.get(place as usize)?.credential, place)
        };
        let app = read(&self.refused).get(&credential.app).copied();
        Some(Seen { credential, facility: self.facility(credential.facility)?, app, place: (part, place) })
    }

    /// Puts in which versions of the client app are refused.
    pub fn refuse(&self, apps: HashMap<u32, AppFault>) {
        *write(&self.refused) = apps;
    }

    fn facility(&self, place: u32) -> Option<Facility> {
        read(&self.facilities[place as usize % PARTS]).get(place as usize / PARTS).copied()
    }

    /// Notes a use, in seconds since 1970.
    pub fn note_use(&self, seen: &Seen, at: u32) {
        let (part, place) = seen.place;
        // The place may have become another device's since the look.
        let first = match read(&self.credentials[part]).entries.get(place as usize) {
            Some(entry) if entry.credential.device == seen.credential.device => {
                entry.used.fetch_max(at, Ordering::Relaxed) == NEVER
            }
            _ => false,
        };
        if first {
            self.used[part].lock().unwrap_or_else(PoisonError::into_inner).push(place);
        }
    }

    /// Takes at most about `most` noted uses; the rest stays noted.
    pub fn take_uses(&self, most: usize) -> Vec<(Key, u32)> {
        let mut taken = Vec::new();
        for (part, used) in self.credentials.iter().zip(&self.used) {
            let places: Vec<u32> = {
                let mut used = used.lock().unwrap_or_else(PoisonError::into_inner);
                let from = used.len().saturating_sub(most.div_ceil(PARTS));
                used.drain(from..).collect()
            };
            let table = read(part);
            taken.extend(places.into_iter().filter_map(|place| {
                let entry = table.entries.get(place as usize)?;
                let at = entry.used.swap(NEVER, Ordering::Relaxed);
                (at != NEVER).then_some((entry.credential.device, at))
            }));
        }
        taken
    }

    /// Puts a credential in, or a newer state of it.
    pub fn put(&self, id: Key, credential: Credential) {
        let mut table = write(&self.credentials[part_of(&id)]);
        let table = &mut *table;
        match table.places.get(&id) {
            Some(place) => table.entries[*place as usize].credential = credential,
            None => {
                let entry = Entry { credential, used: AtomicU32::new(NEVER) };
                let place = match table.free.pop() {
                    Some(place) => {
                        table.entries[place as usize] = entry;
                        place
                    }
                    None => {
                        table.entries.push(entry);
                        place_of(table.entries.len() - 1)
                    }
                };
                table.places.insert(id, place);
            }
        }
    }

    /// Takes a credential out, if it is there.
    pub fn remove(&self, id: &Key) {
        let mut table = write(&self.credentials[part_of(id)]);
        if let Some(place) = table.places.remove(id) {
            table.free.push(place);
        }
    }

    /// Puts a facility's facts at a place, which is one that is known or the next.
    pub fn set_facility(&self, place: u32, facts: Facility) {
        let mut table = write(&self.facilities[place as usize % PARTS]);
        let at = place as usize / PARTS;
        if at < table.len() { table[at] = facts } else { table.push(facts) }
    }

    /// Stops all devices of a facility whose facts cannot be held.
    pub fn close_facility(&self, place: u32) {
        let mut table = write(&self.facilities[place as usize % PARTS]);
        if let Some(facts) = table.get_mut(place as usize / PARTS) {
            facts.registered = false;
        }
    }

    /// How many credentials are in.
    pub fn len(&self) -> usize {
        self.credentials.iter().map(|part| read(part).places.len()).sum()
    }

    /// Everything, in order, for comparing two memories.
    #[cfg(test)]
    pub fn dump(&self) -> Vec<String> {
        let ids: Vec<Key> =
            self.credentials.iter().flat_map(|part| read(part).places.keys().copied().collect::<Vec<_>>()).collect();
        let line = |id: &Key| {
            let seen = self.look(id).expect("just listed");
            let (mut credential, facility) = (seen.credential, seen.facility);
            // Where a facility lies is each memory's own.
            credential.facility = 0;
            format!("{id:02x?} {credential:02x?} {facility:?} {:?}", seen.app)
        };
        let mut lines: Vec<String> = ids.iter().map(line).collect();
        lines.sort();
        lines
    }
}

/// The end of a UUIDv7 is random.
fn part_of(id: &Key) -> usize {
    usize::from(id[15]) % PARTS
}

fn place_of(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four thousand million credentials")
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
