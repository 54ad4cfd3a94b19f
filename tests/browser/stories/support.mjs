// Whoever answers the phone: sees what the caller sees, and loses nothing typed
// when the session runs out meanwhile.

import { PASSWORD } from "../demo.mjs";
import { currentCode, enterOffice } from "../steps.mjs";
import { DESKTOP, PHONE, must } from "../visitor.mjs";

const EMAIL = "support@example.jp";

export const stories = [{ name: "support sees what a facility sees, and keeps a note through the login", play }];

async function play(stage) {
  const desk = await stage.visitor(DESKTOP);
  await enterOffice(desk, EMAIL);
  await lookAlong(desk, stage);
  await noteSurvives(desk, stage);
}

async function lookAlong(desk, stage) {
  await desk.office(`/devices?state=active&words=${encodeURIComponent("あおぞら")}`);
  await desk.shoot("desktop-devices");
  await desk.page.locator("#devices tbody td a").first().waitFor();
  const facility = new URL(await desk.page.locator("#devices tbody td a").first().getAttribute("href"), desk.page.url());
  await desk.goto(facility.href);
  await desk.expect("最近のログイン", "利用者に送ったメール", "職員のメモ");
  await desk.shoot("desktop-facility");
  await desk.follow("この施設として見る");
  await desk.press("リンクを作る");
  await desk.expectRefused("見る理由を選んでください");
  await desk.tick("施設からの問い合わせに答えるため");
  await desk.press("リンクを作る");
  const link = desk.page.getByRole("link", { name: "ポータルを新しいタブで開く" });
  const phone = await stage.visitor(PHONE);
  await phone.goto(await link.getAttribute("href"));
  await phone.expect("支援 四郎", "登録や変更はできません");
  await phone.press("見る");
  const told = await phone.page.getByLabel("職員として見ています").innerText();
  must(told.includes("登録や変更はできません"), `the page says ${told}`);
  await phone.shoot("phone-watch-home");
  await phone.portal("/devices");
  await phone.followFirst("W");
  await phone.shoot("phone-watch-device");
  phone.refused = [403];
  await phone.portal("/devices/cards");
  await phone.expect("職員は、ここから先へ進めません");
  await phone.shoot("phone-watch-refused");
  phone.refused = [];
  await phone.portal("/home");
  await phone.press("見るのを終える");
  await phone.expect("ログアウトしました");
}

async function noteSurvives(desk, stage) {
  await desk.office("/queue?v=unassigned");
  await desk.page.locator("#queue tbody th a").first().click();
  await desk.follow("メモを残す");
  const path = desk.path;
  await desk.fill("メモ", "折り返し電話をする約束をした");
  await stage.demo.anHourPassesForStaff(EMAIL);
  await desk.press("メモを残す");
  await desk.expect("送ろうとした内容は残っています");
  await desk.fill("メールアドレス", EMAIL);
  await desk.fill("パスワード", PASSWORD);
  await desk.press("ログイン");
  await desk.fill("確認コード", await currentCode(desk, EMAIL));
  await desk.press("確認する");
  await desk.expect("折り返し電話をする約束をした", "まだ送られていません");
  await desk.shoot("desktop-kept");
  await desk.press("もう一度送る");
  must(desk.path === path.replace("/notes", ""), `${desk.path} after sending once more`);
  await desk.expect("折り返し電話をする約束をした");
}
