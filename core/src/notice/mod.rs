//! 「アプリのお知らせ」: what the client app shows its user when it starts, such as
//! disturbances. Written by staff, for all facilities or some, for a time.

mod model;
mod publish;

#[cfg(test)]
mod tests;

pub use model::{Audience, Notice, Severity, current, get, list};
pub use publish::{Input, Typed, end, publish};
