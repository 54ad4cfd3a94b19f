//! Signed JSON as devices send it and as the server answers it.
//!
//! Device keys (RFC 7517, 7638), `private_key_jwt` assertions (RFC 7523), DPoP
//! proofs (RFC 9449), our own opaque access tokens and the server's signing key.
//! Pure functions over text, time as a parameter; who remembers `jti` values is
//! the caller's affair. The algorithm always follows from the key, never from
//! the header. Why `ring` alone: docs/decisions/jose.md.

mod access_token;
mod assertion;
pub mod device;
mod dpop;
mod error;
mod es256;
mod jwk;
mod jws;
mod server_key;
mod weak;

#[cfg(test)]
mod abuse_tests;
#[cfg(test)]
mod wycheproof_tests;

pub use access_token::{AccessClaims, hash_access_token, mint_access_token, read_access_token};
pub use assertion::{Assertion, claimed_client_id, clock_offset, verify_client_assertion};
pub use dpop::{Dpop, verify_dpop};
pub use error::JoseError;
pub use jwk::{Jwk, thumbprint_bytes};
pub use server_key::SigningKey;

/// How far a sender's clock may be off, in seconds.
pub const SKEW_SECONDS: i64 = 60;
/// How long after its `iat` an assertion or proof is taken, in seconds.
pub const LIFETIME_SECONDS: i64 = 60;
