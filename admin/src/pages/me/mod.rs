//! One's own settings: codes, password, columns, where one is signed in.

pub mod columns;
pub mod password;
pub mod sessions;
pub mod show;
