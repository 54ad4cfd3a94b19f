// What people do in several stories: registering, logging in, applying.

import { PASSWORD } from "./demo.mjs";
import { must } from "./visitor.mjs";

/** From the top page to 「メールを送りました」, with a mistake on the way. */
export async function register(visitor, facility, email) {
  await visitor.portal("/");
  await visitor.follow("はじめての方：登録する");
  await visitor.press("次へ進む");
  await visitor.expectRefused("所属機関を選んでください");
  await visitor.tick(facility.kind);
  await visitor.press("次へ進む");
  if (facility.prefecture) await visitor.pick("都道府県", facility.prefecture);
  await visitor.fill(...facility.typed);
  await visitor.press("施設を確認する");
  await visitor.expect(facility.name, facility.code);
  await visitor.press("はい、この施設です");
  await fillPerson(visitor, email);
  await visitor.expect("0312345678", email);
  await visitor.tick("利用規約とプライバシーポリシーに同意する");
  await visitor.press("この内容で登録する");
  await visitor.expect(email, "まだ登録は終わっていません");
}

async function fillPerson(visitor, email) {
  await visitor.fill("姓", "山田");
  await visitor.press("確認へ進む");
  await visitor.expectRefused("名を入力してください", "メールアドレスを入力してください", "パスワードを入力してください");
  must((await visitor.field("姓").inputValue()) === "山田", "what was typed is gone");
  await visitor.fill("名", "花子");
  await visitor.fill("電話番号", "０３−１２３４−５６７８");
  await visitor.fill("メールアドレス", email);
  await visitor.fill("パスワード", PASSWORD);
  await visitor.fill("パスワード（確認用）", PASSWORD);
  await visitor.press("確認へ進む");
}

export async function activate(visitor, email) {
  await visitor.openMail(email, "登録を完了してください");
  await visitor.followFirst("/activate/");
  await visitor.press("登録を完了する");
  await visitor.follow("ログインへ");
}

/** Fills in the login page that is open. */
export async function logIn(visitor, email) {
  await visitor.fill("メールアドレス", email);
  await visitor.fill("パスワード", PASSWORD);
  await visitor.press("ログインする");
}

export async function begin(visitor, method) {
  await visitor.portal("/applications");
  await visitor.press("利用開始申請を始める");
  await visitor.tick(method);
  await visitor.press("次へ進む");
}

/** From the counts to the page that asks whether all is right. */
export async function fillCounts(visitor, staff, devices) {
  await visitor.fill("職員数", staff);
  await visitor.fill("申請台数", devices);
  await visitor.press("次へ進む");
  await visitor.tick("この規約を読み、同意します");
  await visitor.press("次へ進む");
}

/** Logs a reviewer in, the second factor read from the demo's page of codes. */
export async function enterOffice(visitor, email) {
  await visitor.office("/login");
  await visitor.fill("メールアドレス", email);
  await visitor.fill("パスワード", PASSWORD);
  await visitor.press("ログイン");
  await visitor.fill("確認コード", await currentCode(visitor, email));
  await visitor.press("確認する");
}

/** The code that this person's app would show. */
export async function currentCode(visitor, email) {
  const page = await visitor.context.newPage();
  await page.goto(`${visitor.stage.demo.mail}/codes`);
  const code = await page.getByRole("row").filter({ hasText: email }).locator(".number").innerText();
  await page.close();
  return code.trim();
}
