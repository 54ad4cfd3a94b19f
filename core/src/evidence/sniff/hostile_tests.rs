//! Files built to do harm: bombs, polyglots, lies about sizes.

use std::io::Write;

use super::fixtures::*;
use super::tests::{kind, told};
use super::*;

#[test]
fn archives_that_swell_or_swarm_are_refused_and_their_claims_not_believed() {
    let limits = xlsx::Limits { entries: 10, inflated_bytes: 100_000 };
    let told = |content: &[u8]| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        match xlsx::examine_within(&mut file, limits) {
            Ok(kind) => Ok(kind),
            Err(EvidenceError::Fault(fault)) => Err(fault),
            Err(other) => panic!("{other}"),
        }
    };
    let zeros = vec![0; 100_001];
    let bomb = xlsx(&[("xl/media/a.bin", &zeros)]);
    assert!(bomb.len() < 3_000, "small outside");
    // The bomb says it holds one byte: in the local header and in the directory.
    let mut liar = bomb.clone();
    let size = 100_001_u32.to_le_bytes();
    for at in 0..liar.len() - 4 {
        if liar[at..at + 4] == size {
            liar[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
        }
    }
    let half = vec![0; 60_000];
    let in_parts = xlsx(&[("a", &half), ("b", &half)]);
    let names: Vec<String> = (0..10).map(|n| format!("xl/{n}")).collect();
    let swarm = xlsx(&names.iter().map(|name| (name.as_str(), &b"x"[..])).collect::<Vec<_>>());
    let mut claims_many = xlsx(&[]);
    let end = claims_many.len() - 22;
    claims_many[end + 8..end + 12].copy_from_slice(&[0xFE, 0xFF, 0xFE, 0xFF]);

    for (name, content) in
        [("bomb", bomb), ("liar", liar), ("in parts", in_parts), ("swarm", swarm), ("claims many", claims_many)]
    {
        assert_eq!(told(&content), Err(EvidenceFault::Broken), "{name}");
    }
    assert_eq!(told(&xlsx(&[("xl/media/a.bin", &zeros[..90_000])])), Ok(EvidenceKind::Xlsx));
}

#[test]
fn pictures_with_too_many_pixels_are_refused_by_their_heads() {
    let mut tall = jpeg(16, 16, 1);
    let frame = tall.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    tall[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    let cases = [
        (hollow_png(10_000, 5_000), Ok(EvidenceKind::Png)),
        (hollow_png(10_000, 5_001), Err(EvidenceFault::TooManyPixels)),
        (hollow_png(u32::MAX, u32::MAX), Err(EvidenceFault::TooManyPixels)),
        (hollow_png(0, 10), Err(EvidenceFault::Broken)),
        (tall, Err(EvidenceFault::TooManyPixels)),
    ];
    for (content, expected) in cases {
        assert_eq!(told(&content, "a.png"), expected);
    }
}

#[test]
fn malformed_pictures_are_broken() {
    let signature = b"\x89PNG\r\n\x1a\n";
    let cases: [(&str, Vec<u8>); 9] = [
        ("no head", [&signature[..], &chunk(b"IDAT", b"x"), &chunk(b"IEND", b"")].concat()),
        ("short head", [&signature[..], &chunk(b"IHDR", b"x"), &chunk(b"IEND", b"")].concat()),
        ("two heads", [&hollow_png(1, 1)[..33], &hollow_png(1, 1)[8..]].concat()),
        ("no data", [&hollow_png(1, 1)[..33], &chunk(b"IEND", b"")].concat()),
        ("a chunk beyond the end", [&hollow_png(1, 1)[..33], b"\xFF\xFF\xFF\xFFIDAT"].concat()),
        ("no segments", b"\xFF\xD8\xFFhello".to_vec()),
        ("a segment of no length", b"\xFF\xD8\xFF\xE0\0\0".to_vec()),
        ("an end without a frame", b"\xFF\xD8\xFF\xDA\0\x02\xFF\xD9".to_vec()),
        ("fill bytes without end", [&b"\xFF\xD8"[..], &[0xFF; 100]].concat()),
    ];
    for (name, content) in cases {
        assert_eq!(told(&content, "a.png"), Err(EvidenceFault::Broken), "{name}");
    }
}

#[test]
fn malformed_books_are_broken() {
    let no_book = compound(&[("/Workbook", b"hello, world")]);
    let endless = compound(&[("/Workbook", &[&book(&[])[..8], &[1, 0, 0xFF, 0xFF]].concat())]);
    let mut wild = compound(&[("/Workbook", &book(&[]))]);
    wild[44..76].fill(0xEE);
    let twice = [("[Content_Types].xml", content_types(WORKBOOK)), ("[Content_Types].xm_", content_types(WORKBOOK))];
    let mut two_lists = archive(&twice.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>());
    for at in 0..two_lists.len() - 4 {
        if &two_lists[at..at + 4] == b".xm_" {
            two_lists[at + 3] = b'l';
        }
    }
    for (name, content) in
        [("no records", no_book), ("endless record", endless), ("wild sectors", wild), ("two lists", two_lists)]
    {
        assert_eq!(told(&content, "a.xls"), Err(EvidenceFault::Broken), "{name}");
    }
}

/// A polyglot counts as what its first bytes say, and is served as that only.
#[test]
fn polyglots_are_what_they_begin_with() {
    let (pdf, png, zip) = (pdf(""), png(3, 2), xlsx(&[]));
    let pdf_head_html = [b"%PDF-1.7<script>alert(1)</script>", &pdf[8..]].concat();
    let cases: [(&str, Vec<u8>, Result<EvidenceKind, EvidenceFault>); 8] = [
        ("zip after PDF", [&pdf[..], &zip].concat(), Ok(EvidenceKind::Pdf)),
        ("HTML in PDF", pdf_head_html, Ok(EvidenceKind::Pdf)),
        ("HTML after PNG", [&png[..], b"<script>"].concat(), Ok(EvidenceKind::Png)),
        ("PDF before its head", [b"<html>", &pdf[..]].concat(), kind("txt")),
        ("PDF after a blank", [b"\n", &pdf[..]].concat(), kind("txt")),
        ("zip after a stub", [b"MZ", &zip[..]].concat(), kind("txt")),
        ("GIF and JavaScript", b"GIF89a=1;alert(1)".to_vec(), kind("txt")),
        ("PNG signature alone", b"\x89PNG\r\n\x1a\n".to_vec(), Err(EvidenceFault::Broken)),
    ];
    for (name, content, expected) in cases {
        assert_eq!(told(&content, "a.txt"), expected, "{name}");
    }
}
