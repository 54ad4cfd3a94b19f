//! Pictures made fit to be kept and shown: JPEG becomes PNG, upright and
//! without what the camera wrote about place and owner; reviewers get a small
//! copy drawn anew, so that their browser never opens what was sent in.
//!
//! From file to file. All functions block: run them on the blocking pool, one
//! at a time, since a decoded picture takes up to [`MAX_DECODED_BYTES`].

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::Path;

use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::sniff::MAX_PIXELS;
use super::{EvidenceError, EvidenceFault};

/// The most memory one decoded picture may take.
pub const MAX_DECODED_BYTES: u64 = 256 << 20;
/// Photos are kept at this length of the longer side: A4 at about 350 dpi.
/// Left at full size, a PNG of a photo would outgrow the 100 MB of the rules.
pub const LONGEST_SIDE: u32 = 4_096;
/// The width of a reviewer's picture.
pub const PREVIEW_WIDTH: u32 = 1_600;

/// Draws a JPEG anew as PNG, upright, without any metadata.
pub fn jpeg_to_png(from: &Path, to: &Path) -> Result<(), EvidenceError> {
    let (picture, orientation) = decode(JpegDecoder::new(open(from)?).map_err(fault)?)?;
    let longer = picture.width().max(picture.height());
    // Turned last: turning needs a second picture of the same size.
    let small = shrunk(picture, longer, LONGEST_SIDE);
    encode(&upright(small, orientation), to)
}

/// Draws a small copy of a PNG, at most [`PREVIEW_WIDTH`] wide and
/// [`LONGEST_SIDE`] high.
pub fn png_preview(from: &Path, to: &Path) -> Result<(), EvidenceError> {
    let picture = decode_png(open(from)?)?;
    let width = picture.width();
    let narrow = shrunk(picture, width, PREVIEW_WIDTH);
    let height = narrow.height();
    encode(&shrunk(narrow, height, LONGEST_SIDE), to)
}

/// Decodes a PNG, upright.
pub(super) fn decode_png(reader: impl BufRead + Seek) -> Result<DynamicImage, EvidenceError> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let (picture, orientation) = decode(PngDecoder::with_limits(reader, limits).map_err(fault)?)?;
    Ok(upright(picture, orientation))
}

fn open(path: &Path) -> Result<BufReader<File>, EvidenceError> {
    Ok(BufReader::new(File::open(path)?))
}

fn decode(mut decoder: impl ImageDecoder) -> Result<(DynamicImage, Orientation), EvidenceError> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(EvidenceFault::TooManyPixels.into());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(fault)?, orientation))
}

fn upright(mut picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    picture.apply_orientation(orientation);
    picture
}

/// Scales both sides so that `side` becomes at most `longest`.
pub(super) fn shrunk(picture: DynamicImage, side: u32, longest: u32) -> DynamicImage {
    if side <= longest {
        return picture;
    }
    let scale = |length: u32| {
        let scaled = u64::from(length) * u64::from(longest) / u64::from(side);
        u32::try_from(scaled).unwrap_or(longest).max(1)
    };
    picture.thumbnail_exact(scale(picture.width()), scale(picture.height()))
}

fn encode(picture: &DynamicImage, to: &Path) -> Result<(), EvidenceError> {
    let mut writer = BufWriter::new(File::create(to)?);
    let encoder = PngEncoder::new_with_quality(&mut writer, CompressionType::Fast, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|error| match error {
        ImageError::IoError(error) => EvidenceError::from(error),
        other => fault(other),
    })?;
    Ok(writer.flush()?)
}

/// What a decoder complains about, as a fault of the file.
fn fault(error: ImageError) -> EvidenceError {
    match error {
        ImageError::Limits(_) => EvidenceFault::TooManyPixels.into(),
        _ => EvidenceFault::Broken.into(),
    }
}

#[cfg(test)]
#[path = "convert_tests.rs"]
mod tests;
