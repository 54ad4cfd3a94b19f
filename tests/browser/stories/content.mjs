// What editors publish: texts and file names made to do harm stay letters, for
// readers as for editors; a notice, a search and both sites as people see them.

import { readFile } from "node:fs/promises";

import { NOTICE } from "../cast.mjs";
import { enterOffice } from "../steps.mjs";
import { DESKTOP, PHONE, must } from "../visitor.mjs";

/** Markdown that would run, load or pretend something, if anything let it. */
const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "<iframe src=\"https://evil.example\"></iframe>",
  "<a href=\"javascript:alert(1)\">押す</a>",
  "<style>*{display:none}</style>",
  "[押す1](javascript:alert(1))",
  "[押す2](JaVaScRiPt:alert(1))",
  "[押す3](&#x6A;avascript:alert(1))",
  "[押す4](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[押す5](//evil.example/)",
  "[押す6](/\\evil.example/)",
  "[押す7](vbscript:msgbox(1))",
  "[押す8](https://ok.example \"x\\\" onmouseover=\\\"alert(1)\")",
  "![絵1](javascript:alert(1))",
  "![絵2](data:image/svg+xml;base64,PHN2Zy8+)",
  "![絵3](https://evil.example/track.png)",
  "<javascript:alert(1)>",
  "請求書\u202Egpj.exe\u2066",
  "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
];
/** Names of files that would do the same. */
const NAMES = ["<img src=x onerror=alert(1)>.png", "\"onload=\"alert(1).png", "javascript:alert(1).png", "申請書\u202Egnp.exe.png"];

export const stories = [
  { name: "texts and file names of editors run nothing", play: hostile },
  { name: "a visitor finds an answer on a phone", play: answer },
];

async function hostile(stage) {
  const editor = await stage.visitor(DESKTOP);
  await enterOffice(editor, "editor@example.jp");
  await editor.office("/notices/new");
  await editor.tick("操作");
  await editor.fill("見出し", "<b>太字</b>\"'>の見出し");
  await editor.fill("本文", HOSTILE.filter((text) => !/[\u202a-\u202e\u2066-\u2069]/.test(text)).join("\n\n"));
  await editor.press("下書きを保存して、見え方を確かめる");
  await editor.expectRefused("HTMLのタグ", "使えません");
  await editor.fill("本文", "安全な本文です。");
  await editor.press("下書きを保存して、見え方を確かめる");
  const { path } = editor;
  const picture = await readFile(new URL(`../../../${NOTICE}`, import.meta.url));
  for (const name of NAMES) {
    await editor.field("ファイル").setInputFiles({ name, mimeType: "image/png", buffer: picture });
    await editor.touch(editor.button("添付する"));
    // Browsers send quotes so (RFC 7578 §4.2); what turns the direction is left out.
    const kept = name.replaceAll('"', "%22").replace(/[\u202a-\u202e]/g, "");
    await editor.page.getByRole("link", { name: kept, exact: true }).waitFor();
  }
  await editor.follow("公開する");
  await editor.press("公開する");
  // Past every check of the form, straight into the table.
  const text = HOSTILE.join("\n\n").replaceAll("'", "''");
  await stage.demo.write(`update notices set body = '${text}' where id = '${path.split("/").pop()}'`);
  await editor.office(path);
  await harmless(editor);
  for (const way of [DESKTOP, PHONE]) {
    const reader = await stage.visitor(way);
    await reader.portal("/notices");
    await reader.follow("<b>太字</b>\"'>の見出し");
    await harmless(reader);
  }
}

/** Nothing ran (a dialog is a fault by itself), and what is left leads nowhere else. */
async function harmless(visitor) {
  const found = await visitor.page.evaluate(() => {
    const inside = document.querySelector("main");
    const links = [...inside.querySelectorAll(".prose a")].map((link) => link.getAttribute("href") ?? "");
    const bad = [...inside.querySelectorAll(".prose script, .prose iframe, .prose svg, .prose style, .prose form, .prose base")];
    const handlers = [...inside.querySelectorAll("*")].filter((one) => [...one.attributes].some((a) => a.name.startsWith("on")));
    const pictures = [...inside.querySelectorAll(".prose img")].map((one) => one.getAttribute("src"));
    return { links, bad: bad.length, handlers: handlers.length, pictures, words: inside.innerText };
  });
  must(found.bad === 0 && found.handlers === 0, `${found.bad} tags and ${found.handlers} handlers came through`);
  const strange = found.links.filter((href) => href !== "" && !href.startsWith("https://ok.example"));
  must(strange.length === 0, `links lead to ${strange.join(" ")}`);
  must(found.pictures.length === 0, `pictures from ${found.pictures.join(" ")}`);
  must(found.words.includes("<script>alert(1)</script>"), "the letters are gone");
  must(!/[\u202a-\u202e\u2066-\u2069]/.test(found.words), "the reading direction is turned");
  must(found.words.includes("<img src=x onerror=alert(1)>.png"), "the file's name is gone");
  const prose = visitor.page.locator(".prose a", { hasText: "押す" });
  for (let n = 0; n < (await prose.count()); n += 1) {
    const href = await prose.nth(n).getAttribute("href");
    must(!href || /^https:\/\/ok\.example/.test(href), `「押す${n}」 leads to ${href}`);
  }
}

async function answer(stage) {
  const visitor = await stage.visitor(PHONE);
  await visitor.portal("/");
  await visitor.followFirst("よくある質問");
  await visitor.fill("調べたい言葉", "すまほ なくした");
  await visitor.press("探す");
  await visitor.expect("検索結果");
  await visitor.follow("端末を紛失しました");
  await visitor.press("役に立った");
  await visitor.expect("ありがとうございました");
  await visitor.portal("/faq");
  await visitor.fill("調べたい言葉", "冷蔵庫");
  await visitor.press("探す");
  await visitor.expect("見つかりませんでした");
  await visitor.follow("この言葉で問い合わせる");
  must((await visitor.field("お問い合わせの内容").inputValue()).includes("冷蔵庫"), "the words are not carried over");
}
