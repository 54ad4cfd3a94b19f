//! Chance that can be repeated: numbers from a printed seed, a row of their own
//! for everybody who throws.

use std::hash::{DefaultHasher, Hash, Hasher};

use uketsuke_core::clock::Clock;

/// Repeats an earlier run.
pub const VARIABLE: &str = "UKETSUKE_TEST_KILL_SEED";

/// The seed of this run: from the environment, else from the clock.
pub fn seed() -> u64 {
    let asked = std::env::var(VARIABLE).ok().map(|text| text.parse().expect("the seed is a number"));
    asked.unwrap_or_else(|| Clock::System.now().timestamp_micros().cast_unsigned() % 1_000_000_007)
}

/// A row of numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The row that belongs to `who`.
    pub fn new(seed: u64, who: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (seed, who).hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}
