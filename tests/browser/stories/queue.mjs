// The reviewers' list: conditions as chips, a list under a name, and one deed for
// several applications, on a desktop and on a phone.

import { enterOffice } from "../steps.mjs";
import { DESKTOP, PHONE, must, until } from "../visitor.mjs";

const NAME = "神奈川の書類";

export const stories = [{ name: "the list is narrowed, saved under a name, and worked on in bulk", play }];

async function play(stage) {
  const desk = await stage.visitor(DESKTOP);
  await enterOffice(desk, "approver2@example.jp");
  await desk.office("/queue?v=unassigned");
  await desk.pick("厚生局・都道府県", "神奈川県");
  await desk.pick("確認の方法", "書類");
  await desk.press("絞り込む");
  await desk.expect("神奈川県", "確認：書類", "条件に合う申請：1件");
  await desk.shoot("desktop-queue-narrowed");
  const phone = await stage.visitor(PHONE);
  await phone.context.addCookies(await desk.context.cookies());
  await phone.goto(desk.page.url());
  await phone.shoot("phone-queue-narrowed");
  await saveUnderAName(desk);
  await oneChipComesOff(desk);
  await claimInBulk(desk, phone);
}

async function saveUnderAName(desk) {
  await desk.follow("この条件に名前を付けて保存する");
  await desk.press("保存する");
  await desk.expectRefused("名前を入力してください");
  await desk.fill("名前", NAME);
  await desk.pressTwice("保存する");
  await desk.office("/queue");
  must((await desk.page.getByRole("link", { name: NAME }).count()) === 1, "saved twice is there twice");
  await desk.follow(NAME);
  await desk.expect("確認：書類");
}

async function oneChipComesOff(desk) {
  await desk.followFirst(/確認：書類/);
  must(!(await desk.page.locator(".chips").innerText()).includes("書類"), "the chip is still there");
  await desk.expect("神奈川県");
  await desk.page.goBack();
  await desk.arrive();
}

async function claimInBulk(desk, phone) {
  await desk.press("担当する");
  await desk.expectRefused("申請を1件以上選んでください");
  await desk.touch(desk.page.locator("#queue tbody input[type=checkbox]").first());
  await desk.press("担当する");
  await desk.expect("「担当する」の確認", "対象になる申請", "1件");
  await desk.shoot("desktop-bulk-plan");
  await phone.goto(desk.page.url());
  await phone.shoot("phone-bulk-plan");
  await desk.press("1件を担当する");
  await until("the run to end", async () => {
    await desk.page.reload();
    return (await desk.text()).includes("終わりました");
  });
  await desk.arrive();
  await desk.expect("できました（1）");
  await desk.shoot("desktop-bulk-result");
  await phone.goto(desk.page.url());
  await phone.shoot("phone-bulk-result");
  await desk.office("/queue?v=mine");
  await desk.expect("ほほえみ整骨院");
}
