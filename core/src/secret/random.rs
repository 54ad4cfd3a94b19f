//! Random bytes from the operating system, for every secret that is minted.

use ring::rand::{SecureRandom, SystemRandom};

/// `N` bytes nobody can foresee.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the operating system's random source does not fail once the machine is up");
    bytes
}

/// A number below `bound`, every one equally likely.
pub(crate) fn below(bound: u64) -> u64 {
    // The tail that would favour small numbers is thrown away and drawn again.
    let fair = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = u64::from_le_bytes(bytes());
        if drawn < fair {
            return drawn % bound;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_below_their_bound_and_reach_every_value() {
        let mut seen = [false; 7];
        for _ in 0..2_000 {
            seen[below(7) as usize] = true;
        }
        assert_eq!(seen, [true; 7]);
    }
}
