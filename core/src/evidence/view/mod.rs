//! Looking at evidence without trusting it. Whatever parses a file that
//! strangers sent runs in a process of its own: without environment, with little
//! memory and time, and what it answers is a picture or a table drawn by us.
//!
//! The process is this program again (`uketsuke look …`); it reads the file from
//! its standard input and writes its answer to its standard output.

mod table;

pub use table::{Sheet, Table, read as read_table};

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::Semaphore;

use super::repo::Evidence;
use super::sniff::EvidenceKind;
use crate::error::{Error, Result};
use crate::storage::Storage;

/// How long a file may be looked at.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many are looked at at once; others wait their turn.
const AT_ONCE: usize = 2;
/// The longest answer that is taken: a page drawn by us is far smaller.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// Pages beyond are for the download.
pub const MOST_PAGES: u32 = 200;

/// What is asked of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// How many pages.
    Pages,
    /// One page as PNG, from 1.
    Page(u32),
    /// The sheets as JSON.
    Sheets,
}

impl Question {
    /// As words of the command line.
    pub fn words(self) -> Vec<String> {
        match self {
            Self::Pages => vec!["pages".into()],
            Self::Page(page) => vec!["page".into(), page.to_string()],
            Self::Sheets => vec!["sheets".into()],
        }
    }
}

/// What the process says about a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// How many there are.
    pub pages: u32,
}

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// A picture of ours.
    Picture,
    /// So many pages, each to be drawn.
    Pages(u32),
    /// Sheets with the values that stood in their cells.
    Table(Table),
    /// It cannot be shown; it can be downloaded.
    Unreadable,
}

/// Looks at files in processes of their own.
#[derive(Debug, Clone)]
pub struct Viewer {
    program: PathBuf,
    turns: Arc<Semaphore>,
}

impl Viewer {
    /// A viewer that runs this program.
    pub fn new(program: PathBuf) -> Self {
        Self { program, turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// What a file looks like, without drawing it yet.
    ///
    /// # Errors
    /// When the store does not answer; a file that cannot be read is an answer.
    pub async fn look(&self, storage: &Storage, file: &Evidence) -> Result<Look> {
        Ok(match EvidenceKind::of_media_type(&file.media_type) {
            Some(EvidenceKind::Pdf) => {
                let answer = self.ask(storage, file, Question::Pages).await?;
                let pages = answer.and_then(|answer| serde_json::from_slice::<Pages>(&answer).ok());
                pages.filter(|pages| pages.pages > 0).map_or(Look::Unreadable, |pages| Look::Pages(pages.pages))
            }
            Some(EvidenceKind::Xls | EvidenceKind::Xlsx) => {
                let answer = self.ask(storage, file, Question::Sheets).await?;
                answer.and_then(|answer| serde_json::from_slice(&answer).ok()).map_or(Look::Unreadable, Look::Table)
            }
            _ if file.preview_key.is_some() => Look::Picture,
            _ => Look::Unreadable,
        })
    }

    /// One page of a document as PNG; `None` when it cannot be drawn.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn page(&self, storage: &Storage, file: &Evidence, page: u32) -> Result<Option<Vec<u8>>> {
        if !(1..=MOST_PAGES).contains(&page) || EvidenceKind::of_media_type(&file.media_type) != Some(EvidenceKind::Pdf)
        {
            return Ok(None);
        }
        let picture = self.ask(storage, file, Question::Page(page)).await?;
        // Nothing but a picture leaves the house as one.
        Ok(picture.filter(|bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")))
    }

    async fn ask(&self, storage: &Storage, file: &Evidence, question: Question) -> Result<Option<Vec<u8>>> {
        let _turn = self.turns.acquire().await.map_err(Error::internal)?;
        let copy = copy(storage, file).await?;
        let input = std::fs::File::open(copy.path()).map_err(Error::internal)?;
        let child = Command::new(&self.program)
            .arg("look")
            .args(question.words())
            .env_clear()
            .stdin(Stdio::from(input))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let child = match child {
            Ok(child) => child,
            Err(error) => {
                tracing::error!(%error, "evidence cannot be looked at: the program does not start");
                return Ok(None);
            }
        };
        match tokio::time::timeout(PATIENCE, child.wait_with_output()).await {
            Ok(Ok(output)) if output.status.success() && output.stdout.len() <= LONGEST_ANSWER => {
                Ok(Some(output.stdout))
            }
            Ok(Ok(output)) => {
                tracing::warn!(evidence = %file.id, status = %output.status, "a file cannot be shown");
                Ok(None)
            }
            Ok(Err(error)) => Err(Error::internal(error)),
            Err(_) => {
                tracing::warn!(evidence = %file.id, "a file takes too long to be shown");
                Ok(None)
            }
        }
    }
}

/// A picture of ours turned clockwise by so many quarters.
///
/// # Errors
/// `Internal` when it is no picture.
pub fn turned(picture: Vec<u8>, quarters: u32) -> Result<Vec<u8>> {
    if quarters.is_multiple_of(4) {
        return Ok(picture);
    }
    let read = image::load_from_memory_with_format(&picture, image::ImageFormat::Png).map_err(Error::internal)?;
    let turned = match quarters % 4 {
        1 => read.rotate90(),
        2 => read.rotate180(),
        _ => read.rotate270(),
    };
    let mut bytes = Vec::new();
    turned.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).map_err(Error::internal)?;
    Ok(bytes)
}

/// The file on the local disk, gone when dropped.
async fn copy(storage: &Storage, file: &Evidence) -> Result<tempfile::NamedTempFile> {
    let copy = tempfile::NamedTempFile::new().map_err(Error::internal)?;
    let mut to = tokio::fs::File::from_std(copy.reopen().map_err(Error::internal)?);
    let mut from = storage.read(&file.storage_key).await.map_err(Error::internal)?;
    while let Some(piece) = from.next_chunk().await.map_err(Error::internal)? {
        to.write_all(&piece).await.map_err(Error::internal)?;
    }
    to.flush().await.map_err(Error::internal)?;
    Ok(copy)
}
