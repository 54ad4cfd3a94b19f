//! What administrators set for everybody: who decides, canned reasons, holidays.

pub mod holidays;
pub mod holidays_import;
pub mod holidays_remove;
pub mod index;
pub mod limit;
pub mod reason;
pub mod reasons;
