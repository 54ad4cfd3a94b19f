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
  const dialogs = [];
  const watch = (visitor) => visitor.page.on("dialog", (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
  watch(applicant);
  await register(applicant, KASUMI, EMAIL);
  await activate(applicant, EMAIL);
  await logIn(applicant, EMAIL);
  await begin(applicant, "② 書類を添付");
  for (const [name, bytes, why] of REFUSED) await isRefused(applicant, name, bytes, why);
  const files = shown(await readFile(new URL(`../../../${NOTICE}`, import.meta.url)));
  for (const { name, bytes } of files) await isTaken(applicant, name, bytes);
  await applicant.press("次へ進む");
  await fillCounts(applicant, "2", "2");
  await applicant.press("この内容で申請する");
  const number = await applicant.read("#number");

  const reviewer = await stage.visitor(DESKTOP);
  watch(reviewer);
  await enterOffice(reviewer, "reviewer2@example.jp");
  await reviewer.office("/queue?v=unassigned");
  await reviewer.follow(number);
  await reviewer.press("この申請を担当する");
  for (const file of files) await isHarmless(reviewer, file);
  await walksByKeyboard(reviewer, files);
  const phone = await stage.visitor(PHONE);
  watch(phone);
  await phone.context.addCookies(await reviewer.context.cookies());
  await phone.goto(reviewer.page.url());
  await phone.shoot("phone-review");
  must(dialogs.length === 0, `a dialog opened: ${dialogs}`);
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

async function isHarmless(reviewer, { name, sees }) {
  await reviewer.page.getByRole("navigation", { name: "書類の切り替え" }).getByRole("link", { name, exact: true }).click();
  await reviewer.page.waitForLoadState("load");
  await reviewer.arrive();
  const frame = reviewer.page.getByRole("region", { name: `${name}の表示` });
  if (sees === "img") {
    const image = frame.locator("img");
    await until(`the picture of ${name}`, () => image.evaluate((it) => it.complete && it.naturalWidth > 0));
    must((await frame.locator("a, iframe, object, embed, script").count()) === 0, `${name} brought more than a picture`);
  } else if (sees) {
    const text = await frame.innerText();
    for (const words of sees) must(text.includes(words), `${name} does not show ${words}: ${text}`);
    must((await frame.locator("a, img, script").count()) === 0, `${name} brought more than a table`);
  } else {
    const text = await reviewer.text();
    must(!text.includes("root:"), `${name} read a file of the server`);
  }
  await reviewer.shoot(`desktop-viewer-${name.split(".").pop()}`);
  const [download] = await Promise.all([
    reviewer.page.waitForEvent("download"),
    reviewer.page.getByRole("link", { name, exact: true }).last().click(),
  ]);
  must(download.suggestedFilename().length > 0, `${name} is not a download`);
  await download.delete();
}

async function walksByKeyboard(reviewer, files) {
  const [first, second] = files;
  await reviewer.page.getByRole("navigation", { name: "書類の切り替え" }).getByRole("link", { name: first.name, exact: true }).click();
  await reviewer.page.waitForLoadState("load");
  await reviewer.page.getByRole("region", { name: `${first.name}の表示` }).focus();
  await reviewer.pressKey("+");
  must((await reviewer.page.locator(".zoom-150").count()) === 1, "the plus key does not enlarge");
  await reviewer.page.getByRole("region", { name: `${first.name}の表示` }).focus();
  await reviewer.pressKey("r");
  must((await reviewer.page.locator("img[src$='turn=90']").count()) === 1, "the r key does not turn");
  await reviewer.page.getByRole("region", { name: `${first.name}の表示` }).focus();
  await reviewer.pressKey("]");
  await reviewer.page.getByRole("region", { name: `${second.name}の表示` }).waitFor();
  await reviewer.shoot("desktop-viewer-keys");
}
