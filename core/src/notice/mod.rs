//! 「お知らせ」: what the desk tells facilities, on the portal, in its feed and, where
//! it says so, in the client app. Written by editors, for one site or both, for all
//! facilities or some, for a time.
//!
//! A notice is seen by the clock alone: one that is scheduled appears when its time
//! comes, also while no worker runs. The workers' [`tick`] writes that down.

mod files;
mod input;
mod life;
mod model;
mod reads;
mod shown;
#[cfg(test)]
mod tests;
mod write;

pub use files::{MOST_FILES, attach_file, remove_file};
pub use input::{Input, Typed};
pub use life::{Action, State, TRANSITIONS};
pub use model::{Audience, Category, Notice, Severity, get, list};
pub use reads::{mark_read, read_among};
pub use shown::{Head, Place, Shown, find_shown, heads, latest, page, popups};
pub use write::{amend, discard, draft, end, publish, send_back, submit, take_back, tick};
