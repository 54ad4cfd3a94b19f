// The pictures for the documentation, taken from the demo's own people.

import { enterOffice, logIn } from "../steps.mjs";
import { DESKTOP, PHONE, until } from "../visitor.mjs";

/** A4 without its margins. */
const PAPER = { width: 680, height: 900 };

export const stories = [
  { name: "pictures of a facility that uses its devices", play: devices },
  { name: "pictures of an application about to be sent", play: application },
  { name: "pictures of the back office", play: office },
  { name: "pictures on a phone", play: phone },
];

async function signedIn(stage, way, email) {
  const visitor = await stage.visitor(way);
  await visitor.portal("/login");
  await logIn(visitor, email);
  return visitor;
}

async function devices(stage) {
  const visitor = await signedIn(stage, DESKTOP, "aozora@example.jp");
  await visitor.shoot("home");
  await visitor.portal("/devices");
  await visitor.shoot("devices");
  const waiting = visitor.page.getByRole("row").filter({ hasText: "未設定" }).getByRole("link").first();
  await visitor.goto(new URL(await waiting.getAttribute("href"), visitor.page.url()).href);
  await visitor.press("パスワードとコードを表示する");
  await visitor.shoot("device");
  await visitor.follow("設定カードを印刷する");
  await visitor.page.emulateMedia({ media: "print" });
  await visitor.page.setViewportSize(PAPER);
  await visitor.shoot("card");
}

async function application(stage) {
  const visitor = await signedIn(stage, DESKTOP, "midori@example.jp");
  await visitor.portal("/applications");
  await visitor.followFirst("入力を続ける");
  await visitor.portal(`${visitor.path.replace(/\/(edit|confirm).*/, "")}/confirm`);
  await visitor.shoot("check");
}

async function office(stage) {
  const visitor = await stage.visitor(DESKTOP);
  await enterOffice(visitor, "reviewer@example.jp");
  await visitor.office("/queue");
  await visitor.shoot("queue");
  await visitor.office("/");
  await visitor.shoot("office");
  await visitor.press("次の1件を担当する");
  await until("the evidence", () => visitor.page.locator("img.viewer-image").evaluate((it) => it.naturalWidth > 0));
  await visitor.shoot("review");
}

async function phone(stage) {
  const visitor = await signedIn(stage, PHONE, "yurikago@example.jp");
  await visitor.shoot("phone-home");
}
