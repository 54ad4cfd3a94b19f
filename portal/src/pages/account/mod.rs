//! `/account`: one's own data, password, and where one is signed in. Signed in.

pub mod password;
pub mod sessions;
pub mod show;
