//! A spread of whole hours: its median and percentiles, exact to the hour.

use std::collections::BTreeMap;

/// How often each number of hours occurred.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread(BTreeMap<u32, i64>);

impl Spread {
    /// Counts more of the same.
    pub fn add(&mut self, hours: u32, count: i64) {
        *self.0.entry(hours).or_default() += count;
    }

    /// Adds another spread.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(hours, count)| self.add(*hours, *count));
    }

    /// How many there are.
    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// The smallest number of hours that `percent` of a hundred do not exceed
    /// (nearest rank); nothing of nothing.
    pub fn percentile(&self, percent: i64) -> Option<u32> {
        let rank = (self.count() * percent + 99) / 100;
        let mut seen = 0;
        self.0.iter().find_map(|(hours, count)| {
            seen += count;
            (seen >= rank.max(1)).then_some(*hours)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let mut spread = Spread::default();
        assert_eq!(spread.percentile(50), None);
        for hours in [24, 2, 10, 48, 30] {
            spread.add(hours, 1);
        }
        assert_eq!([0, 50, 90, 100].map(|percent| spread.percentile(percent)), [2, 24, 48, 48].map(Some));
        spread.add(2, 15);
        assert_eq!((spread.percentile(50), spread.percentile(90), spread.count()), (Some(2), Some(24), 20));
    }
}
