//! One's own settings: codes, password, where one is signed in.

pub mod password;
pub mod sessions;
pub mod show;
