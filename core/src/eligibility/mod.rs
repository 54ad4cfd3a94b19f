//! The eligibility service's side of the check: its credentials, and the key
//! that signs what it is answered.
//!
//! Credentials are made in the back office or at the command line, shown once and
//! stored hashed. The signing key is made by the first start and rotated at the
//! command line.

mod client;
mod ranges;
mod signing_key;

#[cfg(test)]
mod tests;

pub(crate) use client::all_taken;
pub use client::{ClientState, IntrospectionClient, NewClient, add, add_with, get, list, rotate, set_ranges, stop};
pub use ranges::Ranges;
pub use signing_key::{
    ListedKey, find_signing_key, list_signing_keys, public_keys, rotate_signing_key, signing_key, sweep_signing_keys,
};
