//! Excel 97–2003 (MS-XLS) in its container (MS-CFB): readable without a
//! password, no macros. No cell is parsed.

use std::fs::File;
use std::io::Read;

use cfb::CompoundFile;

use super::{EvidenceError, EvidenceFault, EvidenceKind, broken, not_ours};

/// The record that begins every stream of a book (MS-XLS, 2.4.21).
const BOF: u16 = 0x0809;
/// The record that says the rest is encrypted (MS-XLS, 2.4.117); it follows BOF closely.
const FILE_PASS: u16 = 0x002F;
const RECORDS_READ: usize = 16;
/// Where macros live (MS-XLS, 2.1.7.20.9), and Excel 4 keeps none in storages.
const MACRO_STORAGE: &str = "/_VBA_PROJECT_CUR";

/// Takes a compound file: an Excel book, or a password-protected xlsx in disguise.
pub fn examine(file: &mut File) -> Result<EvidenceKind, EvidenceError> {
    let mut container = CompoundFile::open(file).map_err(|_| broken())?;
    if container.is_stream("/EncryptedPackage") {
        // MS-OFFCRYPTO, 2.3: Office Open XML with a password.
        return Err(EvidenceFault::Locked.into());
    }
    let Some(book) = ["/Workbook", "/Book"].into_iter().find(|name| container.is_stream(name)) else {
        return Err(not_ours());
    };
    if container.exists(MACRO_STORAGE) {
        return Err(EvidenceFault::Macro.into());
    }
    let stream = container.open_stream(book).map_err(|_| broken())?;
    check_records(stream)?;
    Ok(EvidenceKind::Xls)
}

/// Reads the first few records' heads: a book, and no password.
fn check_records(mut stream: impl Read) -> Result<(), EvidenceError> {
    for number in 0..RECORDS_READ {
        let mut head = [0; 4];
        stream.read_exact(&mut head).map_err(|_| broken())?;
        let [kind_low, kind_high, size_low, size_high] = head;
        match u16::from_le_bytes([kind_low, kind_high]) {
            FILE_PASS => return Err(EvidenceFault::Locked.into()),
            kind if number == 0 && kind != BOF => return Err(broken()),
            0x000A => return Ok(()),
            _ => {}
        }
        let size = u64::from(u16::from_le_bytes([size_low, size_high]));
        let skipped = std::io::copy(&mut stream.by_ref().take(size), &mut std::io::sink()).map_err(|_| broken())?;
        if skipped < size {
            return Err(broken());
        }
    }
    Ok(())
}
