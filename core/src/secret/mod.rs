//! Secrets: how they are made, compared, sealed and kept out of sight.
//!
//! A secret has two shapes: the plain one, shown or sent once and never
//! printed, and the one that reaches SQL (a hash, a MAC or a sealed value).
//! Everything above the vocabulary may use this module; nothing here knows a
//! table, reads a clock or writes a log.

mod activation_code;
mod initial_password;
mod keyring;
mod password;
pub(crate) mod random;
mod receipt_number;
mod token;
pub mod totp;
mod typed;

pub use activation_code::{ActivationCode, CodeSlip};
pub use initial_password::InitialPassword;
pub use keyring::{CannotOpen, Keyring, Purpose};
pub use password::{Busy, HashCost, PasswordHash, PasswordHasher, Verified};
pub use receipt_number::ReceiptNumber;
pub use token::{PlainToken, TokenHash, sha256_hex};
pub(crate) use token::{hex, unhex};
