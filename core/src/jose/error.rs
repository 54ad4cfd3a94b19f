//! Why a signed message was not taken.

/// Why an assertion, proof or key was refused. The text is for developers of
/// client apps (`error_description`); it repeats nothing of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// Longer than any honest message.
    #[error("the JWT is too long")]
    TooLong,
    /// Not a compact JWS, or its JSON is not what the standard asks for.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// `alg` is not the one of the key (ES256 for P-256, EdDSA for Ed25519).
    #[error("the alg header does not fit the key")]
    Algorithm,
    /// `typ` is not the one expected.
    #[error("the typ header is not the expected one")]
    Type,
    /// The header names extensions that must be understood (`crit`).
    #[error("critical header extensions are not supported")]
    Critical,
    /// The key cannot be taken; the text says why.
    #[error("unusable key: {0}")]
    Key(&'static str),
    /// The signature does not belong to the message and the key.
    #[error("the signature is wrong")]
    Signature,
    /// A claim is missing or wrong; its name.
    #[error("the {0} claim is missing or wrong")]
    Claim(&'static str),
    /// Too old, or past its `exp`, by this many seconds.
    #[error("expired {by_seconds} s ago; check the clock")]
    Expired {
        /// Seconds beyond the last moment it would have been taken.
        by_seconds: i64,
    },
    /// Its `iat` or `nbf` lies in the future by this many seconds.
    #[error("issued {by_seconds} s in the future; check the clock")]
    Future {
        /// Seconds ahead of the server's clock.
        by_seconds: i64,
    },
    /// Says it holds for longer than is reasonable (RFC 7523, 3 (4)).
    #[error("the exp claim is too far in the future")]
    TooLongLived,
}
