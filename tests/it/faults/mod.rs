//! What happens when something outside fails, or too much comes at once. Each test
//! provokes one thing and says what people see, what is lost and how long it takes.
//!
//! They take minutes: `cargo test --test it -- --ignored faults`.

pub mod uploads;
