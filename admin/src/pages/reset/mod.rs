//! `/reset`: a forgotten password, by mail. Anyone.

pub mod ask;
pub mod set;
