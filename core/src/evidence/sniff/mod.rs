//! What a file really is, by its content; its name decides nothing.
//!
//! Nothing is rendered and no sheet is parsed: just enough is read to tell the
//! kind, whether it is whole, and whether a reviewer could open it without a
//! password. Memory stays bounded whatever the file claims about itself.

mod pdf;
mod picture;
mod xls;
mod xlsx;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::{EvidenceError, EvidenceFault};

/// The most pixels a picture may have.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The kinds of evidence that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceKind {
    /// PDF.
    Pdf,
    /// PNG picture.
    Png,
    /// JPEG picture, kept as PNG.
    Jpeg,
    /// Excel 97–2003 book.
    Xls,
    /// Excel book (Office Open XML).
    Xlsx,
}

impl EvidenceKind {
    /// The media type, as stored and served.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Xls => "application/vnd.ms-excel",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The kind of a stored media type.
    pub fn of_media_type(text: &str) -> Option<Self> {
        [Self::Pdf, Self::Png, Self::Jpeg, Self::Xls, Self::Xlsx].into_iter().find(|kind| kind.media_type() == text)
    }

    /// The extension a download gets, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Xls => "xls",
            Self::Xlsx => "xlsx",
        }
    }

    /// The name for a download: what its owner calls it, with the extension of what
    /// it is.
    pub fn download_name(original: &str, media_type: &str) -> String {
        let Some(kind) = Self::of_media_type(media_type) else { return original.to_owned() };
        let stem = original.rsplit_once('.').map_or(original, |(stem, _)| stem);
        format!("{stem}.{}", kind.extension())
    }

    /// Whether a reviewer sees it as a table.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Xls | Self::Xlsx)
    }

    /// Whether a reviewer sees it as a picture.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg)
    }
}

/// Extensions whose files ought to be of a kind we take.
const OUR_EXTENSIONS: [&str; 6] = ["pdf", "png", "jpg", "jpeg", "xls", "xlsx"];

/// First bytes, and who looks closer.
type Examiner = fn(&mut File) -> Result<EvidenceKind, EvidenceError>;
const SIGNATURES: [(&[u8], Examiner); 5] = [
    (b"%PDF-", pdf::examine),
    (b"\x89PNG\r\n\x1a\n", picture::examine_png),
    (b"\xFF\xD8\xFF", picture::examine_jpeg),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", xls::examine),
    (b"PK\x03\x04", xlsx::examine),
];

/// Examines a file on the disk. `file_name`, as the browser sent it, is used
/// for nothing but the wording of the fault. Blocks: run it on the blocking pool.
pub fn sniff(path: &Path, file_name: &str) -> Result<EvidenceKind, EvidenceError> {
    let mut file = File::open(path)?;
    let mut head = [0; 8];
    let read = read_up_to(&mut file, &mut head)?;
    if read == 0 {
        return Err(EvidenceFault::Empty.into());
    }
    let examiner = SIGNATURES.iter().find(|(signature, _)| head[..read].starts_with(signature));
    let Some((_, examine)) = examiner else {
        return Err(other_kind(file_name).into());
    };
    file.seek(SeekFrom::Start(0))?;
    examine(&mut file).map_err(|error| match error {
        EvidenceError::Fault(EvidenceFault::Kind { .. }) => other_kind(file_name).into(),
        other => other,
    })
}

/// The fault of a file that is none of ours: damaged if its name says it were.
fn other_kind(file_name: &str) -> EvidenceFault {
    let extension = file_name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .filter(|text| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()));
    match extension.as_deref() {
        Some("xlsm" | "xltm" | "xlsb") => EvidenceFault::Macro,
        Some(ours) if OUR_EXTENSIONS.contains(&ours) => EvidenceFault::Broken,
        _ => EvidenceFault::Kind { extension },
    }
}

/// The fault of a file of another kind, before its name is known.
fn not_ours() -> EvidenceError {
    EvidenceFault::Kind { extension: None }.into()
}

fn broken() -> EvidenceError {
    EvidenceFault::Broken.into()
}

/// Reading past the end means cut off; anything else is the disk's fault.
fn cut_off(error: io::Error) -> EvidenceError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => broken(),
        _ => error.into(),
    }
}

fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Offers the rest of a file to `found` in blocks, each with the last `overlap`
/// bytes of the one before, until it says yes.
fn scan(reader: &mut impl Read, overlap: usize, mut found: impl FnMut(&[u8]) -> bool) -> io::Result<bool> {
    let mut block = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = read_up_to(reader, &mut block[kept..])?;
        if read == 0 {
            return Ok(false);
        }
        let end = kept + read;
        if found(&block[..end]) {
            return Ok(true);
        }
        kept = overlap.min(end);
        block.copy_within(end - kept..end, 0);
    }
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
