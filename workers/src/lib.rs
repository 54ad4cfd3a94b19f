//! Background work: what happens after a transaction has committed, and what
//! happens because time passes. Nobody waits for it, so nobody sees it; what
//! fails for good is shown in the back office.
//!
//! - [`runner`]: claims jobs and runs them.
//! - [`jobs`]: THE table of jobs.
//! - [`bulk`]: deeds on many applications.
//! - [`closings`]: letters after an import that closed facilities.
//! - [`letters`]: THE table of letters.
//! - [`notice`]: notices of decisions about 助成金.
//! - [`periodic`]: THE table of periodic work.

pub mod bulk;
pub mod closings;
pub mod jobs;
pub mod letters;
pub mod mail;
pub mod notice;
pub mod periodic;
pub mod runner;

use std::path::PathBuf;
use std::sync::Arc;

use uketsuke_core::application::Procedures;
use uketsuke_core::db::Db;
use uketsuke_core::mail::bounce::Maildir;
use uketsuke_core::mail::{MailContext, Transport};
use uketsuke_core::retention::Terms;
use uketsuke_core::storage::Storage;

/// What jobs work with; clones share it.
#[derive(Clone)]
pub struct Works {
    /// The database.
    pub db: Db,
    /// What letters need besides the database.
    pub context: MailContext,
    /// The way letters leave the house.
    pub transport: Transport,
    /// Where evidence lies.
    pub storage: Storage,
    /// Every kind of application.
    pub procedures: Arc<Procedures>,
    /// The font file that is configured for PDF files.
    pub pdf_font: Option<PathBuf>,
    /// Where letters that come back are told of, if anywhere.
    pub bounces: Option<Maildir>,
    /// How long what must not be kept for ever is kept.
    pub retention: Arc<Terms>,
}
