//! `GET /applications/{id}`: where it stands, what happens next, what was sent
//! and what happened so far. A draft leads on to its next open step. Signed in.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::application::model::{Change, Event, Fault};
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, SummaryRow};
use uketsuke_core::application::withdraw::may_withdraw;
use uketsuke_core::application::{Case, Procedure, State, Verb, repo};
use uketsuke_core::facility::Facility;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, see_other, words};

use super::money::{self, Money};
use super::place::step_href;
use super::{FileLine, address, file_lines, load, procedure};
use crate::Portal;
use crate::pages::closed::Closing;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/show.html")]
struct Page {
    frame: Frame,
    state: State,
    number: String,
    address: String,
    facility: Facility,
    stages: Vec<String>,
    stage_now: usize,
    next: String,
    reason: String,
    granted: Option<u32>,
    money: Option<Money>,
    faults: Vec<FaultLine>,
    rows: Vec<SummaryRow>,
    files: Vec<FileLine>,
    events: Vec<EventLine>,
    may_withdraw: bool,
    gives_devices: bool,
    /// It ended without an approval, and a new one can be begun from it.
    may_again: bool,
    closing: Closing,
}

struct FaultLine {
    label: String,
    text: String,
    href: String,
}

struct EventLine {
    when: String,
    machine: String,
    what: &'static str,
    who: &'static str,
    reason: String,
    changes: Vec<Change>,
}

/// The application.
pub async fn show(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let case = load(&portal, &who, &id).await?;
    let closing = Closing::of(&portal, &case.facility);
    if case.application.state == State::Draft {
        if closing.is_closed() {
            // Nothing else can be done with it any more.
            return Ok(see_other(format!("{}/discard", address(&case))));
        }
        return Ok(see_other(next_open(procedure(&portal, &case)?, &case)));
    }
    let (application, scope) = (case.application.clone(), who.scope().clone());
    let (procedures, now) = (portal.procedures.clone(), portal.now());
    let read = portal.db.read(move |c| {
        let id = &application.id;
        let procedure = procedures.get(application.kind)?;
        Ok((
            (repo::public_history(c, id)?, repo::open_faults(c, id)?, repo::latest_filing(c, id)?),
            may_withdraw(c, procedure, &scope, &application, now)?,
        ))
    });
    let ((history, faults, filing), may_withdraw) = read.await?;
    let procedure = procedure(&portal, &case)?;
    let rows = match filing {
        Some(filing) => procedure.filed_summary(&filing.values()?)?,
        None => Vec::new(),
    };
    let money = money::of(&portal, &case).await?;
    let has_files = rows.iter().any(|row| row.field == EVIDENCE_FIELD);
    let files = if has_files { file_lines(&portal.storage, &case) } else { Vec::new() };
    html(&Page { may_withdraw, money, files, ..page(&who, procedure, &case, (history, faults, rows), closing)? })
}

/// The first step where something is missing, or the check page.
fn next_open(procedure: &dyn Procedure, case: &Case) -> String {
    match procedure.file(case).err().unwrap_or_default().first() {
        Some(one) => step_href(case, one.step),
        None => format!("{}/confirm", address(case)),
    }
}

fn page(
    who: &SignedIn,
    procedure: &dyn Procedure,
    case: &Case,
    (history, faults, rows): (Vec<Event>, Vec<Fault>, Vec<SummaryRow>),
    closing: Closing,
) -> Result<Page, PageError> {
    let application = &case.application;
    let summary = procedure.summary(case);
    Ok(Page {
        frame: who.frame(procedure.title()).receipt(application.number_text()),
        state: application.state,
        number: application.number_text().to_owned(),
        address: address(case),
        facility: case.facility.clone(),
        stages: stages(application.state, &history, application.kind.entry().gives_devices),
        stage_now: stage_now(application.state),
        next: if closing.is_closed() { next_of_closed(application.state) } else { next(case) },
        reason: reason(application.state, &history),
        granted: granted(&history)?,
        money: None,
        faults: faults.into_iter().map(|fault| fault_line(case, &summary, fault)).collect(),
        files: Vec::new(),
        rows,
        events: history.iter().map(event_line).collect::<Result<_, _>>()?,
        may_withdraw: false,
        gives_devices: application.kind.entry().gives_devices,
        may_again: matches!(application.state, State::Rejected | State::Withdrawn) && !closing.is_closed(),
        closing,
    })
}

/// 受付 → 審査 → 承認 → 発行, each with its day once it is reached; nothing for
/// what ended before.
fn stages(state: State, history: &[Event], gives_devices: bool) -> Vec<String> {
    if matches!(state, State::Rejected | State::Withdrawn) {
        return Vec::new();
    }
    let day_of = |verbs: &[Verb]| {
        let event = history.iter().rev().find(|event| verbs.contains(&event.verb));
        event.map_or(String::new(), |event| format!("（{}）", words::date_time(event.at.utc())))
    };
    let approved = day_of(&[Verb::Approve, Verb::ApproveAtOnce]);
    let review = if state == State::Returned { "審査（修正を待っています）" } else { "審査" };
    vec![
        format!("受付{}", day_of(&[Verb::Submit])),
        format!("{review}{}", day_of(&[Verb::Claim, Verb::Assign])),
        format!("承認{approved}"),
    ]
    .into_iter()
    .chain(gives_devices.then(|| format!("端末の発行{approved}")))
    .collect()
}

/// Which stage is under way; past the last when all is done.
fn stage_now(state: State) -> usize {
    match state {
        State::Approved => 5,
        _ => 2,
    }
}

/// What happens next, in one or two sentences.
fn next(case: &Case) -> String {
    let due = case.application.due_on.map(words::day);
    match (case.application.state, due) {
        (State::Submitted | State::InReview | State::AwaitingApproval, Some(due)) => {
            format!("{due}ごろまでに、審査の結果をメールとこの画面でお知らせします。それまでにしていただくことはありません。")
        }
        (State::Submitted | State::InReview | State::AwaitingApproval, None) => "審査の結果をメールとこの画面でお知らせします。".to_owned(),
        (State::Returned, _) => {
            "次の項目を直して、もう一度送ってください。受付番号は変わりません。修正をお待ちするあいだ、お約束の日数は進みません。".to_owned()
        }
        (State::Approved, _) if case.application.kind.entry().gives_devices => {
            "承認されました。端末の設定情報を表示して、マイナ資格確認アプリに入力してください。".to_owned()
        }
        (State::Approved, _) => format!("承認されました。{}", case.application.kind.entry().then.concat()),
        (State::Rejected, _) => {
            "申請は承認されませんでした。理由をご確認のうえ、内容を直して新しく申請できます。".to_owned()
        }
        (State::Withdrawn, _) => "この申請は取り下げられました。必要なときは、新しく申請できます。".to_owned(),
        (State::Draft | State::Discarded, _) => String::new(),
    }
}

/// What is left to say when the facility is closed.
fn next_of_closed(state: State) -> String {
    let sentence = match state {
        State::Submitted | State::InReview | State::AwaitingApproval | State::Returned => {
            "施設が廃止になったため、この申請は承認できません。していただくことはありません。"
        }
        State::Approved => "施設が廃止になったため、この申請で発行した端末は使えません。",
        State::Rejected => "申請は承認されませんでした。施設が廃止になったため、新しい申請はできません。",
        State::Withdrawn => "この申請は取り下げられました。施設が廃止になったため、新しい申請はできません。",
        State::Draft | State::Discarded => "",
    };
    sentence.to_owned()
}

/// Why it was refused, or why fewer were approved than asked for.
fn reason(state: State, history: &[Event]) -> String {
    let deciding = match state {
        State::Rejected => Verb::Reject,
        State::Approved => Verb::Approve,
        _ => return String::new(),
    };
    history.iter().find(|event| event.verb == deciding).map_or(String::new(), |event| event.reason.clone())
}

/// How many were approved, where a reviewer said so.
fn granted(history: &[Event]) -> Result<Option<u32>, PageError> {
    match history.iter().find(|event| event.verb == Verb::Approve) {
        Some(event) => Ok(event.detail()?.granted),
        None => Ok(None),
    }
}

fn fault_line(case: &Case, summary: &[SummaryRow], fault: Fault) -> FaultLine {
    let row = summary.iter().find(|row| row.field == fault.field);
    FaultLine {
        label: row.map_or_else(String::new, |row| row.label.clone()),
        href: row.map_or_else(String::new, |row| step_href(case, row.step)),
        text: fault.text,
    }
}

fn event_line(event: &Event) -> Result<EventLine, PageError> {
    let detail = event.detail()?;
    let who = match event.actor.split(':').next() {
        Some("account") => "申請者",
        Some("staff") => "審査担当",
        _ => "",
    };
    let automatic = event.verb == Verb::ApproveAtOnce;
    Ok(EventLine {
        when: words::date_time(event.at.utc()),
        machine: words::machine_time(event.at.utc()),
        what: event.verb.public_label().unwrap_or_default(),
        who: if automatic { "" } else { who },
        reason: event.reason.clone(),
        changes: detail.changes,
    })
}
