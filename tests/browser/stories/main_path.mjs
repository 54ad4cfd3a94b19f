// The main path: a facility registers, applies, is matched, sets a device up,
// and the eligibility service's check answers for it until it is revoked.

import { KENSHIN, KOTORI, SAKURA, TSUBAKI } from "../cast.mjs";
import { activate, begin, fillCounts, logIn, register } from "../steps.mjs";
import { DESKTOP, PHONE, Visitor, must } from "../visitor.mjs";

const RUNS = [
  ["a facility goes the whole way at a desk", DESKTOP, true, SAKURA],
  ["a facility goes the whole way at a desk without scripts", DESKTOP, false, TSUBAKI],
  ["a facility goes the whole way on a phone", PHONE, true, KOTORI],
  ["a facility goes the whole way on a phone without scripts", PHONE, false, KENSHIN],
];

export const stories = RUNS.map(([name, way, script, facility]) => ({
  name,
  play: (stage) => wholeWay(stage, way, script, facility),
}));

async function wholeWay(stage, way, script, facility) {
  const visitor = await stage.visitor(way, { script });
  const shoot = (name) => script && visitor.shoot(`${way.name}-${name}`);
  const email = `whole.${facility.code}@example.jp`;
  await register(visitor, facility, email);
  await activate(visitor, email);
  await logIn(visitor, email);
  await visitor.expect("次にすること", "利用開始申請");
  await shoot("home");
  await begin(visitor, "① 提出済みの情報との照合");
  await prove(visitor, facility.proof);
  await fillCounts(visitor, "３人", "2台");
  await visitor.expect(facility.name, "3人", "2台");
  await shoot("check");
  const number = await send(visitor);
  await shoot("done");
  await visitor.follow("端末の設定情報を見る");
  must((await visitor.page.locator("#devices tbody tr").count()) === 2, "not two devices");
  await shoot("devices");
  const settings = await reveal(visitor, facility);
  await shoot("device");
  await useAndRevoke(visitor, facility, settings);
  await onlyOnce(visitor, number);
  await visitor.portal("/home");
  await visitor.press("ログアウト");
  await visitor.portal("/devices");
  must(visitor.path === "/login", "still signed in after logging out");
}

/** A wrong try first: it says so, and shows what was typed. */
async function prove(visitor, { label, wrong, right }) {
  const isDate = Array.isArray(right);
  const fill = (typed) => (isDate ? visitor.fillDate(label, typed) : visitor.fill(label, typed));
  await fill(wrong);
  await visitor.press("施設の確認");
  await visitor.expectRefused("提出済みの情報と一致しませんでした（残り4回）");
  const shown = isDate ? await visitor.typedDate(label) : await visitor.field(label).inputValue();
  must(String(shown) === String(wrong), `typed ${wrong}, shown ${shown}`);
  await fill(right);
  await visitor.press("施設の確認");
}

/** Impatient people press twice; it is sent once. */
async function send(visitor) {
  const before = visitor.posts.length;
  if (visitor.way.hasTouch) await visitor.press("この内容で申請する");
  else await visitor.pressTwice("この内容で申請する");
  await visitor.expect("承認されました", "受付番号");
  const sent = visitor.posts.slice(before).length;
  if (visitor.script) must(sent === 1, `sent ${sent} times`);
  return visitor.read("#number");
}

async function onlyOnce(visitor, number) {
  await visitor.portal("/applications");
  must((await visitor.page.locator(".task").count()) === 1, "more than one application");
  await visitor.goto(visitor.stage.demo.mail);
  const letters = await visitor.page.getByRole("row").filter({ hasText: number }).count();
  must(letters === 1, `${letters} letters about ${number}`);
}

async function reveal(visitor, facility) {
  await visitor.page.locator("#devices tbody a").first().waitFor();
  await visitor.followFirst("W");
  await visitor.press("パスワードとコードを表示する");
  if (visitor.script) await copy(visitor);
  const settings = {
    facility: await visitor.read("#facility-code"),
    userId: await visitor.read("#user-id"),
    password: await visitor.read("#password"),
    code: await visitor.read("#activation-code"),
  };
  must(settings.facility === facility.code, `the card is for ${settings.facility}`);
  must(/^W\d{7}$/.test(settings.userId), settings.userId);
  must(/^(\w{4}[\s-]){3}\w{4}$/.test(settings.code), `a code in fours, not ${settings.code}`);
  return settings;
}

async function copy(visitor) {
  await visitor.touch(visitor.button("アクティベーションコードをコピー"));
  await visitor.button("アクティベーションコードをコピーしました").waitFor();
}

async function useAndRevoke(visitor, facility, settings) {
  const { demo } = visitor.stage;
  await demo.register(facility.code, settings);
  const token = await demo.token(facility.code);
  const told = JSON.parse(await demo.check(token));
  must(told.active === true && told.facility_code === facility.code, JSON.stringify(told));
  must(told.user_id === settings.userId, JSON.stringify(told));
  await visitor.portal("/devices");
  await visitor.followFirst("W");
  for (const secret of [settings.password, settings.code]) {
    must(!(await visitor.page.content()).includes(secret), "a used code is still shown");
  }
  must((await visitor.button("パスワードとコードを表示する").count()) === 0, "a used code is still offered");
  await visitor.follow("使うのをやめる（失効）");
  await visitor.press("失効する");
  const after = await demo.check(token);
  must(after === '{"active":false}', after);
}
