//! Excel books in Office Open XML (ECMA-376, parts 1 and 2): whole, no macros,
//! no links outwards, no bomb. Entries are inflated to be counted, never kept.

use std::fs::File;
use std::io::{self, BufReader, Read};

use memchr::memmem;
use zip::ZipReadOptions;
use zip::read::Config;
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;

use super::{EvidenceError, EvidenceFault, EvidenceKind, broken, not_ours};

/// A workbook's type (ECMA-376 part 1, 12.3.23); templates and the like differ.
const WORKBOOK: &[u8] = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
/// Stands in the type of every kind of book that may hold macros.
const MACRO_ENABLED: &[u8] = b"macroenabled";
/// The list of parts is small; what is longer is no list.
const MAX_LIST_BYTES: u64 = 1 << 20;

/// How much an archive may hold.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Entries.
    pub entries: usize,
    /// Bytes of all entries together, inflated.
    pub inflated_bytes: u64,
}

/// More than any evidence needs; inflating it takes about a second.
const LIMITS: Limits = Limits { entries: 4_096, inflated_bytes: 256 << 20 };

/// Takes a file that begins as a zip archive.
pub fn examine(file: &mut File) -> Result<EvidenceKind, EvidenceError> {
    examine_within(file, LIMITS)
}

/// The same with other limits.
pub fn examine_within(file: &mut File, limits: Limits) -> Result<EvidenceKind, EvidenceError> {
    // Both readers share one position, and seek before every header and body.
    let (directory, bodies) = (file.try_clone()?, file.try_clone()?);
    let mut book = Book::default();
    let verdict = walk(BufReader::new(directory), BufReader::new(bodies), limits, &mut book);
    verdict.unwrap_or_else(|_| Err(broken()))?;
    book.judge()
}

/// What was seen while walking the archive.
#[derive(Default)]
struct Book {
    list: Option<Vec<u8>>,
    has_macros: bool,
    has_links: bool,
}

impl Book {
    fn see(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        self.has_macros |=
            name.ends_with("vbaproject.bin") || name.starts_with("xl/macrosheets/") || name.starts_with("xl/activex/");
        self.has_links |= name.starts_with("xl/externallinks/");
    }

    fn judge(&self) -> Result<EvidenceKind, EvidenceError> {
        let list = self.list.as_deref().ok_or_else(not_ours)?;
        if self.has_macros || memmem::find(&list.to_ascii_lowercase(), MACRO_ENABLED).is_some() {
            return Err(EvidenceFault::Macro.into());
        }
        if memmem::find(list, WORKBOOK).is_none() {
            return Err(not_ours());
        }
        if self.has_links { Err(EvidenceFault::ExternalLinks.into()) } else { Ok(EvidenceKind::Xlsx) }
    }
}

/// Walks all entries once. The outer error means that the archive is damaged.
fn walk<R: Read + io::Seek>(
    directory: R,
    bodies: R,
    limits: Limits,
    book: &mut Book,
) -> ZipResult<Result<(), EvidenceError>> {
    let mut archive = ZipIterable::try_new(directory, Config::default())?;
    if archive.len() > limits.entries {
        return Ok(Err(broken()));
    }
    let mut left = limits.inflated_bytes;
    let mut entries = archive.files_with_reader(bodies, ZipReadOptions::new())?;
    while let Some(entry) = entries.next() {
        let mut entry = match entry {
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Ok(Err(EvidenceFault::Locked.into()));
            }
            other => other?,
        };
        book.see(&entry.name()?);
        if entry.size() > left {
            return Ok(Err(broken()));
        }
        let is_list = entry.name()? == "[Content_Types].xml";
        let mut list = Vec::new();
        if is_list {
            (&mut entry).take(MAX_LIST_BYTES).read_to_end(&mut list)?;
        }
        // What an entry says about its size is not believed.
        let inflated = io::copy(&mut entry.take(left + 1), &mut io::sink())? + list.len() as u64;
        let Some(rest) = left.checked_sub(inflated) else {
            return Ok(Err(broken()));
        };
        left = rest;
        // A second list in the same archive is one too many.
        if is_list && book.list.replace(list).is_some() {
            return Ok(Err(broken()));
        }
    }
    Ok(Ok(()))
}
