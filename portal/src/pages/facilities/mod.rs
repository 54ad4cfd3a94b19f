//! `/facilities`: one login, several facilities: switching and adding. Signed in.

pub mod add;
pub mod list;
