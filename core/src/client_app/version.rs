//! Which of two versions is older, and whether one is refused.

/// Why a version of the client app is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppFault {
    /// Older than the lowest one that its platform may have.
    TooOld,
    /// Stopped by itself, e.g. because it is faulty.
    Stopped,
}

/// The numbers of a version up to the first part that is none, without zeros at the
/// end: 3.1 is 3.1.0, and 3.10 comes after 3.9.
fn numbers(version: &str) -> Vec<u64> {
    let part = |part: &str| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part[..digits].parse().ok()
    };
    let mut numbers: Vec<u64> = version.trim_start_matches(['v', 'V']).split('.').map_while(part).collect();
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    numbers
}

/// Whether a version is older than another one. One that tells no number is older
/// than all.
pub(super) fn is_older(version: &str, than: &str) -> bool {
    numbers(version) < numbers(than)
}

/// Whether this is a version to compare with: two to four numbers and dots.
pub(super) fn is_plain(version: &str) -> bool {
    let parts: Vec<&str> = version.split('.').collect();
    let is_number = |part: &&str| (1..=6).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (1..=4).contains(&parts.len()) && parts.iter().all(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        for (older, newer) in
            [("3.9", "3.10"), ("3.1.9", "3.2"), ("2", "10"), ("", "1"), ("beta", "0.1"), ("3.1-rc", "3.1.1")]
        {
            assert!(is_older(older, newer) && !is_older(newer, older), "{older} {newer}");
        }
        for (one, other) in [("3.1", "3.1.0"), ("v3.1", "3.1"), ("3.1.0-rc1", "3.1"), ("03.1", "3.1")] {
            assert!(!is_older(one, other) && !is_older(other, one), "{one} {other}");
        }
        // More digits than a number holds are no number.
        assert!(is_older("99999999999999999999999", "1"));
    }

    #[test]
    fn a_version_to_compare_with_is_numbers_and_dots() {
        for good in ["3", "3.1", "3.1.0", "2026.11.25.1"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in ["", ".", "3.", "3..1", "3.1-rc", "v3", "1.2.3.4.5", "3,1", "1234567"] {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
