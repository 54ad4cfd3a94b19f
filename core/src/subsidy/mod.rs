//! 助成金 (SPEC 4.5): programmes, what is claimed, what was decided, and its payment.
//! Amounts are whole yen throughout.
//!
//! `rules` and `calculate` know no database; `programme` keeps versions of rules;
//! `claim` notes what was sent; `decision` is the register; `notice` and `paper`
//! make the notices; `payment` pays.

pub mod calculate;
pub mod claim;
pub mod decision;
pub mod notice;
pub mod paper;
pub mod payee;
pub mod payment;
pub mod programme;
pub mod rules;
#[cfg(test)]
mod tests;
