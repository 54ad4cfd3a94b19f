//! How many uploads run at one moment: a few per person, and so many in all
//! that the disk and the line have room for the pages.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use metrics::counter;

/// Uploads of one person at one moment.
const PER_PERSON: usize = 2;
/// Uploads of everybody at one moment, per process.
const IN_ALL: usize = 32;

/// Counts uploads under way. Clones count together.
#[derive(Debug, Clone)]
pub struct Gate {
    per_person: usize,
    in_all: usize,
    under_way: Arc<Mutex<HashMap<String, usize>>>,
}

/// No more uploads at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

/// The right to one upload; dropping it makes room for the next.
#[derive(Debug)]
pub struct Pass {
    gate: Gate,
    person: String,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(PER_PERSON, IN_ALL)
    }
}

impl Gate {
    /// A gate of so many at one moment.
    pub fn new(per_person: usize, in_all: usize) -> Self {
        Self { per_person, in_all, under_way: Arc::default() }
    }

    /// Lets one more upload of this person in.
    ///
    /// # Errors
    /// [`Busy`] while the person, or everybody together, has too many under way.
    pub fn enter(&self, person: &str) -> Result<Pass, Busy> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let own = under_way.get(person).copied().unwrap_or(0);
        let is_full = own >= self.per_person || under_way.values().sum::<usize>() >= self.in_all;
        let outcome = if is_full { "turned_away" } else { "let_in" };
        counter!("uketsuke_uploads_total", "outcome" => outcome).increment(1);
        if is_full {
            return Err(Busy);
        }
        under_way.insert(person.to_owned(), own + 1);
        Ok(Pass { gate: self.clone(), person: person.to_owned() })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut under_way = self.gate.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.get_mut(&self.person) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                under_way.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_and_all_together_have_a_limit_that_dropping_lifts() {
        let gate = Gate::new(2, 3);
        let first = gate.enter("a").unwrap();
        let second = gate.enter("a").unwrap();
        assert_eq!(gate.enter("a").unwrap_err(), Busy);
        let third = gate.enter("b").unwrap();
        assert_eq!(gate.enter("c").unwrap_err(), Busy);
        drop(third);
        drop(first);
        let _again = gate.enter("a").unwrap();
        let _other = gate.enter("c").unwrap();
        assert_eq!(gate.enter("a").unwrap_err(), Busy);
        drop(second);
    }
}
