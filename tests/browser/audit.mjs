// What must hold on every page: axe's WCAG rules, one heading, a title, the
// language, in-page links that lead somewhere, no sideways scrolling at 320 px.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};
const GRAVE = ["serious", "critical"];
const NARROW = 320;

// A page without scripts has no timers either; axe waits by timers only to let
// others work, so at once will do.
const AT_ONCE = "globalThis.setTimeout = (f, ms, ...given) => { Promise.resolve().then(() => f(...given)); return 0; };";

/**
 * The faults of the page as it stands, one line each. What takes long is looked
 * at once for every shape of page (`seen`) per way of coming (`how`).
 */
export async function audit(page, tools, { script, how, seen }) {
  const faults = await plainFaults(page);
  const shape = `${how} ${await shapeOf(page)}`;
  if (seen.has(shape)) return faults;
  seen.add(shape);
  return [...faults, ...(await axeFaults(tools, script)), ...(await tooWide(page))];
}

/** Elements with what makes them look and read as they do, without their words. */
function shapeOf(page) {
  return page.evaluate(() => {
    const telling = ["class", "role", "type", "name", "aria-invalid", "aria-current", "hidden"];
    const one = (element) => [element.localName, ...telling.map((name) => element.getAttribute(name) ?? "")].join();
    return [document.querySelector("h1")?.textContent, ...[...document.querySelectorAll("*")].map(one)].join(";");
  });
}

function plainFaults(page) {
  return page.evaluate(() => {
    const faults = [];
    const headings = document.querySelectorAll("h1").length;
    if (headings !== 1) faults.push(`${headings} h1`);
    if (document.documentElement.lang !== "ja") faults.push(`lang is "${document.documentElement.lang}"`);
    if (document.title.trim() === "") faults.push("no title");
    for (const link of document.querySelectorAll('a[href^="#"]')) {
      if (!document.getElementById(link.hash.slice(1))) faults.push(`${link.hash} leads nowhere: ${link.textContent}`);
    }
    return faults;
  });
}

// Through the debugger, not through the page: its policy forbids foreign scripts.
async function axeFaults(tools, script) {
  await tools.send("Runtime.evaluate", { expression: (script ? "" : AT_ONCE) + AXE });
  const expression = `axe.run(${JSON.stringify(OPTIONS)}).then((result) => result.violations.map(
    ({ id, impact, help, nodes }) => ({ id, impact, help, at: nodes.map((node) => node.html) })))`;
  const { result, exceptionDetails } = await tools.send("Runtime.evaluate", {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails) throw new Error(`axe: ${JSON.stringify(exceptionDetails.exception ?? exceptionDetails)}`);
  return result.value
    .filter(({ impact }) => GRAVE.includes(impact))
    .map(({ id, impact, help, at }) => `axe ${impact} ${id} (${help}): ${at.slice(0, 3).join(" ")}`);
}

async function tooWide(page) {
  const usual = page.viewportSize();
  await page.setViewportSize({ width: NARROW, height: usual.height });
  const found = await page.evaluate((narrow) => {
    if (document.documentElement.scrollWidth <= narrow) return "";
    const outside = (element) => element.getBoundingClientRect().right > narrow && !element.closest(".table-wrap");
    const culprit = [...document.body.querySelectorAll("*")].filter(outside).at(-1) ?? document.body;
    return `${document.documentElement.scrollWidth} px: ${culprit.outerHTML.slice(0, 160)}`;
  }, NARROW);
  await page.setViewportSize(usual);
  return found ? [`scrolls sideways at ${NARROW} px: ${found}`] : [];
}
