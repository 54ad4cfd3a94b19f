// Somebody at a browser: finds fields by their labels and buttons by their
// words, and looks over every page on arrival. Faults gather in `faults`.

import { join } from "node:path";

import { audit } from "./audit.mjs";

const WAIT_MS = 15_000;
const POLL_MS = 100;

/** The ways people come. */
export const DESKTOP = { name: "desktop", viewport: { width: 1366, height: 768 } };
export const PHONE = {
  name: "phone",
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};

/** Asks again and again until the answer is something. */
export async function until(what, ask) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((again) => setTimeout(again, POLL_MS));
  }
  throw new Error(`waited in vain for ${what}`);
}

export function must(holds, words) {
  if (!holds) throw new Error(words);
}

const escaped = (words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A label as the form macros write it: the words, then whether it is required. */
const labelled = (words) => new RegExp(`^\\s*${escaped(words)}\\s*(※|$)`);

export class Visitor {
  static async open(stage, way, { script = true } = {}) {
    const { name, ...device } = way;
    const settings = { ...device, javaScriptEnabled: script, locale: "ja-JP", timezoneId: "Asia/Tokyo" };
    const context = await stage.browser.newContext(settings);
    context.setDefaultTimeout(WAIT_MS);
    if (script) await context.grantPermissions(["clipboard-write"]);
    const page = await context.newPage();
    const visitor = new Visitor(stage, context, page, script);
    visitor.way = way;
    visitor.tools = await context.newCDPSession(page);
    return visitor;
  }

  constructor(stage, context, page, script) {
    Object.assign(this, { stage, context, page, script, faults: [], status: 0, refused: [422], posts: [] });
    page.on("console", (message) => this.#hear(message.type(), message.text()));
    page.on("pageerror", (error) => this.#fault(`script error: ${error.message}`));
    page.on("response", (response) => this.#answered(response));
    context.on("request", (request) => this.#asked(request));
    // Nothing of ours opens one.
    page.on("dialog", (dialog) => {
      this.#fault(`a dialog opens: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  get path() {
    return new URL(this.page.url()).pathname;
  }

  #fault(words) {
    // Ids would make one fault look like many.
    const line = `${this.path.replace(/[0-9a-f-]{36}|[\w-]{43}/g, "…")}: ${words}`;
    if (!this.faults.includes(line)) this.faults.push(line);
  }

  #hear(type, text) {
    const expected = this.refused.some((status) => text.includes(`responded with a status of ${status}`));
    // Only a story that cuts the line hears this.
    const cut = text.includes("net::ERR_INTERNET_DISCONNECTED");
    if (type === "error" && !expected && !cut) this.#fault(`console: ${text}`);
  }

  #answered(response) {
    const request = response.request();
    if (request.isNavigationRequest() && request.frame() === this.page.mainFrame()) this.status = response.status();
  }

  #asked(request) {
    const { origin, pathname } = new URL(request.url());
    const ours = request.isNavigationRequest() ? this.stage.demo.origins : [new URL(request.frame().url()).origin];
    if (!ours.includes(origin)) this.#fault(`asks another origin: ${request.url()}`);
    if (request.method() === "POST") this.posts.push(pathname);
  }

  /** Looks the page over. */
  async arrive() {
    const { script, stage } = this;
    const how = `${this.way.name} ${script}`;
    for (const fault of await audit(this.page, this.tools, { script, how, seen: stage.seen })) this.#fault(fault);
    return this;
  }

  async goto(url) {
    await this.page.goto(url);
    return this.arrive();
  }

  async portal(path) {
    return this.goto(this.stage.demo.portal + path);
  }

  async office(path) {
    return this.goto(this.stage.demo.office + path);
  }

  /** Clicks or taps, and waits for the page that follows. */
  async #leave(act) {
    // The act gives up first: its message says more.
    const loaded = this.page.waitForEvent("load", { timeout: WAIT_MS * 2 });
    loaded.catch(() => {});
    await act();
    await loaded;
    return this.arrive();
  }

  touch(target) {
    return this.way.hasTouch ? target.tap() : target.click();
  }

  button(words) {
    return this.page.getByRole("button", { name: words, exact: true });
  }

  async press(words) {
    return this.#leave(() => this.touch(this.button(words)));
  }

  async pressTwice(words) {
    return this.#leave(() => this.button(words).dblclick());
  }

  async pressKey(key) {
    return this.#leave(() => this.page.keyboard.press(key));
  }

  async follow(words) {
    return this.#leave(() => this.touch(this.page.getByRole("link", { name: words, exact: true })));
  }

  /** The first link with these words in it. */
  async followFirst(words) {
    return this.#leave(() => this.touch(this.page.getByRole("link", { name: words }).first()));
  }

  field(label) {
    return this.page.getByLabel(labelled(label));
  }

  async fill(label, value) {
    await this.field(label).fill(value);
    return this;
  }

  async pick(label, option) {
    await this.field(label).selectOption({ label: option });
    return this;
  }

  async tick(label) {
    const box = this.field(label);
    await this.touch(box);
    must(await box.isChecked(), `${label} is not ticked`);
    return this;
  }

  /** The boxes of a date: era, year, month, day. */
  date(label) {
    const group = this.page.getByRole("group", { name: labelled(label) });
    return ["西暦または元号", "年", "月", "日"].map((part) => group.getByLabel(part, { exact: true }));
  }

  async fillDate(label, [era, ...parts]) {
    const [eras, ...boxes] = this.date(label);
    await eras.selectOption({ label: era });
    for (const [at, box] of boxes.entries()) await box.fill(parts[at]);
  }

  async typedDate(label) {
    const [eras, ...boxes] = this.date(label);
    const era = await eras.locator("option:checked").textContent();
    return [era.trim(), ...(await Promise.all(boxes.map((box) => box.inputValue())))];
  }

  async text() {
    return this.page.locator("main").innerText();
  }

  async expect(...all) {
    const text = await this.text();
    for (const words of all) must(text.includes(words), `${this.path} does not say ${words}:\n${text}`);
    return this;
  }

  /** 「入力した内容をお確かめください」, and with scripts the reader is led to it. */
  async expectRefused(...sentences) {
    must(this.status === 422, `${this.path} answers ${this.status}, not 422`);
    const summary = this.page.locator("#error-summary");
    const text = await summary.innerText();
    for (const sentence of sentences) must(text.includes(sentence), `the summary lacks ${sentence}:\n${text}`);
    if (this.script) must(await summary.evaluate((it) => it === document.activeElement), "the summary has no focus");
    return this;
  }

  async read(selector) {
    return (await this.page.locator(selector).innerText()).trim();
  }

  /** Opens the newest mail to this address whose subject has these words. */
  async openMail(address, words) {
    const row = this.page.getByRole("row").filter({ hasText: address }).filter({ hasText: words }).first();
    await until(`a mail to ${address}: ${words}`, async () => {
      await this.page.goto(this.stage.demo.mail);
      return row.count();
    });
    await this.arrive();
    return this.#leave(() => this.touch(row.getByRole("link")));
  }

  async shoot(name, folder = this.stage.shots, fullPage = true) {
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage });
    return this;
  }
}
