// Figures, files and holidays in the back office: charts with their tables open,
// a list taken as a file, a day added and taken out again, the yearly file.
// Played within the walk over the back office, as an administrator.

import { PHONE, must } from "../visitor.mjs";

const HOLIDAYS = "国民の祝日・休日月日,国民の祝日・休日名称\n2028/1/1,元日\n2028/1/10,成人の日\n";

/** For an administrator who is in the back office; every page at both widths. */
export async function figures(visitor) {
  await visitor.office("/");
  await visitor.expect("現在の数字です", "審査を待っている申請");
  await atBothWidths(visitor, "home-charts");
  await visitor.office("/reports");
  await visitor.expect("現在の数字です", "利用申請済", "準備完了", "差戻しの理由");
  await openTables(visitor);
  await atBothWidths(visitor, "reports");
  await fitsItsCharts(visitor);
  await takeFile(visitor);
  await holidays(visitor);
}

/** The tables behind the charts unfold without a script. */
async function openTables(visitor) {
  const folds = visitor.page.locator("details.details > summary");
  for (const at of [0, 5]) await visitor.touch(folds.nth(at));
  must(await visitor.page.getByRole("columnheader", { name: "待っている営業日数" }).isVisible(), "the table stays folded");
}

/** No text of a chart runs out of the page on a phone. */
async function fitsItsCharts(visitor) {
  const desk = visitor.page.viewportSize();
  await visitor.page.setViewportSize({ width: 360, height: 740 });
  const outside = await visitor.page.locator("svg.chart text").evaluateAll((texts) =>
    texts.filter((text) => text.getBoundingClientRect().right > window.innerWidth).map((text) => text.textContent),
  );
  must(outside.length === 0, `out of the page: ${outside.join(", ")}`);
  await visitor.page.setViewportSize(desk);
}

async function takeFile(visitor) {
  await visitor.office("/facilities");
  await visitor.follow("書き出す");
  await visitor.expect("Excel（.xlsx）", "Shift_JIS", "証跡に残ります");
  await atBothWidths(visitor, "export");
  const saved = visitor.page.waitForEvent("download");
  await visitor.touch(visitor.button("書き出す"));
  const name = (await saved).suggestedFilename();
  must(/^施設_\d{8}-\d{4}\.xlsx$/.test(name), `the file is called ${name}`);
}

async function holidays(visitor) {
  await visitor.office("/settings/holidays?year=2027");
  await visitor.expect("2027年12月31日", "元日");
  await atBothWidths(visitor, "holidays");
  for (const [label, value] of [["年", "2027"], ["月", "6"], ["日", "1"]]) {
    await visitor.page.getByRole("textbox", { name: label, exact: true }).fill(value);
  }
  await visitor.page.getByRole("textbox", { name: "名前" }).fill("創立記念日");
  await visitor.press("影響を確認する");
  await visitor.expect("まだ登録されていません", "期限は変わりません");
  await atBothWidths(visitor, "holiday-confirm");
  await visitor.press("休日に加える");
  await visitor.expect("2027年6月1日を休日に加えました");
  await visitor.follow("外す：創立記念日");
  await visitor.press("休日から外す");
  await visitor.expect("2027年6月1日を休日から外しました");
  await visitor.office("/settings/holidays/import");
  const file = { name: "syukujitsu.csv", mimeType: "text/csv", buffer: Buffer.from(HOLIDAYS) };
  await visitor.page.locator("input[type=file]").setInputFiles(file);
  await visitor.touch(visitor.button("送って調べる"));
  await visitor.page.getByText("まだ取り込まれていません").first().waitFor();
  await visitor.arrive();
  await atBothWidths(visitor, "holidays-import");
}

async function atBothWidths(visitor, name) {
  const desk = visitor.page.viewportSize();
  await visitor.shoot(`${visitor.way.name}-${name}`);
  await visitor.page.setViewportSize(PHONE.viewport);
  await visitor.arrive();
  await visitor.shoot(`${PHONE.name}-${name}`);
  await visitor.page.setViewportSize(desk);
}
