// The name beside the code: it appears while the code is typed, by keyboard or
// input method, and never gets in the way.

import { KOTORI, SAKURA } from "../cast.mjs";
import { logIn } from "../steps.mjs";
import { DESKTOP, PHONE, must, until } from "../visitor.mjs";

const PATH = "/register/facility/lookup";

export const stories = [
  { name: "the name appears while the code is typed at a desk", play: (stage) => nameAppears(stage, DESKTOP, SAKURA) },
  { name: "the name appears while the code is typed on a phone", play: (stage) => nameAppears(stage, PHONE, KOTORI) },
  { name: "nothing is looked up while an input method composes", play: composing },
  { name: "a late answer does not stand beside another code", play: lateAnswer },
  { name: "a lost connection leaves the button to find the facility", play: lostConnection },
  { name: "the name appears when a facility is added", play: addedFacility },
];

async function atTheCode(stage, way, facility) {
  const visitor = await stage.visitor(way);
  visitor.looked = [];
  visitor.page.on("request", (request) => request.url().includes(PATH) && visitor.looked.push(request.url()));
  await visitor.portal("/register/type");
  await visitor.tick(facility.kind);
  await visitor.press("次へ進む");
  if (facility.prefecture) await visitor.pick("都道府県", facility.prefecture);
  return visitor;
}

function found(visitor) {
  return visitor.page.locator("[data-lookup]");
}

async function says(visitor, ...all) {
  await until(all.join(), async () => {
    const text = await found(visitor).innerText();
    return all.every((words) => text.includes(words));
  });
}

async function nameAppears(stage, way, facility) {
  const [label, typed] = facility.typed;
  const visitor = await atTheCode(stage, way, facility);
  const box = visitor.field(label);
  await box.pressSequentially(typed);
  await says(visitor, facility.name, facility.code);
  must((await box.inputValue()) === typed, "what was typed was rewritten");
  must(await box.evaluate((it) => it === document.activeElement), "the focus went away");
  must((await found(visitor).getAttribute("aria-live")) === "polite", "nobody who listens is told");
  await visitor.arrive();
  await visitor.shoot(`${way.name}-lookup`);
  await visitor.page.keyboard.press("Backspace");
  must((await found(visitor).innerText()) === "", "the name stays beside an unfinished code");
  await visitor.page.keyboard.type("9");
  await says(visitor, "この番号は見つかりません");
  await visitor.arrive();
  await visitor.shoot(`${way.name}-lookup-unknown`);
  await visitor.fill(label, typed);
  await visitor.press("施設を確認する");
  await visitor.expect(facility.name, facility.code);
  await visitor.follow("いいえ、番号を入力し直す");
  await says(visitor, facility.name);
}

/** Full-width digits come through the input method; only what it hands over counts. */
async function composing(stage) {
  const visitor = await atTheCode(stage, DESKTOP, SAKURA);
  const box = visitor.field(SAKURA.typed[0]);
  await visitor.page.clock.install();
  await box.pressSequentially("13290000");
  for (const text of ["０", "０１"]) {
    await visitor.tools.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
    await visitor.page.clock.runFor(5000);
  }
  must((await box.inputValue()) === "13290000０１", await box.inputValue());
  must(visitor.looked.length === 0, `looked up while composing: ${visitor.looked}`);
  await visitor.tools.send("Input.insertText", { text: "０１" });
  await visitor.page.clock.runFor(5000);
  await says(visitor, SAKURA.name);
  must(visitor.looked.length === 1, `asked ${visitor.looked.length} times`);
}

async function lateAnswer(stage) {
  const visitor = await atTheCode(stage, DESKTOP, SAKURA);
  let release;
  const held = new Promise((go) => (release = go));
  await visitor.page.route(`**${PATH}?*`, async (route) => {
    if (new URL(route.request().url()).searchParams.get("code") === SAKURA.code) await held;
    await route.continue().catch(() => {});
  });
  await visitor.fill(SAKURA.typed[0], SAKURA.code);
  await until("the first question", () => visitor.looked.length === 1);
  const givenUp = visitor.page.waitForEvent("requestfailed");
  await visitor.fill(SAKURA.typed[0], "1329000099");
  await says(visitor, "この番号は見つかりません");
  release();
  await givenUp;
  must(!(await found(visitor).innerText()).includes(SAKURA.name), "a late answer is shown");
}

async function lostConnection(stage) {
  const visitor = await atTheCode(stage, DESKTOP, SAKURA);
  await visitor.page.route(`**${PATH}?*`, (route) => route.abort("internetdisconnected"));
  await visitor.fill(SAKURA.typed[0], SAKURA.code);
  await until("a question", () => visitor.looked.length === 1);
  must((await found(visitor).innerText()) === "", "something is said about the connection");
  await visitor.press("施設を確認する");
  await visitor.expect(SAKURA.name, SAKURA.code);
}

async function addedFacility(stage) {
  const visitor = await stage.visitor(PHONE);
  await visitor.portal("/login");
  await logIn(visitor, "aozora@example.jp");
  await visitor.portal("/facilities/add");
  await visitor.tick(KOTORI.kind);
  await visitor.press("次へ進む");
  await visitor.fill(...KOTORI.typed);
  must((await found(visitor).innerText()) === "", "found without a prefecture");
  await visitor.pick("都道府県", KOTORI.prefecture);
  await says(visitor, KOTORI.name, KOTORI.code);
}
