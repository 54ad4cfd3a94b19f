//! PDF (ISO 32000-1): whole, and not encrypted.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use memchr::memmem;

use super::{EvidenceError, EvidenceFault, EvidenceKind, broken, read_up_to, scan};

/// Where the end marker is looked for; scanners pad, portals append.
const TAIL_BYTES: i64 = 64 * 1024;
/// Longer than `/Encrypt` with the reference after it.
const OVERLAP: usize = 64;

/// Takes a file that begins as a PDF.
pub fn examine(file: &mut File) -> Result<EvidenceKind, EvidenceError> {
    if !has_end(file)? {
        return Err(broken());
    }
    file.seek(SeekFrom::Start(0))?;
    if scan(file, OVERLAP, names_encryption)? {
        return Err(EvidenceFault::Locked.into());
    }
    Ok(EvidenceKind::Pdf)
}

/// Whether the last part holds `startxref` and, after it, `%%EOF` (7.5.5).
fn has_end(file: &mut File) -> Result<bool, EvidenceError> {
    let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-length.min(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES as u64).read_to_end(&mut tail)?;
    let after = memmem::rfind(&tail, b"startxref").map(|at| &tail[at..]);
    Ok(after.is_some_and(|after| memmem::find(after, b"%%EOF").is_some()))
}

/// Whether a trailer names an encryption dictionary: `/Encrypt 5 0 R` or
/// `/Encrypt <<…` (7.6.1). A trailer may stand anywhere, so all is searched;
/// in compressed data these bytes do not come about by chance.
fn names_encryption(block: &[u8]) -> bool {
    const NAME: &[u8] = b"/Encrypt";
    memmem::find_iter(block, NAME).any(|at| is_dictionary_or_reference(&block[at + NAME.len()..]))
}

fn is_dictionary_or_reference(mut after: &[u8]) -> bool {
    let mut head = [0; OVERLAP - 8];
    let length = read_up_to(&mut after, &mut head).unwrap_or(0);
    let head = head[..length].trim_ascii_start();
    if head.starts_with(b"<<") {
        return true;
    }
    let mut words = head.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut number = || words.next().is_some_and(|word| word.iter().all(u8::is_ascii_digit));
    number() && number() && words.next().is_some_and(|word| word.starts_with(b"R"))
}
