//! Versions of the client app, マイナ資格確認アプリ, as devices name them: the lowest
//! one that each platform's app may have, and those that are stopped. What a refused
//! one runs on gets no token, and every check of it is inactive.

mod model;
mod rules;
mod version;

pub use model::{AppVersion, Known, Platform, sweep};
pub use rules::{
    Minimum, fault_of, get, in_use_below, list, minimums, read_minimum, refused, resume, set_minimum, stop,
};
pub(crate) use rules::{admit, judge};
pub use version::AppFault;
