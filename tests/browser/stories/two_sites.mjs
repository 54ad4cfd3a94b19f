// Two sites at an address each: whoever begins at the wrong one is led over by a
// form, which the browser's policy for forms must let pass.

import { DESKTOP, PHONE, must } from "../visitor.mjs";

const CLINIC = { code: "1419100017", name: "よこはま見本クリニック" };
const OTHER_SITE = "医療機関等向け総合ポータルサイト";
/** Seen for the colours of the second site. */
const PAGES = ["/", "/login", "/register/type", "/installed", "/manual"];

export const stories = [
  { name: "a clinic is led to its own site on a phone", play: (stage) => ledOver(stage, PHONE, {}) },
  { name: "a clinic is led to its own site without scripts", play: (stage) => ledOver(stage, DESKTOP, { script: false }) },
];

async function ledOver(stage, way, how) {
  const visitor = await stage.visitor(way, how);
  const { csm } = stage.demo;
  await visitor.portal("/register/type");
  await visitor.tick("柔道整復師の施術所");
  await visitor.press("次へ進む");
  await visitor.fill("登録記号番号", CLINIC.code);
  await visitor.press("施設を確認する");
  await visitor.expectRefused(`この番号の施設「${CLINIC.name}」は、${OTHER_SITE}で登録します`);
  await visitor.press(`${OTHER_SITE}で登録を続ける`);
  must(visitor.page.url().startsWith(`${csm}/register/continue/`), `led to ${visitor.path}`);
  await visitor.expect("医科診療所", CLINIC.code);
  await visitor.press("登録を続ける");
  must(visitor.page.url() === `${csm}/register/facility/confirm`, `led on to ${visitor.page.url()}`);
  await visitor.expect("この施設ですか", CLINIC.name);
  await visitor.press("はい、この施設です");
  must(visitor.path === "/register/person", `at ${visitor.path}`);
  for (const path of PAGES) await visitor.goto(csm + path);
}
