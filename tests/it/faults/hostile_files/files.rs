//! More files built to do harm, beside those of `support::hostile`.

use std::io::{Cursor, Write};

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};

use crate::support::hostile::{self, ELSEWHERE, archive, deflated, pages, pdf, stream, xlsx};

const SHEET: &str = "<worksheet><sheetData/></worksheet>";
const TYPES: &str = "[Content_Types].xml";

/// A good PDF of one page, different from all others by `mark`.
pub fn good_pdf(mark: &str) -> Vec<u8> {
    pages(1, "", "", stream("", format!("% {mark}\n").as_bytes()), &[])
}

/// An Excel book with one more part.
pub fn book_with(part: &str, content: &[u8]) -> Vec<u8> {
    xlsx(SHEET, &[(part, content)])
}

/// Named .xlsx, and by its own list a book with macros.
pub fn macros_in_disguise() -> Vec<u8> {
    let main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let types = format!(r#"<Types><Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>"#);
    archive(&[(TYPES, types.as_bytes()), ("xl/workbook.xml", b"<workbook/>")])
}

/// A letter of Word's.
pub fn docx() -> Vec<u8> {
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let types = format!(r#"<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>"#);
    archive(&[(TYPES, types.as_bytes()), ("word/document.xml", b"<document/>")])
}

/// A cell that starts a program when its formula is reckoned.
pub fn dde_xlsx() -> Vec<u8> {
    xlsx(
        r#"<worksheet><sheetData><row r="1"><c r="A1" t="str"><f>cmd|'/C calc.exe'!A0</f><v>合計</v></c></row></sheetData></worksheet>"#,
        &[],
    )
}

/// Ten archives of ten archives …: nothing of ours opens an archive in an archive.
pub fn nested_xlsx() -> Vec<u8> {
    let mut inner = archive(&[("zeros", &vec![0; 10 << 20])]);
    for _ in 0..4 {
        let names: Vec<String> = (0..10).map(|n| format!("{n}.zip")).collect();
        inner = archive(&names.iter().map(|name| (name.as_str(), &inner[..])).collect::<Vec<_>>());
    }
    book_with("xl/media/inner.zip", &inner)
}

/// Hundreds of entries that are all the same bytes of the file.
pub fn overlapping_xlsx() -> Vec<u8> {
    let mut file = book_with("xl/media/zeros.bin", &vec![0; 4 << 20]);
    let end = file.len() - 22;
    let word = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
    let (size, start) = (word(end + 12) as usize, word(end + 16) as usize);
    // The last entry of the directory, over and over.
    let last = file[start..start + size].windows(4).rposition(|four| four == b"PK\x01\x02").expect("an entry") + start;
    let (entry, tail) = (file[last..end].to_vec(), file[end..].to_vec());
    file.truncate(end);
    const TIMES: usize = 300;
    for _ in 0..TIMES {
        file.extend_from_slice(&entry);
    }
    let at = file.len();
    file.extend_from_slice(&tail);
    let count = u16::from_le_bytes([tail[10], tail[11]]) + TIMES as u16;
    for place in [8, 10] {
        file[at + place..at + place + 2].copy_from_slice(&count.to_le_bytes());
    }
    let size = (size + TIMES * entry.len()) as u32;
    file[at + 12..at + 16].copy_from_slice(&size.to_le_bytes());
    file
}

/// Five thousand parts.
pub fn swarm_xlsx() -> Vec<u8> {
    let names: Vec<String> = (0..5_000).map(|n| format!("xl/media/{n}")).collect();
    xlsx(SHEET, &names.iter().map(|name| (name.as_str(), &b"x"[..])).collect::<Vec<_>>())
}

/// A bomb that says of itself that it holds one byte.
pub fn lying_xlsx() -> Vec<u8> {
    const INSIDE: u32 = 300 << 20;
    let mut file = hostile::bomb_xlsx();
    for at in 0..file.len() - 4 {
        if file[at..at + 4] == INSIDE.to_le_bytes() {
            file[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
    }
    file
}

/// Every entry says that it needs a password.
pub fn locked_zip() -> Vec<u8> {
    let mut file = book_with("xl/media/a", b"x");
    for at in 0..file.len() - 9 {
        match &file[at..at + 4] {
            b"PK\x03\x04" => file[at + 6] |= 1,
            b"PK\x01\x02" => file[at + 8] |= 1,
            _ => {}
        }
    }
    file
}

/// A compound file of these streams (MS-CFB): old Excel books are such.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("made");
    for (path, content) in streams {
        if let Some((storage, _)) = path[1..].rsplit_once('/') {
            container.create_storage_all(format!("/{storage}")).expect("made");
        }
        container.create_stream(path).expect("made").write_all(content).expect("written");
    }
    container.into_inner().into_inner()
}

/// The first records of an old Excel book (MS-XLS): its head, `between`, its end.
pub fn records(between: &[u8]) -> Vec<u8> {
    [&[0x09, 0x08, 0x04, 0x00, 0, 6, 5, 0], between, &[0x0A, 0, 0, 0]].concat()
}

/// A PDF that needs a password.
pub fn locked_pdf() -> Vec<u8> {
    let text = String::from_utf8(good_pdf("locked")).expect("text");
    text.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt<</Filter/Standard/V 1/R 2/O(x)/U(x)/P -4>>").into_bytes()
}

/// A PDF that carries a program.
pub fn carrying_pdf() -> Vec<u8> {
    let catalogue = "/Names<</EmbeddedFiles<</Names[(calc.exe)4 0 R]>>>>";
    let file = b"<</Type/Filespec/F(calc.exe)/EF<</F 5 0 R>>>>".to_vec();
    pages(
        1,
        catalogue,
        "",
        stream("", b"0 0 1 rg 100 600 300 100 re f"),
        &[file, stream("/Type/EmbeddedFile", b"MZ\x90")],
    )
}

/// A page as wide as a country.
pub fn vast_pdf() -> Vec<u8> {
    pages(1, "", "/MediaBox[0 0 100000000 100000000]", stream("", b"0 0 1 rg 0 0 100 100 re f"), &[])
}

/// A tree of pages whose branch is its own branch.
pub fn circling_pdf() -> Vec<u8> {
    pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
    ])
}

/// A table of objects that says that it continues in itself.
pub fn looping_pdf() -> Vec<u8> {
    let text = String::from_utf8(good_pdf("looping")).expect("text");
    let start = text.rsplit("startxref\n").next().and_then(|rest| rest.split('\n').next()).expect("there").to_owned();
    text.replace("/Root 1 0 R", &format!("/Root 1 0 R/Prev {start}")).into_bytes()
}

/// Brackets in brackets, a hundred thousand deep.
pub fn deep_pdf() -> Vec<u8> {
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    pages(1, &format!("/X {deep}"), "", stream("", b"0 0 1 rg 0 0 100 100 re f"), &[])
}

/// A stream as long as itself says that it is.
pub fn endless_length_pdf() -> Vec<u8> {
    pages(1, "", "", b"<</Length 3 0 R>>\nstream\n0 0 1 rg 0 0 100 100 re f\nendstream".to_vec(), &[])
}

fn picture() -> RgbImage {
    RgbImage::from_fn(80, 60, |x, _| image::Rgb(if x < 40 { [255, 0, 0] } else { [0, 0, 255] }))
}

pub fn png() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture().write_to(&mut bytes, ImageFormat::Png).expect("drawn");
    bytes.into_inner()
}

/// A PNG chunk with its length and checksum (W3C PNG, 5.3).
fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [name, data].concat();
    let checksum = !body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    [&u32::try_from(data.len()).expect("short").to_be_bytes()[..], &body, &checksum.to_be_bytes()].concat()
}

/// A grey PNG of this size by its head, with these pixels packed.
fn grey_png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &head)[..], &chunk(b"IDAT", &deflated(pixels)), &chunk(b"IEND", b"")]
        .concat()
}

/// Four billion pixels by its head.
pub fn vast_png() -> Vec<u8> {
    grey_png(65_535, 65_535, b"x")
}

/// One pixel by its head, and 200 MB of them.
pub fn overfull_png() -> Vec<u8> {
    grey_png(1, 1, &vec![0; 200 << 20])
}

/// 49 million pixels in 50 KB: as large as is allowed.
pub fn swelling_png() -> Vec<u8> {
    grey_png(7_000, 7_000, &vec![0; 7_001 * 7_000])
}

/// A picture with 200 MB of remarks, packed.
pub fn remarking_png() -> Vec<u8> {
    let remarks = [b"Comment\0\0".to_vec(), deflated(&vec![b' '; 200 << 20])].concat();
    let plain = png();
    // After the head, which has 13 bytes.
    [&plain[..33], &chunk(b"zTXt", &remarks), &plain[33..]].concat()
}

/// A photo with the place where it was taken, and whose it is.
pub const PLACE: &[u8] = b"GPS 35.68 139.76";

pub fn placed_jpeg() -> Vec<u8> {
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 95).encode_image(&picture()).expect("drawn");
    let remarks = [b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x0E\0\x02\0\0\0\x10\0\0\0\x1A\0\0\0\0", PLACE].concat();
    let size = u16::try_from(remarks.len() + 2).expect("short").to_be_bytes();
    [&plain[..2], &[0xFF, 0xE1], &size, &remarks, &plain[2..]].concat()
}

/// 65,535 pixels high and wide by its head.
pub fn vast_jpeg() -> Vec<u8> {
    let mut file = placed_jpeg();
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    file[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    file
}

/// A page for browsers that is a picture as well.
pub fn picture_with_page() -> Vec<u8> {
    [&png()[..], format!("<script src={ELSEWHERE}></script>").as_bytes()].concat()
}

/// The file that scanners are tried with (<https://www.eicar.org>), put together here:
/// as one piece it would make scanners of source code shout.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}
