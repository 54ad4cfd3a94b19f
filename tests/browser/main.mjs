// Browser tests: the main path in Chromium against a demo of our own.
//
//   node tests/browser/main.mjs [WORDS]              all stories, or those with WORDS in their name
//   node tests/browser/main.mjs --screenshots DIR    writes the pictures for the documentation
//
// UKETSUKE_BIN names the program, UKETSUKE_CHROMIUM the browser. Pictures of the
// main pages, and of what failed, are left in target/browser-screenshots.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { Demo, SCREENSHOTS } from "./demo.mjs";
import { stories as closed } from "./stories/closed.mjs";
import { stories as content } from "./stories/content.mjs";
import { stories as docs } from "./stories/docs.mjs";
import { stories as documents } from "./stories/documents.mjs";
import { stories as habits } from "./stories/habits.mjs";
import { stories as hostile } from "./stories/hostile.mjs";
import { stories as lookup } from "./stories/lookup.mjs";
import { stories as mainPath } from "./stories/main_path.mjs";
import { stories as pages } from "./stories/pages.mjs";
import { stories as queue } from "./stories/queue.mjs";
import { stories as support } from "./stories/support.mjs";
import { stories as twoSites } from "./stories/two_sites.mjs";
import { Visitor } from "./visitor.mjs";

const AT_ONCE = 3;

function launch() {
  const named = process.env.UKETSUKE_CHROMIUM;
  const found = named ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  // Chromium's sandbox does not work for root. Its own words (「ファイルを選択」) are Japanese too.
  const options = { chromiumSandbox: process.getuid?.() !== 0, args: ["--lang=ja"], env: { ...process.env, LANGUAGE: "ja" } };
  return chromium.launch({ executablePath: found, ...options });
}

/** Plays one story; what is told back is why it failed. */
async function play(story, shared) {
  const visitors = [];
  const stage = { ...shared };
  stage.visitor = async (...how) => {
    const visitor = await Visitor.open(stage, ...how);
    visitors.push(visitor);
    return visitor;
  };
  const why = [];
  try {
    await story.play(stage);
  } catch (error) {
    why.push(error.stack);
    const name = story.name.replaceAll(" ", "-");
    for (const [number, visitor] of visitors.entries()) {
      why.push(`visitor ${number + 1} was at ${visitor.page.url()}`);
      await visitor.shoot(`failed-${name}-${number + 1}`, SCREENSHOTS).catch(() => {});
    }
  }
  why.push(...visitors.flatMap((visitor) => visitor.faults));
  await Promise.all(visitors.map((visitor) => visitor.context.close()));
  return why;
}

async function playAll(stories, stage) {
  const waiting = [...stories];
  const failed = [];
  const lane = async () => {
    for (let story = waiting.shift(); story; story = waiting.shift()) {
      const began = Date.now();
      const why = await play(story, stage);
      console.log(`test ${story.name} ... ${why.length ? "FAILED" : "ok"} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      if (why.length) failed.push([story.name, why]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return failed;
}

/** A demo and a browser for as long as `work` takes. */
async function withDemo(work) {
  const demo = await Demo.start();
  process.once("SIGINT", () => demo.child.kill()).once("SIGTERM", () => demo.child.kill());
  try {
    const browser = await launch();
    return await work(demo, browser).finally(() => browser.close());
  } finally {
    await demo.close();
  }
}

async function main([first, second]) {
  const forDocs = first === "--screenshots";
  // The longest first.
  const all = forDocs
    ? docs
    : [...documents, ...hostile, ...content, ...mainPath, ...pages, ...habits, ...lookup, ...queue, ...support, ...closed, ...twoSites];
  const stories = all.filter((story) => forDocs || story.name.includes(first ?? ""));
  const shots = (forDocs && second) || SCREENSHOTS;
  await mkdir(shots, { recursive: true });
  await mkdir(SCREENSHOTS, { recursive: true });
  const failed = await withDemo((demo, browser) => playAll(stories, { browser, demo, shots, seen: new Set() }));
  for (const [name, why] of failed) console.log(`\n---- ${name} ----\n${why.join("\n")}`);
  const good = stories.length - failed.length;
  // tests/run counts by this line.
  console.log(`\ntest result: ${failed.length ? "FAILED" : "ok"}. ${good} passed; ${failed.length} failed`);
  process.exitCode = failed.length ? 1 : 0;
}

await main(process.argv.slice(2));
