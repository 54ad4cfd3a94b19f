//! Looking at a file without opening it where it could do harm: pages of a PDF
//! and pictures are drawn, sheets of a book are read into a table. Scripts,
//! formulas and links of the file do nothing here, and the reader's browser gets
//! only what we made.
//!
//! 1. [`Viewer::look`] waits for its turn and starts a process of its own for
//!    the one page ([`opener`]).
//! 2. That process gives up what it does not need, takes the file from its
//!    input, draws and ends ([`child`]). Whatever happens to it is a
//!    [`ViewFault`], never a broken server.
//! 3. What came out is kept in memory for a while ([`kept`]).

pub mod book;
pub mod child;
mod draw;
mod kept;
pub mod opener;
mod scripts;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::book::Table;
use self::kept::Kept;
use self::opener::Opener;
use super::Evidence;
use super::sniff::EvidenceKind;
use crate::error::{Error, Result};
use crate::refusal::Refusal;
use crate::scan::ScanState;
use crate::storage::{Storage, StorageError, StoredKey};

/// Pages or sheets that are shown; the rest is in the download.
pub const MAX_PARTS: u32 = 100;
/// The width of a page on the screen, pixels: A4 at about 190 dpi.
pub const PAGE_WIDTH: u32 = 1_600;
/// The width of a page looked at closely.
pub const LARGE_WIDTH: u32 = 3_200;
/// The width in the overview.
pub const THUMB_WIDTH: u32 = 160;
/// Files opened at the same moment by one process of the program.
const AT_ONCE: usize = 2;
/// Who waits longer for a turn is told so.
const PATIENCE: Duration = Duration::from_secs(15);

/// What opening one file may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// All memory of the process.
    pub memory_bytes: u64,
    /// Time of the processor.
    pub cpu_seconds: u64,
    /// Time by the clock, from start to end.
    pub wall: Duration,
}

/// A page of a scan takes a fifth of this memory and a tenth of this time.
const LIMITS: Limits = Limits { memory_bytes: 1 << 30, cpu_seconds: 10, wall: Duration::from_secs(20) };

/// One page or sheet of a file, and how it is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ask {
    /// The page or sheet, from 1.
    pub part: u32,
    /// The width of the picture, pixels; a smaller one is not blown up.
    pub width: u32,
    /// How far it is turned clockwise: 0, 90, 180 or 270 degrees.
    pub turn: u16,
}

/// What the one who looks should know about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// It holds scripts or actions, which do nothing here.
    Scripts,
    /// Something on the page could not be drawn.
    Incomplete,
    /// Its letters are not in the file, and no font of ours has them.
    NoFont,
}

/// What a page or sheet came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Pages or sheets in the file.
    pub parts: u32,
    /// The picture's width and height, for pages and pictures.
    pub size: Option<(u32, u32)>,
    /// The cells, for books.
    pub table: Option<Table>,
    /// What to know about it.
    pub notices: Vec<Notice>,
}

/// A page with its picture (PNG), or a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What it is.
    pub shown: Shown,
    /// The picture; empty for a sheet.
    pub png: Bytes,
}

/// Why a page is not shown. The file itself can still be downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewFault {
    /// Its inside is damaged, or of a sort that is not understood.
    Broken,
    /// Drawing took longer than it may.
    TooSlow,
    /// Drawing needed more memory than it may.
    TooLarge,
    /// There is no such page.
    NoSuchPart,
    /// Too many files are being opened at this moment.
    Busy,
    /// The virus scanner has not said that it is clean.
    HeldBack(ScanState),
    /// Its term was over: there is nothing left to show.
    Erased,
}

impl ViewFault {
    /// Whether the file itself stays closed for now.
    pub const fn is_held_back(self) -> bool {
        matches!(self, Self::HeldBack(_))
    }

    /// The sentence staff read.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Broken => "ファイルの中を読み取れませんでした。",
            Self::TooSlow => "表示に時間がかかりすぎるため、途中でやめました。",
            Self::TooLarge => "中身が大きすぎるか複雑すぎるため、表示できません。",
            Self::NoSuchPart => "このページはありません。",
            Self::HeldBack(scan) => scan.held_back(),
            Self::Erased => Refusal::FileErased.sentence(),
            Self::Busy => "ほかの書類を表示しているため混み合っています。少し待ってから、もう一度開いてください。",
        }
    }
}

/// A page, or why there is none.
pub type Look = std::result::Result<Arc<View>, ViewFault>;

/// Opens files for those who look; cheap to clone.
#[derive(Clone)]
pub struct Viewer {
    opener: Opener,
    font: Option<PathBuf>,
    limits: Limits,
    turns: Arc<Semaphore>,
    kept: Arc<Mutex<Kept>>,
}

impl Viewer {
    /// A viewer that starts `opener` for each page. `font` has the letters that
    /// Japanese files leave out.
    pub fn new(opener: Opener, font: Option<PathBuf>) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { opener, font, limits: LIMITS, turns, kept: Arc::default() }
    }

    /// The same within other limits.
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with turns of its own: a crowd there keeps nobody waiting here.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.opener.clone(), self.font.clone()).within(self.limits)
    }

    /// One page or sheet of a file.
    ///
    /// # Errors
    /// From the store only; whatever is wrong with the file is in the answer.
    pub async fn look(&self, storage: &Storage, file: &Evidence, ask: Ask, now: DateTime<Utc>) -> Result<Look> {
        let Some(kind) = EvidenceKind::of_media_type(&file.media_type) else { return Ok(Err(ViewFault::Broken)) };
        if ask.part == 0 || ask.part > MAX_PARTS {
            return Ok(Err(ViewFault::NoSuchPart));
        }
        if !storage.may_open(file.scan) {
            return Ok(Err(ViewFault::HeldBack(file.scan)));
        }
        let Some(stored) = file.storage_key.clone() else { return Ok(Err(ViewFault::Erased)) };
        let key = (stored, ask);
        if let Some(look) = self.kept().find(&key, now) {
            return Ok(look);
        }
        let look = self.open(storage, kind, &key, file).await?;
        self.kept().put(key, &look, now);
        Ok(look)
    }

    async fn open(
        &self,
        storage: &Storage,
        kind: EvidenceKind,
        (stored, ask): &(StoredKey, Ask),
        file: &Evidence,
    ) -> Result<Look> {
        let Ok(turn) = timeout(PATIENCE, self.turns.acquire()).await else { return Ok(Err(ViewFault::Busy)) };
        let _turn = turn.map_err(Error::internal)?;
        let download = match storage.read(stored).await {
            Ok(download) => download,
            Err(StorageError::NotFound) => return Err(Error::NotFound),
            Err(error) => return Err(error.into()),
        };
        let order = child::Order {
            media_type: kind.media_type().to_owned(),
            size_bytes: download.size_bytes,
            font: self.font.clone(),
            limits: self.limits,
            ask: ask.clone(),
        };
        let look = self.opener.open(&order, download).await?;
        if let Err(fault) = look {
            // Neither name nor content: the id is enough to find it.
            tracing::warn!(evidence = %file.id, part = ask.part, ?fault, "a file cannot be shown");
        }
        Ok(look.map(Arc::new))
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What a panicking holder left is at worst a page less.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
