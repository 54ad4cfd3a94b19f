//! Reminders by mail: stopped by the link in one, or in one's own settings.

pub mod settings;
pub mod stop;
