//! Files built for tests: small, whole, and then broken on purpose.

use std::io::{Cursor, Write};

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";

/// A PDF without pages; `trailer` is added to its trailer dictionary.
pub fn pdf(trailer: &str) -> Vec<u8> {
    format!(
        "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n\
         xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n\
         trailer\n<</Size 3/Root 1 0 R{trailer}>>\nstartxref\n101\n%%EOF\n"
    )
    .into_bytes()
}

/// A whole PDF of these objects; the first is the catalogue.
pub fn pdf_of(objects: &[String]) -> Vec<u8> {
    let (mut file, mut places) = (b"%PDF-1.7\n".to_vec(), String::new());
    for (n, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).bytes());
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let head = format!("xref\n0 {count}\n0000000000 65535 f \n{places}");
    file.extend(format!("{head}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

/// A PDF with pages of 100 by 200 points, each with a red square at its top left;
/// `catalogue` and `page` are added to those dictionaries.
pub fn pdf_pages(pages: usize, catalogue: &str, page: &str) -> Vec<u8> {
    let kids: String = (0..pages).map(|n| format!("{} 0 R ", n + 4)).collect();
    let square = "1 0 0 rg 0 150 50 50 re f";
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>"),
        format!("<</Type/Pages/Kids[{kids}]/Count {pages}/MediaBox[0 0 100 200]>>"),
        format!("<</Length {}>>\nstream\n{square}\nendstream", square.len()),
    ];
    let one = format!("<</Type/Page/Parent 2 0 R/Contents 3 0 R/Resources<<>>{page}>>");
    objects.extend(std::iter::repeat_n(one, pages));
    pdf_of(&objects)
}

/// A picture whose left half is red and whose right half is blue.
pub fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| image::Rgb(if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] }))
}

pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture(width, height).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A PNG chunk with its length and checksum.
pub fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let body = [name, data].concat();
    [&length[..], &body, &crc32(&body).to_be_bytes()].concat()
}

/// CRC-32 bit by bit (W3C PNG, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A PNG that claims a size and holds nothing.
pub fn hollow_png(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &head)[..], &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat()
}

/// A JPEG with an EXIF segment: an orientation (1–8) and a place.
pub fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 95).encode_image(&picture(width, height)).unwrap();
    let exif = exif(orientation);
    let size = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &size, &exif, &plain[2..]].concat()
}

/// EXIF with orientation and, as its maker note, words that must not survive.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    [
        b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x02",
        &entry(0x010E, 2, 16, [0, 0, 0, 38])[..],
        &entry(0x0112, 3, 1, [0, orientation, 0, 0]),
        &[0; 4],
        b"GPS 35.68 139.76",
    ]
    .concat()
}

/// An xlsx with the usual parts, and `more` entries.
pub fn xlsx(more: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: [(&str, &[u8]); 2] =
        [("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", b"<worksheet/>")];
    archive(&[&[("[Content_Types].xml", content_types(WORKBOOK).as_bytes())], &parts[..], more].concat())
}

pub fn content_types(main: &str) -> String {
    format!(r#"<Types><Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>"#)
}

pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A compound file with streams; a path may name storages.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        if let Some((storage, _)) = path[1..].rsplit_once('/') {
            container.create_storage_all(format!("/{storage}")).unwrap();
        }
        container.create_stream(path).unwrap().write_all(content).unwrap();
    }
    container.into_inner().into_inner()
}

/// The first records of a book stream: BOF, `between`, EOF.
pub fn book(between: &[u8]) -> Vec<u8> {
    [&[0x09, 0x08, 0x04, 0x00, 0, 6, 5, 0], between, &[0x0A, 0, 0, 0]].concat()
}
