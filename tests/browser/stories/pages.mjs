// Pages that no other story opens, looked over all the same.

import { enterOffice, logIn } from "../steps.mjs";
import { figures } from "./figures.mjs";
import { handIn } from "./master.mjs";
import { DESKTOP, PHONE, must } from "../visitor.mjs";

const OPEN = [
  "/register", "/reset", "/terms", "/privacy", "/usage-terms", "/accessibility", "/manual", "/logout",
  "/notices", "/notices?category=rules", "/faq", "/faq?category=device", "/faq?q=パスワード", "/faq?q=冷蔵庫", "/manuals", "/manuals/app-setup",
  "/help?page=/devices", "/sitemap", "/contact",
  "/installed", "/installed?prefecture=13&name=見本", "/installed/editions",
];
const SIGNED_IN = [
  "/home", "/account", "/account/password", "/account/sessions", "/facilities", "/facilities/add", "/facilities/add/code",
  "/applications", "/applications/start/operation_start", "/applications/start/annex_declaration",
  "/applications/start/annex_cancellation", "/applications/start/change", "/applications/start/termination",
  "/applications/start/exemption", "/devices", "/devices/requests", "/devices/cards",
];
const OF_A_DEVICE = { 未設定: ["", "/card", "/label", "/reissue"], 設定済み: ["", "/suspend", "/reissue", "/revoke"] };
const OFFICE = [
  "/", "/queue", "/queue?v=mine", "/queue?v=unassigned", "/queue/bulk", "/queue/views?v=mine", "/search?q=見本", "/facilities", "/facilities?q=見本", "/facilities?participation=neither",
  "/facilities/import", "/mails", "/jobs", "/staff", "/staff/new", "/staff/export",
  "/devices", "/devices/export", "/me", "/me/password", "/audit/export",
  "/facilities/export", "/mails/export", "/jobs/export", "/reports", "/reports?days=30&kind=pharmacy",
  "/reports/weeks/export", "/settings/holidays", "/settings/holidays/import",
  "/settings", "/settings/device-limit", "/settings/reasons", "/settings/reasons/usage_start/return/new",
  "/settings/reasons/usage_start/reject/not_proven",
  "/notices", "/notices/new", "/notices/new?kind=disaster", "/faq", "/faq/new", "/faq/misses", "/faq/synonyms", "/manuals", "/manuals/new",
  "/terms", "/terms/terms/new",
];

export const stories = [
  { name: "every page of the portal is sound on a phone", play: portalPages },
  { name: "every page of the back office is sound", play: officePages },
];

async function portalPages(stage) {
  const visitor = await stage.visitor(PHONE);
  for (const path of OPEN) await sound(visitor, visitor.stage.demo.portal + path);
  await visitor.portal("/login");
  await logIn(visitor, "aozora@example.jp");
  for (const path of SIGNED_IN) await sound(visitor, visitor.stage.demo.portal + path);
  await visitor.portal("/devices");
  for (const [state, steps] of Object.entries(OF_A_DEVICE)) {
    const row = visitor.page.getByRole("row").filter({ hasText: state }).first();
    const device = visitor.stage.demo.portal + (await row.getByRole("link").getAttribute("href"));
    for (const step of steps) await sound(visitor, device + step);
    await visitor.portal("/devices");
  }
  visitor.refused = [404];
  await visitor.portal("/nothing-here");
  must(visitor.status === 404, `${visitor.status} for a page that is not there`);
}

async function officePages(stage) {
  const visitor = await stage.visitor(DESKTOP);
  await enterOffice(visitor, "admin@example.jp");
  for (const path of OFFICE) await sound(visitor, visitor.stage.demo.office + path);
  await handIn(visitor);
  await figures(visitor);
  await visitor.office("/facilities?q=見本");
  await visitor.page.locator("main table a").first().waitFor();
  await visitor.goto(new URL(await visitor.page.locator("main table a").first().getAttribute("href"), visitor.page.url()).href);
}

async function sound(visitor, url) {
  await visitor.goto(url);
  must(visitor.status === 200, `${url} answers ${visitor.status}`);
}
