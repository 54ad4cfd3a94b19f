//! Photos: upright, without metadata, of bounded size.

use std::fs;

use image::{ImageReader, RgbImage};

use super::*;
use crate::evidence::sniff::fixtures;

struct Files(tempfile::TempDir);

impl Files {
    fn with(content: &[u8]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("from"), content).unwrap();
        Self(dir)
    }

    fn run(&self, draw: fn(&Path, &Path) -> Result<(), EvidenceError>) -> Result<(), EvidenceError> {
        draw(&self.0.path().join("from"), &self.0.path().join("to"))
    }

    fn drawn(&self) -> RgbImage {
        let reader = ImageReader::open(self.0.path().join("to")).unwrap();
        reader.with_guessed_format().unwrap().decode().unwrap().into_rgb8()
    }
}

fn is_red(picture: &RgbImage, x: u32, y: u32) -> bool {
    let [red, _, blue] = picture.get_pixel(x, y).0;
    red > 200 && blue < 60
}

/// The fixture is red on the left; EXIF 2.32, 4.6.4 A says where that goes.
#[test]
fn every_orientation_ends_upright() {
    type Corner = fn(u32, u32) -> (u32, u32);
    let (left, right): (Corner, Corner) = (|_, h| (1, h / 2), |w, h| (w - 2, h / 2));
    let (top, bottom): (Corner, Corner) = (|w, _| (w / 2, 1), |w, h| (w / 2, h - 2));
    let cases = [(1, left), (2, right), (3, right), (4, left), (5, top), (6, top), (7, bottom), (8, bottom)];
    for (orientation, corner) in cases {
        let files = Files::with(&fixtures::jpeg(64, 32, orientation));
        files.run(jpeg_to_png).unwrap();
        let picture = files.drawn();
        let size = if orientation < 5 { (64, 32) } else { (32, 64) };
        assert_eq!(picture.dimensions(), size, "{orientation}");
        let (x, y) = corner(size.0, size.1);
        assert!(is_red(&picture, x, y), "{orientation}");
    }
}

#[test]
fn nothing_the_camera_wrote_survives() {
    let photo = fixtures::jpeg(64, 32, 6);
    assert!(memchr::memmem::find(&photo, b"GPS 35.68").is_some(), "it was there");
    let files = Files::with(&photo);
    files.run(jpeg_to_png).unwrap();
    let kept = fs::read(files.0.path().join("to")).unwrap();
    for trace in [&b"GPS"[..], b"Exif", b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"] {
        assert_eq!(memchr::memmem::find(&kept, trace), None, "{trace:?}");
    }
}

#[test]
fn large_photos_shrink_and_small_ones_stay() {
    for (width, height, orientation, expected) in [
        (64, 32, 1, (64, 32)),
        (4_096, 10, 1, (4_096, 10)),
        (8_192, 40, 1, (4_096, 20)),
        (8_192, 40, 6, (20, 4_096)),
        (9_000, 1, 1, (4_096, 1)),
    ] {
        let files = Files::with(&fixtures::jpeg(width, height, orientation));
        files.run(jpeg_to_png).unwrap();
        assert_eq!(files.drawn().dimensions(), expected, "{width}×{height}");
    }
}

#[test]
fn previews_are_narrow_and_keep_the_shape() {
    for (width, height, expected) in
        [(64, 32, (64, 32)), (3_200, 100, (1_600, 50)), (100, 8_192, (50, 4_096)), (5_000, 1, (1_600, 1))]
    {
        let files = Files::with(&fixtures::png(width, height));
        files.run(png_preview).unwrap();
        assert_eq!(files.drawn().dimensions(), expected, "{width}×{height}");
    }
}

#[test]
fn what_cannot_be_decoded_is_broken_and_what_is_too_large_is_told() {
    let fault = |result: Result<(), EvidenceError>| match result {
        Err(EvidenceError::Fault(fault)) => fault,
        other => panic!("{other:?}"),
    };
    let hollow = Files::with(&fixtures::hollow_png(10, 10));
    assert_eq!(fault(hollow.run(png_preview)), EvidenceFault::Broken);
    let huge = Files::with(&fixtures::hollow_png(20_000, 20_000));
    assert_eq!(fault(huge.run(png_preview)), EvidenceFault::TooManyPixels);
    let text = Files::with(b"hello");
    assert_eq!(fault(text.run(jpeg_to_png)), EvidenceFault::Broken);
    assert_eq!(fault(text.run(png_preview)), EvidenceFault::Broken);
}

#[test]
fn a_disk_that_cannot_be_written_is_our_fault() {
    let files = Files::with(&fixtures::png(4, 4));
    fs::create_dir(files.0.path().join("to")).unwrap();
    assert!(matches!(files.run(png_preview), Err(EvidenceError::Storage(_))));
}
