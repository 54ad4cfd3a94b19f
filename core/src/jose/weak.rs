//! Ed25519 public keys that prove nothing: points of small order, for which
//! anybody can make a signature of any message (RFC 8032 §5.1.7 does not refuse them).

/// The y coordinates of the points whose order divides eight, little-endian, with
/// the encodings that are not reduced. The sign bit aside.
const SMALL_ORDER: [[u8; 32]; 7] = [
    edges(0x00, 0x00, 0x00),
    edges(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    edges(0xec, 0xff, 0x7f),
    edges(0xed, 0xff, 0x7f),
    edges(0xee, 0xff, 0x7f),
];

/// First byte, the thirty between, last byte.
const fn edges(first: u8, between: u8, last: u8) -> [u8; 32] {
    let mut bytes = [between; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Whether this public key is one of them.
pub(super) fn is_small_order(x: &[u8; 32]) -> bool {
    let mut y = *x;
    y[31] &= 0x7f;
    SMALL_ORDER.contains(&y)
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_signature_by_such_a_key_is_had_without_one() {
        // R is the neutral point, S is zero: no secret went in.
        let neutral = edges(0x01, 0x00, 0x00);
        let forged = [neutral, [0; 32]].concat();
        assert!(UnparsedPublicKey::new(&ED25519, neutral).verify(b"whatever", &forged).is_ok());
        for key in SMALL_ORDER {
            let mut negative = key;
            negative[31] |= 0x80;
            assert!(is_small_order(&key) && is_small_order(&negative));
        }
        assert!(!is_small_order(&edges(0x02, 0x00, 0x00)));
    }
}
