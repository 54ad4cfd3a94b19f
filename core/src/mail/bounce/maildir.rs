//! A maildir: `new` holds what came, `cur` what was looked at.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::report::{self, Report};

/// So much of a mail is read: what it reports stands before the letter that it returns.
const MOST_BYTES: u64 = 256 * 1024;

/// Where one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maildir(PathBuf);

impl FromStr for Maildir {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("maildir:").filter(|path| !path.is_empty());
        path.map(|path| Self(path.into())).ok_or("use maildir:PATH")
    }
}

/// A file of `new`.
pub(super) struct Came {
    /// Its name.
    pub file: OsString,
    /// What it reports, if it is a report.
    pub report: Option<Report>,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// About a letter of ours: mail programs show it as read.
    Seen,
    /// Anything else.
    Unseen,
}

impl End {
    /// For counting.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "noted",
            Self::Unseen => "other",
        }
    }

    /// What a file's name ends with in `cur`.
    const fn flags(self) -> &'static str {
        match self {
            Self::Seen => ":2,S",
            Self::Unseen => ":2,",
        }
    }
}

impl Maildir {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Up to so many files that came. A folder that is not there yet is empty: whoever
    /// delivers makes it. What is no file, or cannot be read, is passed over.
    pub(super) fn come(&self, most: usize) -> io::Result<Vec<Came>> {
        let entries = match fs::read_dir(self.0.join("new")) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut came = Vec::new();
        for entry in entries {
            let entry = entry?;
            // Of the entry itself: what a link points to is not looked at.
            if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                continue;
            }
            match read(&entry.path()) {
                Ok(bytes) => {
                    // Strangers wrote it: should it bring the reader down, the others are read.
                    let report = catch_unwind(|| report::read(&bytes)).unwrap_or_default();
                    came.push(Came { file: entry.file_name(), report });
                }
                // Another worker was faster.
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => tracing::warn!(%fault, "a mail in the maildir of bounces cannot be read"),
            }
            if came.len() == most {
                break;
            }
        }
        Ok(came)
    }

    /// Moves a file on. Another worker may have done so.
    pub(super) fn finish(&self, file: &OsString, end: End) -> io::Result<()> {
        let cur = self.0.join("cur");
        fs::create_dir_all(&cur)?;
        let mut name = file.clone();
        if !file.to_string_lossy().contains(":2,") {
            name.push(end.flags());
        }
        match fs::rename(self.0.join("new").join(file), cur.join(name)) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => moved,
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}
