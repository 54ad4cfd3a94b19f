// How people really use it: sessions that end in the middle, no mouse, paper.

import { PASSWORD } from "../demo.mjs";
import { logIn } from "../steps.mjs";
import { DESKTOP, PHONE, must } from "../visitor.mjs";

export const stories = [
  { name: "a session that ran out keeps the answers of the form", play: (stage) => answersSurvive(stage, true) },
  { name: "a session that ran out keeps the answers without scripts", play: (stage) => answersSurvive(stage, false) },
  { name: "a session ended on another device ends at once and the login leads back", play: endedElsewhere },
  { name: "the keyboard alone logs in and presses the main button", play: keyboardOnly },
  { name: "the cards print one to a page, without menus", play: printCards },
];

async function signedIn(stage, way, email, options) {
  const visitor = await stage.visitor(way, options);
  await visitor.portal("/login");
  await logIn(visitor, email);
  return visitor;
}

async function answersSurvive(stage, script) {
  const email = script ? "midori@example.jp" : "hidamari@example.jp";
  const visitor = await signedIn(stage, DESKTOP, email, { script });
  await openForm(visitor, script);
  await stage.demo.anHourPasses(email);
  await visitor.press(script ? "次へ進む" : "保存する");
  must(visitor.path === "/login", `${visitor.path} is not the login page`);
  await visitor.expect("入力はここまで保存されています");
  await logIn(visitor, email);
  must((await visitor.field("申請台数").inputValue()) === "7台", "the answers are gone");
}

async function openForm(visitor, script) {
  await visitor.portal("/applications");
  await visitor.followFirst(script ? "入力を続ける" : "利用開始申請");
  if (script) await visitor.portal(`${visitor.path.replace(/\/(edit|confirm).*/, "")}/edit/count`);
  else await visitor.follow("「申請台数」を直す");
  await visitor.fill("申請台数", "7台");
}

/** 「ログイン中の端末」 on a phone ends the session at the desk. */
async function endedElsewhere(stage) {
  const [email, form] = ["yamabiko@example.jp", "/facilities/add"];
  const desk = await signedIn(stage, DESKTOP, email);
  await desk.portal(form);
  await desk.tick("助産所");
  const phone = await signedIn(stage, PHONE, email);
  await phone.portal("/account/sessions");
  await phone.press("ほかの端末をすべてログアウトさせる");
  await desk.press("次へ進む");
  must(desk.path === "/login", `${desk.path} is not the login page`);
  await logIn(desk, email);
  must(desk.path === form, `${desk.path} after the login, not ${form}`);
}

/** Tab until the focus is there; every stop on the way must be visible. */
async function tabTo(visitor, target) {
  for (let stops = 0; stops < 60; stops += 1) {
    if (await target.evaluate((it) => it === document.activeElement)) return;
    await visitor.page.keyboard.press("Tab");
    const invisible = await visitor.page.evaluate(() => {
      const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
      return outlineStyle === "none" && boxShadow === "none" ? document.activeElement.outerHTML : "";
    });
    must(!invisible, `no sign of focus: ${invisible}`);
  }
  throw new Error("Tab does not lead there");
}

async function keyboardOnly(stage) {
  const visitor = await stage.visitor(DESKTOP);
  await visitor.portal("/login");
  await visitor.page.keyboard.press("Tab");
  const skip = await visitor.page.evaluate(() => document.activeElement.textContent);
  must(skip === "本文へ移動する", `the first stop is ${skip}`);
  await visitor.page.keyboard.press("Enter");
  await tabTo(visitor, visitor.field("メールアドレス"));
  await visitor.page.keyboard.type("yurikago@example.jp");
  await tabTo(visitor, visitor.field("パスワード"));
  await visitor.page.keyboard.type(PASSWORD);
  await visitor.pressKey("Enter");
  must(visitor.path === "/home", `${visitor.path} after logging in`);
  const main = visitor.page.locator("section.card .button-solid");
  await tabTo(visitor, main);
  const [target, here] = [await main.getAttribute("href"), visitor.path];
  await visitor.pressKey("Enter");
  must(visitor.path === target && target !== here, `${visitor.path}, not ${target}`);
}

async function printCards(stage) {
  const visitor = await signedIn(stage, DESKTOP, "nagisa@example.jp");
  await visitor.portal("/devices/cards");
  const cards = await visitor.page.locator("section.card").count();
  must(cards === 2, `${cards} cards for two devices`);
  const saved = visitor.page.waitForEvent("download");
  await visitor.touch(visitor.page.getByRole("link", { name: "PDFを保存する" }));
  const file = await saved;
  must(file.suggestedFilename() === "設定カード.pdf", `the file is called ${file.suggestedFilename()}`);
  await file.saveAs(`${stage.shots}/cards.pdf`);
  await visitor.page.emulateMedia({ media: "print" });
  for (const hidden of ["header .nav", ".header-links", ".no-print", "[data-print]"]) {
    const shown = await visitor.page.locator(hidden).filter({ visible: true }).count();
    must(shown === 0, `${hidden} is printed`);
  }
  must(await visitor.page.locator("section.card svg, section.card img").first().isVisible(), "no QR code on paper");
  await visitor.shoot("print-cards");
  const paper = await visitor.page.pdf({ format: "A4" });
  const pages = paper.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
  must(pages === cards, `${pages} sheets for ${cards} cards`);
}
