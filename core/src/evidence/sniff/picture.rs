//! PNG and JPEG: whole, and not too many pixels. Headers only; nothing is decoded.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use memchr::memmem;

use super::{EvidenceError, EvidenceFault, EvidenceKind, MAX_PIXELS, broken, cut_off, scan};

/// The size of IHDR's data (W3C PNG, 11.2.2).
const HEAD_BYTES: u64 = 13;

/// Takes a file that begins as a PNG (W3C PNG, 5): chunks from IHDR to IEND.
pub fn examine_png(file: &mut File) -> Result<EvidenceKind, EvidenceError> {
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    reader.seek_relative(8)?;
    let (mut at, mut has_data, mut is_first) = (8, false, true);
    loop {
        let size = u64::from(be_u32(&mut reader)?);
        let name: [u8; 4] = bytes(&mut reader)?;
        // Length and name before, checksum after the data.
        at += 12 + size;
        if at > length || is_first != (&name == b"IHDR") {
            return Err(broken());
        }
        match &name {
            b"IHDR" if size == HEAD_BYTES => {
                check_pixels(be_u32(&mut reader)?, be_u32(&mut reader)?)?;
                skip(&mut reader, HEAD_BYTES - 8 + 4)?;
            }
            b"IHDR" => return Err(broken()),
            b"IEND" => {
                return if has_data { Ok(EvidenceKind::Png) } else { Err(broken()) };
            }
            _ => skip(&mut reader, size + 4)?,
        }
        has_data |= &name == b"IDAT";
        is_first = false;
    }
}

/// Takes a file that begins as a JPEG (ITU-T T.81, annex B): segments with a
/// frame, then a scan, then the end of the image.
pub fn examine_jpeg(file: &mut File) -> Result<EvidenceKind, EvidenceError> {
    const START_OF_SCAN: u8 = 0xDA;
    let mut reader = BufReader::new(file);
    reader.seek_relative(2)?;
    let mut has_frame = false;
    loop {
        let marker = next_marker(&mut reader)?;
        if is_bare(marker) {
            continue;
        }
        let size = u64::from(u16::from_be_bytes(bytes(&mut reader)?)).checked_sub(2).ok_or_else(broken)?;
        if is_frame(marker) {
            let [_, h1, h2, w1, w2] = bytes(&mut reader)?;
            check_pixels(u16::from_be_bytes([w1, w2]).into(), u16::from_be_bytes([h1, h2]).into())?;
            has_frame = true;
            skip(&mut reader, size.checked_sub(5).ok_or_else(broken)?)?;
        } else {
            skip(&mut reader, size)?;
        }
        if marker == START_OF_SCAN {
            break;
        }
    }
    // In scan data FF is always followed by 00 or a restart: FF D9 is the end.
    let is_whole = scan(&mut reader, 1, |block| memmem::find(block, b"\xFF\xD9").is_some())?;
    if has_frame && is_whole { Ok(EvidenceKind::Jpeg) } else { Err(broken()) }
}

fn next_marker(reader: &mut impl Read) -> Result<u8, EvidenceError> {
    let [mut byte] = bytes(reader)?;
    if byte != 0xFF {
        return Err(broken());
    }
    // Any number of fill bytes may stand before a marker.
    while byte == 0xFF {
        [byte] = bytes(reader)?;
    }
    Ok(byte)
}

/// Markers without a segment: restarts and TEM.
fn is_bare(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=0xD7)
}

/// Start-of-frame markers; C4, C8 and CC mean something else.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

fn check_pixels(width: u32, height: u32) -> Result<(), EvidenceError> {
    match u64::from(width) * u64::from(height) {
        0 => Err(broken()),
        pixels if pixels > MAX_PIXELS => Err(EvidenceFault::TooManyPixels.into()),
        _ => Ok(()),
    }
}

fn bytes<const N: usize>(reader: &mut impl Read) -> Result<[u8; N], EvidenceError> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes).map_err(cut_off)?;
    Ok(bytes)
}

fn be_u32(reader: &mut impl Read) -> Result<u32, EvidenceError> {
    bytes(reader).map(u32::from_be_bytes)
}

/// Moves on; beyond the end of the file the next read tells.
fn skip<R: Read + Seek>(reader: &mut BufReader<R>, by: u64) -> Result<(), EvidenceError> {
    Ok(reader.seek_relative(i64::try_from(by).unwrap_or(i64::MAX))?)
}
