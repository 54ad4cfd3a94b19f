//! The reviewers' list: looking through it, taking the next one, saving a view
//! of it, writing it out.

mod asked;
pub mod bulk;
pub mod bulk_export;
pub mod bulk_run;
pub mod export;
pub mod index;
pub mod next;
pub mod view;
pub mod views;
