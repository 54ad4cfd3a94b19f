//! The task list of the home page: how far everything is.

use uketsuke_core::application::State;
use uketsuke_core::exemption::ExemptionReason;
use uketsuke_core::operation::Source;
use uketsuke_core::progress::{NextStep, Progress, Subsidy, Together};
use uketsuke_web::words;

use crate::state_tag::tone;

/// One task.
pub(super) struct Task {
    pub label: &'static str,
    /// Where it is done; empty where nothing can be done now.
    pub href: &'static str,
    pub state: String,
    pub tone: &'static str,
    pub hint: String,
}

/// The tasks of a facility, in the order of its way.
pub(super) fn tasks(progress: &Progress) -> Vec<Task> {
    let over = over(progress);
    let mut tasks = vec![
        match (progress.usage_start, over) {
            (None | Some(State::Draft | State::Discarded), Some(why)) => over_task("利用開始申請", why),
            (state, _) => usage_start_task(state),
        },
        match over {
            Some(why) if progress.devices == 0 => over_task("端末の設定", why),
            _ => devices_task(progress),
        },
        match over {
            Some(why) if progress.operation.is_none() => over_task("運用開始日の登録", why),
            _ => start_task(progress),
        },
    ];
    tasks.extend(progress.annex.as_ref().map(annex_task));
    tasks.extend(progress.exemption.map(exemption_task));
    tasks.extend(progress.subsidy.as_ref().map(subsidy_task));
    tasks
}

/// Why nothing can be begun any more, if so.
fn over(progress: &Progress) -> Option<&'static str> {
    match progress.next {
        NextStep::Closed => Some("この施設は廃止になっています"),
        NextStep::Ended => Some("利用を終了しています"),
        _ => None,
    }
}

fn over_task(label: &'static str, why: &str) -> Task {
    Task { label, href: "", state: "始められません".to_owned(), tone: "grey", hint: why.to_owned() }
}

fn start_task(progress: &Progress) -> Task {
    const START: &str = "/applications/start/operation_start";
    let label = "運用開始日の登録";
    match &progress.operation {
        Some(entry) => Task {
            label,
            href: if entry.source == Source::Declared { START } else { "" },
            state: "完了".to_owned(),
            tone: "plain",
            hint: format!("運用開始日　{}", words::date(entry.starts_on)),
        },
        None if progress.usage_start == Some(State::Approved) => {
            Task { label, href: START, state: "未着手".to_owned(), tone: "blue-line", hint: String::new() }
        }
        None => Task {
            label,
            href: "",
            state: "まだ始められません".to_owned(),
            tone: "grey",
            hint: "利用開始の承認後に始められます".to_owned(),
        },
    }
}

fn annex_task(together: &Together) -> Task {
    let role = if together.is_main { "主たる施術所として" } else { "従たる施術所として" };
    Task {
        label: "併設申告",
        href: "/applications/start/annex_cancellation",
        state: "申告済み".to_owned(),
        tone: "plain",
        hint: format!("{role}、{}と一緒に使います", together.other),
    }
}

fn exemption_task(reason: ExemptionReason) -> Task {
    Task {
        label: "やむを得ない事由の申告",
        href: "/applications/start/exemption",
        state: "申告済み".to_owned(),
        tone: "plain",
        hint: reason.label().to_owned(),
    }
}

fn subsidy_task(subsidy: &Subsidy) -> Task {
    let (href, state, tone, hint) = match subsidy {
        Subsidy::Offered(until) => {
            let until = until.map_or(String::new(), |until| format!("{}まで", words::date(until)));
            ("/applications/start/subsidy", "申請できます".to_owned(), "blue-line", until)
        }
        Subsidy::UnderWay(State::Draft) => ("/applications", "入力中".to_owned(), "blue-line", String::new()),
        Subsidy::UnderWay(state) => ("/applications", state.public_label().to_owned(), tone(state), String::new()),
        Subsidy::Granted => ("/applications", "交付決定".to_owned(), "plain", String::new()),
        Subsidy::Held(_) => ("/applications", "お振り込みできませんでした".to_owned(), "orange", String::new()),
    };
    Task { label: "助成金交付申請", href, state, tone, hint }
}

fn usage_start_task(state: Option<State>) -> Task {
    let (words, tone) = match state {
        None | Some(State::Discarded) => ("未着手".to_owned(), "blue-line"),
        Some(State::Draft) => ("入力中".to_owned(), "blue-line"),
        Some(State::Approved) => ("完了".to_owned(), "plain"),
        Some(other) => (other.public_label().to_owned(), tone(&other)),
    };
    Task { label: "利用開始申請", href: "/applications", state: words, tone, hint: String::new() }
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
    Task { label: "端末の設定", href, state, tone, hint: hint.to_owned() }
}
