//! A facility with one of everything, and the addresses of what it owns: for
//! walks over the tables of routes.

use uketsuke_core::staff::role::Role;

use super::app::TestApp;
use super::browser::Browser;
use super::people::{Place, application_path, apply_by_documents};

/// What one facility (and the back office) owns, by id.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    pub application: String,
    pub file: String,
    pub device: String,
    pub session: String,
    pub facility: String,
    pub inquiry: String,
}

/// A verified person of a facility approved by documents, with two devices.
pub struct World {
    pub person: Browser,
    pub ids: Ids,
}

impl World {
    pub fn new(app: &TestApp, place: Place, email: &str) -> Self {
        let mut person = app.signed_in(place, email);
        let number = apply_by_documents(&mut person, "2", "2");
        let path = application_path(&person);
        let mut office = app.staff(&format!("reviewer-of-{email}"), Role::Reviewer);
        office.open("/queue?v=unassigned");
        office.follow(&number);
        office.press("この申請を担当する");
        let facility = last_part(&office.page().link(place.name));
        office.follow("承認する");
        office.press("承認する");
        app.decisions_stand();
        let ids = Ids {
            application: last_part(&path),
            file: last_part(&person.open(&path).link("承諾通知書.png")),
            device: last_part(&person.open("/devices").attributes("#devices tbody a", "href").remove(0)),
            session: session_of(&mut person),
            facility,
            inquiry: ask(&mut person),
        };
        app.run_jobs();
        Self { person, ids }
    }
}

/// Asks something; answers the inquiry's id.
fn ask(person: &mut Browser) -> String {
    person.open("/contact");
    person.fill("お問い合わせの種類", "画面の使い方");
    person.fill("お問い合わせの内容", "申請の一覧を印刷するには、どうすればよいですか。");
    person.press("確認へ進む");
    person.press("この内容で送る").expect("お問い合わせを受け付けました");
    last_part(&person.page().link("お問い合わせの画面へ"))
}

fn session_of(person: &mut Browser) -> String {
    let mut copy = person.clone_session();
    let actions = copy.open("/account/sessions").attributes("form[action*='/account/sessions/']", "action");
    let own = actions.iter().find_map(|action| action.strip_prefix("/account/sessions/")?.strip_suffix("/end"));
    own.map(ToOwned::to_owned).unwrap_or_else(|| "01a00000-0000-7000-8000-000000000000".to_owned())
}

fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// An address of the table with its `{parts}` filled in. A part that nobody
/// here knows fails the test: whoever adds such a route adds an example.
pub fn fill(pattern: &str, ids: &Ids) -> String {
    let own_id = match pattern.split('/').nth(1) {
        Some("applications" | "cases") => &ids.application,
        Some("devices") => &ids.device,
        Some("account") => &ids.session,
        Some("inquiries") => &ids.inquiry,
        Some(
            "audit" | "faq" | "jobs" | "mails" | "manuals" | "notices" | "payments" | "queue" | "services" | "settings"
            | "staff" | "subsidies",
        ) => &ids.session,
        Some("facilities") if pattern.contains("/imports/") => &ids.session,
        Some("facilities") => &ids.facility,
        other => match pattern.contains("{id}") {
            true => panic!("no example for {{id}} below {other:?}: add one to tests/it/support/world.rs"),
            false => "",
        },
    };
    // Files of an edition go by their names.
    let file = if pattern.contains("{week}") { "list.csv" } else { ids.file.as_str() };
    let filled = [
        ("{id}", own_id),
        ("{file}", file),
        ("{evidence}", ids.file.as_str()),
        ("{step}", "count"),
        ("{kind}", "usage_start"),
        ("{verb}", "suspend"),
        ("{action}", "return"),
        ("{code}", "device_count_many"),
        ("{token}", "no-such-token"),
        ("{client_id}", "no-such-client"),
        ("{item}", ids.session.as_str()),
        ("{application}", ids.application.as_str()),
        ("{day}", "2026-11-23"),
        ("{figure}", "flow"),
        ("{week}", "2026-11-23"),
        ("{slug}", "no-such-manual"),
        ("{sequence}", "1"),
        ("{version}", "2026-12-01"),
        ("{document}", "terms"),
    ]
    .iter()
    .fold(pattern.to_owned(), |path, (part, value)| path.replace(part, value));
    assert!(!filled.contains('{'), "no example for the parts of {filled}: add one to tests/it/support/world.rs");
    filled
}
