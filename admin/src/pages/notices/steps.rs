//! `GET /notices/{id}/steps/{step}`: asks before a step; `POST`: takes it. Editors.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::db::Tx;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::{self, Action, Input, Notice};
use uketsuke_core::scope::StaffScope;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{PATH, audience, parse, period};
use crate::Office;
use crate::access::{EditContent, Staff};
use crate::pages::content::{MENU, answered};

/// Something done to a notice.
pub struct Step {
    /// The end of its address.
    pub key: &'static str,
    /// What it does to the life of a notice.
    pub action: Action,
    /// The button.
    pub label: &'static str,
    /// How the button looks.
    pub kind: &'static str,
    /// What it comes to, said before.
    effect: &'static str,
    /// What was done, said after.
    told: &'static str,
    take: fn(&mut Tx<'_>, &StaffScope, &NoticeId) -> Result<()>,
}

/// All steps, in the order shown.
pub static STEPS: [Step; 6] = [
    Step {
        key: "publish",
        action: Action::Publish,
        label: "公開する",
        kind: "solid",
        effect: "表示を始める日時になると、対象の方の画面に表示されます。日時が過ぎているときは、すぐに表示されます。",
        told: "お知らせを公開しました",
        take: notice::publish,
    },
    Step {
        key: "submit",
        action: Action::Submit,
        label: "確認を頼む",
        kind: "outline",
        effect: "ほかの職員に見てもらうため「確認待ち」にします。まだ公開されません。",
        told: "確認待ちにしました",
        take: notice::submit,
    },
    Step {
        key: "send-back",
        action: Action::SendBack,
        label: "下書きに戻す",
        kind: "outline",
        effect: "書き手に戻します。まだ公開されません。",
        told: "下書きに戻しました",
        take: notice::send_back,
    },
    Step {
        key: "take-back",
        action: Action::TakeBack,
        label: "公開の予定を取り消す",
        kind: "outline",
        effect: "下書きに戻ります。予定の日時になっても表示されません。",
        told: "公開の予定を取り消しました",
        take: notice::take_back,
    },
    Step {
        key: "end",
        action: Action::End,
        label: "表示を終了する",
        kind: "danger",
        effect: "すぐに、どの画面にも表示されなくなります。もう一度表示するには、写して新しく作ります。",
        told: "お知らせの表示を終了しました",
        take: notice::end,
    },
    Step {
        key: "discard",
        action: Action::Discard,
        label: "下書きを捨てる",
        kind: "danger",
        effect: "添付したファイルも消えます。元に戻せません。",
        told: "下書きを捨てました",
        take: notice::discard,
    },
];

#[derive(Template)]
#[template(path = "admin/notices/step.html")]
struct Page {
    frame: Frame,
    step: &'static Step,
    notice: Notice,
    audience: String,
    period: String,
}

fn find(key: &str) -> Result<&'static Step> {
    STEPS.iter().find(|step| step.key == key).ok_or(Error::NotFound)
}

/// Asks.
pub async fn ask(office: Data<Office>, who: Staff<EditContent>, path: Path<(String, String)>) -> PageResult {
    let (id, step, scope) = (parse(&path.0)?, find(&path.1)?, who.scope.clone());
    let notice = office.db.read(move |c| notice::get(c, &scope, &id)).await?;
    if !notice.standing(office.db.clock().now().into()).allows(step.action) {
        let late = Err(uketsuke_core::refusal::Refusal::NotInThisState.into());
        return answered(&who, &format!("{PATH}/{}", path.0), late, "");
    }
    html(&Page {
        frame: who.frame(step.label, MENU),
        step,
        audience: audience(&Input::of(&notice)),
        period: period(Some(notice.starts_at), notice.ends_at),
        notice,
    })
}

/// Takes it.
pub async fn take(office: Data<Office>, who: Staff<EditContent>, path: Path<(String, String)>) -> PageResult {
    let (id, step, scope) = (parse(&path.0)?, find(&path.1)?, who.scope.clone());
    let taken = office.db.write(who.actor(), move |tx| (step.take)(tx, &scope, &id)).await;
    let on = match (step.action, &taken) {
        (Action::Discard, Ok(())) => PATH.to_owned(),
        _ => format!("{PATH}/{}", path.0),
    };
    answered(&who, &on, taken, step.told)
}
