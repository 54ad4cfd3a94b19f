//! Kinds by content: good files, other files, cut off and locked ones.

use std::io::Write;

use super::fixtures::*;
use super::*;

/// What is said about `content` under `name`.
pub(super) fn told(content: &[u8], name: &str) -> Result<EvidenceKind, EvidenceFault> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    sniff(file.path(), name).map_err(|error| match error {
        EvidenceError::Fault(fault) => fault,
        EvidenceError::Storage(error) => panic!("{error}"),
    })
}

pub(super) fn kind(extension: &str) -> Result<EvidenceKind, EvidenceFault> {
    let extension = (!extension.is_empty()).then(|| extension.to_owned());
    Err(EvidenceFault::Kind { extension })
}

#[test]
fn every_kind_is_known_by_content_under_any_name() {
    let xls = compound(&[("/Workbook", &book(&[]))]);
    let old_xls = compound(&[("/Book", &book(&[]))]);
    let cases = [
        (pdf(""), EvidenceKind::Pdf),
        (png(3, 2), EvidenceKind::Png),
        (jpeg(16, 8, 6), EvidenceKind::Jpeg),
        (xls, EvidenceKind::Xls),
        (old_xls, EvidenceKind::Xls),
        (xlsx(&[]), EvidenceKind::Xlsx),
    ];
    for (content, expected) in cases {
        for name in ["a.pdf", "evil.html", "", "../../x\0.png"] {
            assert_eq!(told(&content, name), Ok(expected), "{name:?}");
        }
    }
}

#[test]
fn other_files_are_told_by_the_name_they_have() {
    let docx = archive(&[(
        "[Content_Types].xml",
        content_types("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml").as_bytes(),
    )]);
    let doc = compound(&[("/WordDocument", b"x")]);
    let cases: [(&[u8], &str, Result<EvidenceKind, EvidenceFault>); 14] = [
        (b"", "a.pdf", Err(EvidenceFault::Empty)),
        (b"<html><script>", "a.html", kind("html")),
        (b"<html><script>", "a.PNG", Err(EvidenceFault::Broken)),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", kind("svg")),
        (b"\0\0\0\x18ftypheic", "IMG_1.HEIC", kind("heic")),
        (b"MZ\x90", "a.exe", kind("exe")),
        (b"a,b\r\n", "a.csv", kind("csv")),
        (b"a", "noname", kind("")),
        (b"a", "a.<script>", kind("")),
        (b"a", "a.verylongextension", kind("")),
        (b"a", "a.xlsm", Err(EvidenceFault::Macro)),
        (&archive(&[("readme.txt", b"x")]), "a.zip", kind("zip")),
        (&docx, "a.docx", kind("docx")),
        (&doc, "a.doc", kind("doc")),
    ];
    for (content, name, expected) in cases {
        assert_eq!(told(content, name), expected, "{name}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_never_taken() {
    let big_picture = jpeg(200, 100, 1);
    for (name, content) in [
        ("a.pdf", pdf("")),
        ("a.png", png(60, 40)),
        ("a.jpg", big_picture),
        ("a.xls", compound(&[("/Workbook", &book(&[1; 600]))])),
        ("a.xlsx", xlsx(&[])),
    ] {
        for eighth in 0..8 {
            let part = &content[..content.len() * eighth / 8];
            assert!(told(part, name).is_err(), "{name} {eighth}/8");
        }
    }
}

#[test]
fn what_needs_a_password_is_told_so() {
    let file_pass = [0x2F, 0x00, 0x02, 0x00, 0, 0];
    let xor_after_two = [&[0xE1, 0, 2, 0, 0xB0, 4][..], &file_pass].concat();
    let mut locked_zip = xlsx(&[]);
    // General purpose bit 0 (APPNOTE 4.4.4) of every header.
    for at in 0..locked_zip.len() - 4 {
        match &locked_zip[at..at + 4] {
            b"PK\x03\x04" => locked_zip[at + 6] |= 1,
            b"PK\x01\x02" => locked_zip[at + 8] |= 1,
            _ => {}
        }
    }
    let cases = [
        ("reference", pdf("/Encrypt 5 0 R")),
        ("reference without blanks", pdf("/Encrypt\n5\n0\nR")),
        ("in place", pdf("/Encrypt<</Filter/Standard>>")),
        ("xlsx in a compound file", compound(&[("/EncryptedPackage", b"x"), ("/EncryptionInfo", b"x")])),
        ("xls", compound(&[("/Workbook", &book(&file_pass))])),
        ("xls, a little later", compound(&[("/Workbook", &book(&xor_after_two))])),
        ("zip", locked_zip),
    ];
    for (name, content) in cases {
        assert_eq!(told(&content, "a.pdf"), Err(EvidenceFault::Locked), "{name}");
    }
    for trailer in ["/EncryptMetadata true", "/Encrypted 5 0 R", "/Encrypt true", "/Encrypt"] {
        assert_eq!(told(&pdf(trailer), "a.pdf"), Ok(EvidenceKind::Pdf), "{trailer}");
    }
}

#[test]
fn encryption_is_found_across_the_edges_of_blocks() {
    for filler in (65_380..65_540).step_by(7) {
        let mut content = pdf("/Encrypt 5 0 R");
        let comment = [b"%".repeat(filler), b"\n".to_vec()].concat();
        content.splice(9..9, comment);
        assert_eq!(told(&content, "a.pdf"), Err(EvidenceFault::Locked), "{filler}");
    }
}

#[test]
fn books_with_macros_or_outside_links_are_refused() {
    let macro_type = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let by_type = archive(&[("[Content_Types].xml", content_types(macro_type).as_bytes())]);
    let cases = [
        (by_type, EvidenceFault::Macro),
        (xlsx(&[("xl/vbaProject.bin", b"x")]), EvidenceFault::Macro),
        (xlsx(&[("XL/VBAPROJECT.BIN", b"x")]), EvidenceFault::Macro),
        (xlsx(&[("xl/macrosheets/sheet1.xml", b"x")]), EvidenceFault::Macro),
        (xlsx(&[("xl/externalLinks/externalLink1.xml", b"x")]), EvidenceFault::ExternalLinks),
        (compound(&[("/Workbook", &book(&[])), ("/_VBA_PROJECT_CUR/VBA/dir", b"x")]), EvidenceFault::Macro),
    ];
    for (content, fault) in cases {
        assert_eq!(told(&content, "a.xlsx"), Err(fault));
    }
}
