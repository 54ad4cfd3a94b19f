// Files made to do harm: each is refused with a sentence, or shown so that
// nothing in it runs, opens or asks anybody anything.

import { readFile } from "node:fs/promises";

import { NOTICE } from "../cast.mjs";
import { REFUSED, shown } from "../hostile.mjs";
import { activate, begin, enterOffice, fillCounts, logIn, register } from "../steps.mjs";
import { DESKTOP, PHONE, must, until } from "../visitor.mjs";

const KASUMI = {
  kind: "あん摩マッサージ指圧師、はり師、きゅう師の施術所",
  code: "2829100126",
  typed: ["登録記号番号", "2829100126"],
  name: "かすみ鍼灸マッサージ院",
};
const EMAIL = "kasumi@example.jp";
const DOCUMENT = "受領委任承諾通知書";

export const stories = [{ name: "hostile evidence is refused or shown without harm", play }];

async function play(stage) {
  const applicant = await stage.visitor(DESKTOP);
  await register(applicant, KASUMI, EMAIL);
  await activate(applicant, EMAIL);
  await logIn(applicant, EMAIL);
  await begin(applicant, "② 書類を添付");
  for (const [name, bytes, why] of REFUSED) await isRefused(applicant, name, bytes, why);
  const files = shown(await readFile(new URL(`../../../${NOTICE}`, import.meta.url)));
  const long = { name: "三ページ.pdf", bytes: await document(applicant), sees: "img" };
  for (const { name, bytes } of [...files, long]) await isTaken(applicant, name, bytes);
  await applicant.press("次へ進む");
  await fillCounts(applicant, "2", "2");
  await applicant.press("この内容で申請する");
  const number = await applicant.read("#number");

  const reviewer = await stage.visitor(DESKTOP);
  await enterOffice(reviewer, "reviewer2@example.jp");
  await reviewer.office("/queue?v=unassigned");
  await reviewer.follow(number);
  await reviewer.press("この申請を担当する");
  const { path } = reviewer;
  for (const file of files) await isHarmless(reviewer, file);
  await walksByKeyboard(reviewer, long.name);
  await reviewer.office(path);
  must((await says(reviewer)).startsWith("式.xlsx"), "the case does not open where it was left");
  await onPhone(stage, reviewer, path, ["三ページ.pdf", "式.xlsx", "写真とHTML.png"]);
  await withoutScripts(stage, reviewer, path, long.name);
  await reviewer.follow("読み取れないため差し戻す");
  must(await reviewer.field("書類：読み取れない").isChecked(), "the reason is not picked");
}

/** Three pages as a word processor would print them, fonts and all. */
async function document(visitor) {
  const page = await visitor.context.newPage();
  const sheet = (n) => `<h1 style="break-after:page">${DOCUMENT}（${n}枚目）<br>髙﨑接骨院</h1>`;
  await page.setContent(`<html lang="ja">${[1, 2, 3].map(sheet).join("")}</html>`);
  const bytes = await page.pdf({ format: "A4" });
  await page.close();
  return bytes;
}

async function hand(applicant, name, bytes) {
  // A browser guesses the type from the name, as it would for a person.
  await applicant.field(DOCUMENT).setInputFiles({ name, mimeType: "application/octet-stream", buffer: bytes });
  await applicant.touch(applicant.button("ファイルを送る"));
}

async function isRefused(applicant, name, bytes, why) {
  await hand(applicant, name, bytes);
  const summary = applicant.page.locator("#error-summary");
  await until(`${name} to be refused`, async () => (await summary.count()) > 0 && (await summary.innerText()).includes(why));
  must((await applicant.page.getByRole("link", { name, exact: true }).count()) === 0, `${name} was taken`);
  await applicant.page.reload();
}

async function isTaken(applicant, name, bytes) {
  await hand(applicant, name, bytes);
  await applicant.page.getByRole("link", { name, exact: true }).first().waitFor();
}

const frameOf = (reviewer) => reviewer.page.locator("[data-viewer] [data-scroll]");

const says = (reviewer) => reviewer.page.locator("[data-viewer]").getAttribute("data-says");

async function come(reviewer, words) {
  await until(`the viewer to say ${words}`, async () => (await says(reviewer)).includes(words));
}

const drawn = (reviewer) =>
  until("the picture", () => frameOf(reviewer).locator("img").evaluate((it) => it.complete && it.naturalWidth > 0));

/** Opens a file by its tab. */
async function open(reviewer, name) {
  const tabs = reviewer.page.getByRole("navigation", { name: "書類を選ぶ" });
  await reviewer.touch(tabs.getByRole("link", { name, exact: true }));
  await come(reviewer, name);
}

async function isHarmless(reviewer, { name, sees, warns }) {
  await open(reviewer, name);
  const frame = frameOf(reviewer);
  if (sees === "img") {
    await drawn(reviewer);
    must((await frame.locator("a, iframe, object, embed, script").count()) === 0, `${name} brought more than a picture`);
  } else if (sees) {
    const text = await frame.innerText();
    for (const words of sees) must(text.includes(words), `${name} does not show ${words}: ${text}`);
    must((await frame.locator("a, img, script").count()) === 0, `${name} brought more than a table`);
  } else {
    must(!(await reviewer.text()).includes("root:"), `${name} read a file of the server`);
  }
  must((await reviewer.text()).includes("開くと動く処理") === Boolean(warns), `${name}: the warning about scripts`);
  await reviewer.arrive();
  await reviewer.shoot(`desktop-viewer-${name}`);
  await isDownload(reviewer, name);
}

/** The original is never opened by the browser, also not by its address. */
async function isDownload(reviewer, name) {
  const link = reviewer.page.getByRole("link", { name: "原本をダウンロードする" });
  const [download] = await Promise.all([reviewer.page.waitForEvent("download"), link.click()]);
  must(download.suggestedFilename() === name, `${name} is downloaded as ${download.suggestedFilename()}`);
  await download.delete();
}

async function walksByKeyboard(reviewer, name) {
  const press = (key) => reviewer.page.keyboard.press(key);
  await open(reviewer, name);
  await frameOf(reviewer).focus();
  await press("ArrowRight");
  await come(reviewer, "2／3ページ");
  await press("+");
  await until("a larger page", () => reviewer.page.locator("img.zoom-125").count());
  await press("ArrowRight");
  must((await frameOf(reviewer).evaluate((it) => it === document.activeElement)), "the frame has lost the focus");
  await come(reviewer, "2／3ページ");
  await press("-");
  await until("a smaller page", () => reviewer.page.locator("img.zoom-100").count());
  await press("r");
  await until("a turned page", () => reviewer.page.locator("img[src*='turn=90']").count());
  await drawn(reviewer);
  await reviewer.shoot("desktop-viewer-turned");
  await press("r");
  await until("a page upside down", () => reviewer.page.locator("img[src*='turn=180']").count());
  await reviewer.touch(reviewer.page.getByText("ページの一覧"));
  await reviewer.touch(reviewer.page.getByRole("link", { name: "3ページ", exact: true }));
  await come(reviewer, "3／3ページ");
  must(await reviewer.page.locator("[data-viewer] details").evaluate((it) => it.open), "the overview has closed");
  await frameOf(reviewer).focus();
  // From the last file back to the table.
  for (const file of ["実体.xlsx", "式.xlsx"]) {
    await press("[");
    await come(reviewer, file);
    await reviewer.page.locator("[data-viewer] a").first().focus();
  }
}

async function onPhone(stage, reviewer, path, names) {
  const phone = await stage.visitor(PHONE);
  await phone.context.addCookies(await reviewer.context.cookies());
  await phone.office(path);
  for (const name of names) {
    await open(phone, name);
    if (!name.endsWith("xlsx")) await drawn(phone);
    await phone.arrive();
    await phone.shoot(`phone-viewer-${name}`);
  }
}

/** Every control is a link: without scripts each leads to a page that shows it. */
async function withoutScripts(stage, reviewer, path, name) {
  const plain = await stage.visitor(DESKTOP, { script: false });
  await plain.context.addCookies(await reviewer.context.cookies());
  await plain.office(path);
  await plain.follow(name);
  await plain.press("ページへ移る");
  await plain.follow("前のページ");
  await plain.follow("右へ回転");
  await plain.follow("拡大");
  must((await says(plain)) === `${name} 2／3ページ`, await says(plain));
  must((await plain.page.locator("img.zoom-125[src*='turn=270']").count()) === 1, "neither turned nor larger");
}
