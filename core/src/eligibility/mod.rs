//! The eligibility service's side of the check: its credentials, and the key
//! that signs what it is answered.
//!
//! Credentials are made at the command line (later: in the back office), shown
//! once and stored hashed. The signing key is made by the first start.

mod client;
mod signing_key;

#[cfg(test)]
mod tests;

pub(crate) use client::all_taken;
pub use client::{IntrospectionClient, NewClient, add, authenticate, list};
pub use signing_key::{public_keys, signing_key};
