// A facility that is closed, or will be, as its people and a reviewer see it.

import { enterOffice, logIn } from "../steps.mjs";
import { DESKTOP, PHONE, must } from "../visitor.mjs";

const MOMIJI = { code: "2729100044", email: "momiji@example.jp", name: "もみじはりきゅうマッサージ" };
const AOZORA = { code: "1329000038", email: "aozora@example.jp" };

export const stories = [
  { name: "a closed facility says so and invites to nothing", play: closed },
  { name: "a facility that will close says when", play: closing },
];

async function signedIn(stage, way, email) {
  const visitor = await stage.visitor(way);
  await visitor.portal("/login");
  await logIn(visitor, email);
  return visitor;
}

async function closed(stage) {
  await stage.demo.closes(MOMIJI.code, "2020-11-30");
  for (const way of [PHONE, DESKTOP]) {
    const visitor = await signedIn(stage, way, MOMIJI.email);
    await visitor.expect("この施設は2020年11月30日に廃止になりました", "この施設で行う手続きはありません");
    await visitor.shoot(`${way.name}-closed-home`);
    await visitor.portal("/applications");
    must((await visitor.button("利用開始申請を始める").count()) === 0, "an application is offered");
    await visitor.followFirst("利用開始申請");
    await visitor.expect("この申請は承認できません");
    await visitor.shoot(`${way.name}-closed-application`);
    await visitor.portal("/devices");
    await visitor.expect("廃止になりました");
  }
  await reviewed(stage);
}

async function reviewed(stage) {
  const reviewer = await stage.visitor(DESKTOP);
  await enterOffice(reviewer, "approver@example.jp");
  await reviewer.office(`/facilities?q=${MOMIJI.code}`);
  await reviewer.followFirst(MOMIJI.name);
  await reviewer.expect("廃止");
  await reviewer.office(await reviewer.page.locator("#applications a").first().getAttribute("href"));
  await reviewer.expect("この施設は2020年11月30日に廃止になりました", "この申請は承認できません");
  await reviewer.shoot("desktop-closed-review");
}

async function closing(stage) {
  await stage.demo.closes(AOZORA.code, "2099-12-31");
  const visitor = await signedIn(stage, PHONE, AOZORA.email);
  await visitor.expect("この施設は2099年12月31日に廃止になる予定です", "運用開始日を登録してください");
  await visitor.portal("/devices");
  await visitor.expect("この施設は2099年12月31日に廃止になる予定です");
  await visitor.shoot("phone-closing-devices");
}
