//! When a facility closes: telling everybody concerned, once each. Its devices
//! stop and its applications end by the closing date itself (`device::standing`,
//! `application`); nothing here changes them.

mod mail;
mod tell;
#[cfg(test)]
mod tests;

pub use mail::FacilityClosed;
pub use tell::tell_page;
