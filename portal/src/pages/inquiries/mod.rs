//! `/inquiries`: what one asked, and what was asked for the facility in hand.
//! Signed in.

pub mod list;
pub mod show;
