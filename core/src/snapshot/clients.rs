//! The eligibility service's credentials in memory: few, so that any change
//! loads all of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use ring::digest;

use crate::db::{At, Conn};
use crate::eligibility::{self, Ranges};
use crate::error::Result;
use crate::secret::unhex;

struct Client {
    /// SHA-256 of the secret, which has 256 random bits.
    secret: [u8; 32],
    expires_at: Option<At>,
    ranges: Ranges,
}

/// Credentials by their client id.
#[derive(Default)]
pub(super) struct Clients(RwLock<HashMap<String, Client>>);

impl Clients {
    /// Whether this id and secret belong together and are taken at `now`, sent from
    /// that address, which is asked for only where it matters.
    pub fn know(&self, id: &str, secret: &str, now: At, from: impl FnOnce() -> IpAddr) -> bool {
        let clients = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let Some(client) = clients.get(id) else { return false };
        // Hashes of 256-bit secrets: what a comparison's time could tell finds none.
        let right = digest::digest(&digest::SHA256, secret.as_bytes()).as_ref() == client.secret;
        let in_time = client.expires_at.is_none_or(|at| now < at);
        right && in_time && (client.ranges.is_empty() || client.ranges.holds(from()))
    }

    /// Reads all of them anew.
    pub fn load(&self, conn: &mut Conn) -> Result<()> {
        let taken = eligibility::all_taken(conn)?.into_iter().filter_map(|row| {
            let secret = unhex(row.secret_hash.as_str())?.try_into().ok()?;
            let ranges = Ranges::stored(&row.address_ranges)?;
            Some((row.id, Client { secret, expires_at: row.expires_at, ranges }))
        });
        let all = taken.collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = all;
        Ok(())
    }
}
