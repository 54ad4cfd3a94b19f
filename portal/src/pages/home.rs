//! `GET /home`: the one thing to do next, and how far everything is. Signed in.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::{Application, State};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::progress::{self, NextStep, Progress};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use super::closed::Closing;
use crate::Portal;
use crate::session::SignedIn;
use crate::state_tag::tone;

#[derive(Template)]
#[template(path = "portal/home.html")]
struct Page {
    frame: Frame,
    next: Next,
    tasks: Vec<Task>,
    applications: Vec<Application>,
    verified: bool,
    closing: Closing,
}

/// The card at the top.
struct Next {
    heading: String,
    text: String,
    href: String,
    button: &'static str,
}

struct Task {
    label: &'static str,
    href: &'static str,
    state: String,
    tone: &'static str,
    hint: &'static str,
}

/// The home page.
pub async fn show(portal: Data<Portal>, who: SignedIn) -> PageResult {
    let scope = who.scope().clone();
    let verified = scope.verified();
    let today = tokyo_date(portal.now().utc());
    let progress = portal.db.read(move |c| progress::of(c, &scope, today)).await?;
    html(&Page {
        frame: who.frame("ホーム"),
        closing: Closing::of(&portal, &progress.facility),
        next: next(&progress.next),
        tasks: tasks(&progress),
        applications: progress.applications,
        verified,
    })
}

fn next(step: &NextStep) -> Next {
    let card = |heading: &str, text: &str, href: String, button| Next {
        heading: heading.to_owned(),
        text: text.to_owned(),
        href,
        button,
    };
    match step {
        NextStep::Apply => card(
            "利用開始申請をしてください",
            "提出済みの情報と一致すれば、その場で承認され、端末の設定情報が表示されます。",
            "/applications".into(),
            "利用開始申請へ進む",
        ),
        NextStep::FinishDraft(id) => card(
            "入力の続きがあります",
            "途中まで入力した利用開始申請が保存されています。",
            format!("/applications/{id}"),
            "入力を続ける",
        ),
        NextStep::Correct(id) => card(
            "申請の修正をお願いします",
            "直していただくところがあります。受付番号は変わりません。",
            format!("/applications/{id}"),
            "修正するところを見る",
        ),
        NextStep::Wait(id, due) => {
            let by = due.map_or("まもなく".to_owned(), |d| format!("{}ごろまでに", words::day(d)));
            let text = format!("{by}お知らせします。それまでにしていただくことはありません。");
            card("申請を審査しています", &text, format!("/applications/{id}"), "申請の状況を見る")
        }
        NextStep::MakeAccounts => card(
            "アカウントを作成してください",
            "マイナ資格確認アプリを使う方ごとに、アカウントを作成します。",
            "/devices/new".into(),
            "アカウントを作成する",
        ),
        NextStep::SwitchOn => card(
            "使う機能を選んでください",
            "端末を使うには、訪問診療等などの使う機能を、環境設定情報で選びます。",
            "/devices/features".into(),
            "環境設定情報を更新する",
        ),
        NextStep::SetUpDevices(waiting) => card(
            "端末を設定してください",
            &format!(
                "設定を待っている端末が{waiting}台あります。設定情報を表示し、マイナ資格確認アプリに入力してください。"
            ),
            "/devices".into(),
            "端末の設定情報を見る",
        ),
        NextStep::Nothing => card(
            "必要な手続きは終わりました",
            "施設の名称や管理者、電話番号が変わったときは、お知らせください。",
            "/devices".into(),
            "端末の一覧を見る",
        ),
        NextStep::Closed => card(
            "この施設で行う手続きはありません",
            "別の施設でお使いになるときは、その施設を追加するか、切り替えてください。",
            "/facilities".into(),
            "施設を切り替える",
        ),
    }
}

fn tasks(progress: &Progress) -> Vec<Task> {
    let closed = progress.next == NextStep::Closed;
    vec![
        match progress.usage_start {
            None | Some(State::Draft | State::Discarded) if closed => closed_task("利用開始申請"),
            state => usage_start_task(state),
        },
        if closed && progress.devices == 0 { closed_task("端末の設定") } else { devices_task(progress) },
    ]
}

fn closed_task(label: &'static str) -> Task {
    Task {
        label, href: "", state: "始められません".to_owned(), tone: "grey", hint: "この施設は廃止になっています"
    }
}

fn usage_start_task(state: Option<State>) -> Task {
    let (words, tone) = match state {
        None | Some(State::Discarded) => ("未着手".to_owned(), "blue-line"),
        Some(State::Draft) => ("入力中".to_owned(), "blue-line"),
        Some(State::Approved) => ("完了".to_owned(), "plain"),
        Some(other) => (other.public_label().to_owned(), tone(&other)),
    };
    Task { label: "利用開始申請", href: "/applications", state: words, tone, hint: "" }
}

fn devices_task(progress: &Progress) -> Task {
    let (href, state, tone, hint) = match (progress.devices, progress.devices_waiting) {
        (0, _) if progress.places_free > 0 => ("/devices", "アカウントがありません".to_owned(), "blue-line", ""),
        (0, _) if progress.usage_start == Some(State::Approved) => {
            ("/devices", "端末がありません".to_owned(), "grey", "")
        }
        (0, _) => ("", "まだ始められません".to_owned(), "grey", "利用開始の承認後に始められます"),
        (_, 0) => ("/devices", "完了".to_owned(), "plain", ""),
        (all, waiting) => ("/devices", format!("{all}台中{}台が設定済み", all - waiting), "blue-line", ""),
    };
    Task { label: "端末の設定", href, state, tone, hint }
}
