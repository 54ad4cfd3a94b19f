// The master in the back office: a file that is none, one that is, its report,
// and the question before an import is taken back. Played within the walk over
// the back office: one administrator cannot log in twice with one code.

import { PHONE, must } from "../visitor.mjs";

const ROWS = [
  "機関コード,所属機関,名称,フリガナ,口座番号",
  "1329000001,judo_therapy,さくら見本接骨院（移転）,サクラミホンセッコツイン,",
  `1329990001,judo_therapy,${"社会福祉法人恩賜財団見本済生協力会".repeat(3)}接骨院,ミホン,`,
  "1329000001,judo_therapy,さくら見本接骨院（移転）,サクラミホンセッコツイン,",
];

/** For an administrator who is in the back office; every page at both widths. */
export async function handIn(visitor) {
  await send(visitor, "notes.csv", "住所,電話\nx,y\n", "1行目に見出し");
  await atBothWidths(visitor, "import-no-master");
  await send(visitor, "bad.csv", `${ROWS[0]}\n13,judo_therapy,短い,,\n`, "取り込めない行があるため");
  await visitor.expect("取り込めない行があるため", "10桁");
  await atBothWidths(visitor, "import-refused");
  await send(visitor, "master.csv", `${ROWS.join("\n")}\n`, "重なった行");
  await visitor.expect("さくら見本接骨院（移転）", "重なった行", "ご自分では反映できません");
  await atBothWidths(visitor, "import");
  const link = visitor.page.getByRole("link", { name: "すべての内容をCSVで保存する" });
  const saved = visitor.page.waitForEvent("download");
  await visitor.touch(link);
  must((await saved).suggestedFilename().startsWith("取込結果_"), "the details have another name");
  await visitor.press("この取込を取りやめる");
  await visitor.expect("取込を取りやめました");
  // The demo's own master was applied; taking it back is asked about first.
  const applied = visitor.page.getByRole("row").filter({ hasText: "反映済み" }).getByRole("link").first();
  await visitor.goto(new URL(await applied.getAttribute("href"), visitor.page.url()).href);
  await visitor.follow("この取込を取り消す");
  await visitor.expect("前の内容に戻す", "今日の日付で廃止");
  await atBothWidths(visitor, "import-undo");
  await visitor.follow("やめる");
  await visitor.expect("反映済み");
}

async function atBothWidths(visitor, name) {
  const desk = visitor.page.viewportSize();
  await visitor.shoot(`${visitor.way.name}-${name}`);
  await visitor.page.setViewportSize(PHONE.viewport);
  await visitor.arrive();
  await visitor.shoot(`${PHONE.name}-${name}`);
  await visitor.page.setViewportSize(desk);
}

/** Sends a file by script: a refusal comes in place, without a new load. */
async function send(visitor, name, text, answer) {
  await visitor.office("/facilities/import");
  await visitor.tick("一部だけのファイルです（ファイルにない施設を廃止にしません）");
  const file = { name, mimeType: "text/csv", buffer: Buffer.from(text) };
  await visitor.page.locator("input[type=file]").setInputFiles(file);
  await visitor.touch(visitor.button("送って調べる"));
  await visitor.page.getByText(answer).first().waitFor();
  await visitor.arrive();
}
