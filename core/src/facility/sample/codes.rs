//! Codes that never repeat: a counter per third digit and prefecture, walked in
//! strides that meet every number once before they come round.

use fastrand::Rng;

use crate::facility::code::FacilityCode;
use crate::facility::kind::{CodeEntry, FacilityKind};
use crate::facility::prefecture::Prefecture;

/// Third digits that this makes: 助産所, 医科, 施術所 and the rest, 歯科, 調剤.
const THIRD_DIGITS: usize = 5;

/// Coprime to ten, hence to every power of it.
const STRIDE: u64 = 617_283;

/// Keeps the prefectures' numbers apart to the eye.
const APART: u64 = 70_907;

/// The counters.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    start: u64,
    counts: [[u64; 47]; THIRD_DIGITS],
}

impl Codes {
    pub(super) fn new(rng: &mut Rng) -> Self {
        Self { start: rng.u64(..10_000_000), counts: [[0; 47]; THIRD_DIGITS] }
    }

    /// The next code of a kind in a prefecture. Kinds with the same third digit
    /// share a counter, so that a code belongs to one facility.
    pub(super) fn next(&mut self, kind: FacilityKind, prefecture: Prefecture) -> FacilityCode {
        let third = third_digit(kind);
        let count = &mut self.counts[usize::from(third)][usize::from(prefecture.number()) - 1];
        *count += 1;
        let walked = self.start + u64::from(prefecture.number()) * APART + *count * STRIDE;
        let third_digit = char::from(b'0' + third);
        match third {
            1 | 3 | 4 => FacilityCode::with_check_digit(prefecture, third_digit, walked % 1_000_000),
            _ => FacilityCode::compose(prefecture, third_digit, &format!("{:07}", walked % 10_000_000)),
        }
    }
}

/// 点数表 where there is one; 2 for what claims by none.
fn third_digit(kind: FacilityKind) -> u8 {
    match (kind, kind.entry().code) {
        (_, CodeEntry::SevenWithPrefecture { third_digit, .. }) => third_digit as u8 - b'0',
        (FacilityKind::HealthCheckDental, _) => 3,
        (FacilityKind::HealthCheckPharmacy, _) => 4,
        _ => 2,
    }
}
