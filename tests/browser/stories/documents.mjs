// The document route: a reviewer returns the application with two faults, the
// facility corrects only these, and gets fewer devices than it asked for.

import { readFile } from "node:fs/promises";

import { NOTICE, SUMIRE } from "../cast.mjs";
import { activate, begin, enterOffice, fillCounts, logIn, register } from "../steps.mjs";
import { DESKTOP, must, until } from "../visitor.mjs";

const EMAIL = "sumire@example.jp";
const DOCUMENT = "受領委任承諾通知書";
const REASON = "職員2人の施設では3台で足りると判断しました。";

export const stories = [
  { name: "a reviewer returns two faults, only these are corrected, and fewer devices are approved", play },
];

async function play(stage) {
  const applicant = await stage.visitor(DESKTOP);
  await register(applicant, SUMIRE, EMAIL);
  await activate(applicant, EMAIL);
  await logIn(applicant, EMAIL);
  const { number, address } = await apply(applicant);
  const reviewer = await stage.visitor(DESKTOP);
  await enterOffice(reviewer, "reviewer@example.jp");
  await take(reviewer, number);
  await stage.demo.isAway(EMAIL);
  await returnWithTwoFaults(reviewer);
  await thinkTwice(reviewer);
  await returnWithTwoFaults(reviewer);
  await stage.demo.decisionsStand();
  await correct(applicant, address);
  await approveFewer(reviewer, number);
  await applicant.portal(address);
  await applicant.expect("申請された台数より少ない台数で承認されました", REASON);
  await applicant.follow("端末の設定情報を見る");
  must((await applicant.page.locator("#devices tbody tr").count()) === 3, "not three devices");
}

async function apply(applicant) {
  await begin(applicant, "② 書類を添付");
  await attach(applicant, "承諾通知書.png");
  await applicant.shoot("desktop-evidence");
  await applicant.press("次へ進む");
  await fillCounts(applicant, "2", "8");
  await applicant.press("この内容で申請する");
  await applicant.expect("審査担当が内容を確認します");
  const number = await applicant.read("#number");
  await applicant.openMail(EMAIL, number);
  await applicant.page.goBack();
  await applicant.portal("/applications");
  await applicant.followFirst("利用開始申請");
  return { number, address: applicant.path };
}

/** Sends a file by script: the page comes in place, without a new load. */
async function attach(applicant, name) {
  const buffer = await readFile(new URL(`../../../${NOTICE}`, import.meta.url));
  await applicant.field(DOCUMENT).setInputFiles({ name, mimeType: "image/png", buffer });
  await applicant.touch(applicant.button("ファイルを送る"));
  await applicant.page.getByRole("link", { name, exact: true }).waitFor();
  await until("the preview", () => applicant.page.locator("img.preview").evaluate((it) => it.naturalWidth > 0));
  await applicant.arrive();
}

async function take(reviewer, number) {
  await reviewer.office("/queue?v=unassigned");
  await reviewer.shoot("desktop-queue");
  await reviewer.follow(number);
  await reviewer.press("この申請を担当する");
  await reviewer.expect("あなたが審査しています", SUMIRE.name);
  await until("the evidence", () => reviewer.page.locator("img.viewer-image").evaluate((it) => it.naturalWidth > 0));
  await reviewer.shoot("desktop-review");
}

async function returnWithTwoFaults(reviewer) {
  await reviewer.follow("差し戻す");
  await reviewer.press("送られるメールを見る");
  await reviewer.expectRefused("差戻しの理由");
  await reviewer.tick("書類：読み取れない");
  await reviewer.tick("申請台数：職員数に比べて多い");
  await reviewer.press("送られるメールを見る");
  await reviewer.expect("読み取れません", "職員数に比べて申請台数が多い");
  await reviewer.press("この内容で差し戻す");
  await reviewer.expect("差し戻しました", "判断を元に戻せます");
  await reviewer.shoot("desktop-undo");
}

/** The reviewer thinks again, and then does the same: the applicant hears of it once. */
async function thinkTwice(reviewer) {
  await reviewer.follow("元に戻す");
  await reviewer.press("元に戻す");
  await reviewer.expect("申請者には何も送られていません", "あなたが審査しています");
}

async function correct(applicant, address) {
  await applicant.openMail(EMAIL, "修正のお願い");
  await applicant.expect("読み取れません");
  await applicant.portal(address);
  await applicant.expect("修正のお願い", "差戻し（対応が必要です）");
  await applicant.shoot("desktop-returned");
  await applicant.follow("「申請台数」を直す");
  must((await applicant.field("職員数").count()) === 0, "an item without fault is open");
  await applicant.fill("申請台数", "4");
  await applicant.press("保存する");
  await applicant.portal(address);
  await applicant.follow(`「${DOCUMENT}」を直す`);
  await applicant.press(/^外す.*承諾通知書\.png$/);
  await attach(applicant, "撮り直し.png");
  await applicant.press("保存する");
  await applicant.portal(address);
  await applicant.follow("修正した内容を確認する");
  await applicant.press("この内容で申請する");
  await applicant.expect("受付番号");
}

async function approveFewer(reviewer, number) {
  await reviewer.office("/queue?v=mine");
  await reviewer.follow(number);
  await reviewer.expect("8台 → 4台");
  await reviewer.follow("承認する");
  await reviewer.fill("承認する台数", "3");
  await reviewer.press("承認する");
  await reviewer.expectRefused("減らす理由を入力してください");
  await reviewer.fill("減らす理由", REASON);
  await reviewer.press("承認する");
  await reviewer.expect("承認しました");
}
