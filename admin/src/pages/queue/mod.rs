//! The reviewers' list: looking through it, taking the next one, saving a view
//! of it, writing it out.

mod asked;
pub mod export;
pub mod index;
pub mod next;
pub mod views;
