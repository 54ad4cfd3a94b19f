//! Every field of every form × what hostile or clumsy hands send. Never a 500;
//! a 422 says what is wrong, shows again what was typed (never a secret), and
//! nothing is written.

use actix_web::http::Method;
use uketsuke_core::staff::role::Role;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, urlencoded};
use crate::support::harness::tests;
use crate::support::page::{Control, Form, Page};
use crate::support::people::{AOZORA, SAKURA, application_path, apply_by_documents, begin};
use crate::support::world::World;

tests! {
    the_forms_of_visitors_survive_everything,
    the_forms_of_an_application_survive_everything,
    the_forms_of_signed_in_people_survive_everything,
    the_forms_of_the_back_office_survive_everything,
    broken_bodies_are_refused_politely,
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Controls that people type into.
const TYPED: [&str; 6] = ["text", "email", "tel", "search", "textarea", "password"];

/// A valid 個人番号 by its check digit, belonging to nobody.
const PERSONAL_NUMBER: &str = "123456789018";

fn hostile() -> Vec<(&'static str, String)> {
    let plain = [
        ("empty", ""),
        ("blank", "\u{3000} \t"),
        ("full-width", "ＡＢＣ１２３"),
        ("emoji", "👩‍⚕️🏥"),
        ("control characters", "a\u{1}\u{8}\u{1b}[31m"),
        ("right to left", "\u{202e}txt.exe"),
        ("SQL", "' or 1=1; drop table accounts; --"),
        ("script", "<script>alert('x')</script>\" onmouseover=\"x"),
        ("template", "{{7*7}}${7*7}%s%n"),
        ("path", "../../../../etc/passwd"),
        ("personal number", PERSONAL_NUMBER),
        ("number too large", "99999999999999999999"),
        ("negative", "-1"),
    ];
    let mut all: Vec<_> = plain.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    all.push(("too long", "あ".repeat(5_000)));
    all.push(("longer than any form", "x".repeat(70_000)));
    all.push(("NUL", "a\0b".to_owned()));
    all.push(("header", "a\r\nBcc: evil@example.com".to_owned()));
    all
}

/// Whether a person types into it or chooses from it (or it is hidden).
fn is_attackable(control: &Control) -> bool {
    control.name != "csrf_token" && !matches!(control.kind.as_str(), "file" | "submit")
}

fn is_secret(control: &Control) -> bool {
    control.kind == "password"
}

/// What the form sends as it stands, with one field replaced.
fn fields(form: &Form, name: &str, value: Option<&str>) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = form
        .controls
        .iter()
        .filter(|c| c.kind != "file" && c.name != name)
        .filter(|c| !matches!(c.kind.as_str(), "checkbox" | "radio") || c.checked)
        .map(|c| (c.name.clone(), c.value.clone()))
        .collect();
    fields.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    fields
}

/// Attacks every form of the page at `path`.
fn attack(app: &TestApp, browser: &mut Browser, path: &str) -> usize {
    let forms = browser.open(path).forms();
    let mut sent = 0;
    for (number, form) in forms.iter().enumerate().filter(|(_, form)| !form.is_multipart && form.action != "/logout") {
        let mut names: Vec<&Control> = form.controls.iter().filter(|c| is_attackable(c)).collect();
        names.dedup_by_key(|control| control.name.clone());
        for control in names {
            let is_typed = TYPED.contains(&control.kind.as_str());
            // What is chosen or hidden is compared with a list: a few strings say it all.
            for (what, value) in hostile().into_iter().step_by(if is_typed { 1 } else { 6 }) {
                sent += attempt(app, browser, path, number, control, (what, &[value.as_str()]));
            }
            sent += attempt(app, browser, path, number, control, ("missing", &[]));
            sent += attempt(app, browser, path, number, control, ("repeated", &["1", "2"]));
        }
    }
    sent
}

/// One send; the page is opened anew each time, because a good value may lead on.
fn attempt(
    app: &TestApp,
    browser: &mut Browser,
    path: &str,
    number: usize,
    control: &Control,
    (what, values): (&str, &[&str]),
) -> usize {
    let Some(form) = browser.visit(path).forms().into_iter().nth(number) else { return 0 };
    let mut body = fields(&form, &control.name, None);
    body.extend(values.iter().map(|value| (control.name.clone(), (*value).to_owned())));
    // Names that no form has must never matter.
    body.extend(
        [("state", "approved"), ("facility_id", "1"), ("roles", "administrator")]
            .map(|(n, v)| (n.to_owned(), v.to_owned())),
    );
    let before = app.written();
    let at = format!("{path} ← {} = {what}", control.name);
    if form.method == "get" {
        let action = form.action.split('?').next().unwrap_or_default();
        if values.iter().any(|value| value.len() > 10_000) {
            // Longer than an address can be.
            return 0;
        }
        let answer = browser.send(Method::GET, &format!("{action}?{}", urlencoded(&body)), &[], &[]);
        assert!(answer.status < 500, "{at}: {}", answer.status);
        return 1;
    }
    let answer = browser.send(Method::POST, &form.action, &[FORM], urlencoded(&body).as_bytes());
    let page = Page { status: answer.status, path: form.action.clone(), html: answer.text() };
    assert!(page.status < 500, "{at}: {}\n{}", page.status, page.text());
    if page.status == 422 {
        complains_well(&page, &at);
        shows_again(&page, control, values, &at);
        assert_eq!(app.written(), before, "{at}: something was written");
    }
    1
}

/// The summary is there, and each of its lines leads to something on the page.
fn complains_well(page: &Page, at: &str) {
    assert!(!page.faults().is_empty() || page.says("お確かめ"), "{at}: no word about what is wrong\n{}", page.text());
    let ids = page.attributes("[id]", "id");
    for href in page.attributes(".error-summary a", "href") {
        if let Some(id) = href.strip_prefix('#') {
            assert!(ids.iter().any(|known| known == id), "{at}: the summary leads to {href}, which is not there");
        }
    }
}

fn shows_again(page: &Page, control: &Control, values: &[&str], at: &str) {
    let ([value], true) = (values, TYPED.contains(&control.kind.as_str())) else { return };
    if is_secret(control) {
        let long_enough = value.chars().count() > 6;
        assert!(!long_enough || !page.html.contains(value), "{at}: a secret is shown again");
    } else if !value.contains(['\0', '\r']) {
        let shown = page.forms().into_iter().flat_map(|form| form.controls).find(|c| c.name == control.name);
        let shown = shown.unwrap_or_else(|| panic!("{at}: the field is gone\n{}", page.text())).value;
        assert_eq!(shown, *value, "{at}: not shown again as typed");
    }
}

fn the_forms_of_visitors_survive_everything(app: &TestApp) {
    app.with_master();
    let mut browser = app.portal();
    let mut sent = attack(app, &mut browser, "/login") + attack(app, &mut browser, "/reset");
    sent += attack(app, &mut browser, "/contact");
    sent += attack(app, &mut browser, "/register/type");
    browser.open("/register/type");
    browser.tick(SAKURA.kind);
    browser.press("次へ進む");
    sent += attack(app, &mut browser, "/register/facility");
    browser.open("/register/facility");
    browser.fill("登録記号番号", SAKURA.code);
    browser.press("施設を確認する");
    browser.press("はい、この施設です");
    sent += attack(app, &mut browser, "/register/person");
    assert!(sent > 150, "{sent}");
    app.run_jobs();
}

fn the_forms_of_an_application_survive_everything(app: &TestApp) {
    app.with_master();
    let mut browser = app.signed_in(SAKURA, "hanako@example.jp");
    begin(&mut browser, "照合");
    let path = browser.page().path.trim_end_matches("/edit/match").to_owned();
    let mut sent = 0;
    for step in ["method", "count", "terms", "match"] {
        sent += attack(app, &mut browser, &format!("{path}/edit/{step}"));
    }
    sent += attack(app, &mut browser, &format!("{path}/confirm"));
    assert!(sent > 100, "{sent}");
    app.run_jobs();
}

fn the_forms_of_signed_in_people_survive_everything(app: &TestApp) {
    app.with_master();
    let mut world = World::new(app, SAKURA, "hanako@example.jp");
    let device = &world.ids.device;
    let paths = [
        "/account/password".to_owned(),
        "/facilities/add".to_owned(),
        format!("/devices/{device}/label"),
        format!("/devices/{device}/reissue"),
        format!("/applications/{}", world.ids.application),
        "/contact".to_owned(),
        format!("/inquiries/{}", world.ids.inquiry),
    ];
    let sent: usize = paths.iter().map(|path| attack(app, &mut world.person, path)).sum();
    assert!(sent > 60, "{sent}");
    app.run_jobs();
}

fn the_forms_of_the_back_office_survive_everything(app: &TestApp) {
    app.with_master();
    let mut facility = app.signed_in(AOZORA, "aozora@example.jp");
    let number = apply_by_documents(&mut facility, "2", "3");
    let case = application_path(&facility).replace("/applications/", "/cases/");
    let mut reviewer = app.staff("reviewer@example.jp", Role::Reviewer);
    reviewer.open("/queue?v=unassigned");
    reviewer.follow(&number);
    reviewer.press("この申請を担当する");
    let mut sent = 0;
    for page in ["notes", "hand-over", "return", "reject", "approve"] {
        sent += attack(app, &mut reviewer, &format!("{case}/{page}"));
        reviewer.visit(&case);
        if !reviewer.page().says("あなたが審査しています") {
            break;
        }
    }
    for path in ["/queue", "/search?q=1", "/facilities", "/mails"] {
        if reviewer.visit(path).status == 200 {
            sent += attack(app, &mut reviewer, path);
        }
    }
    let mut administrator = app.staff("admin@example.jp", Role::Administrator);
    for path in [
        "/inquiries/new",
        "/inquiries/canned/new",
        "/staff/new",
        "/settings/reasons/usage_start/return/new",
        "/settings/reasons/usage_start/reject/not_proven",
    ] {
        sent += attack(app, &mut administrator, path);
    }
    sent += attack(app, &mut app.office(), "/login");
    assert!(sent > 150, "{sent}");
    app.decisions_stand();
}

fn broken_bodies_are_refused_politely(app: &TestApp) {
    let mut browser = app.portal();
    browser.open("/login");
    let token = browser.token();
    let many: String = (0..20_000).map(|n| format!("f{n}=&")).collect();
    let bodies: [(&str, &str, Vec<u8>); 8] = [
        ("invalid UTF-8", FORM.1, format!("csrf_token={token}&email=%FF%FE").into_bytes()),
        ("raw bytes", FORM.1, vec![0xff, 0xfe, 0x00, 0x01]),
        ("half an escape", FORM.1, b"email=%4".to_vec()),
        ("thousands of fields", FORM.1, many.into_bytes()),
        ("JSON", "application/json", b"{\"email\":\"x\"}".to_vec()),
        ("XML", "text/xml", b"<a/>".to_vec()),
        ("multipart without boundary", "multipart/form-data", b"x".to_vec()),
        ("nothing at all", "", Vec::new()),
    ];
    for (what, kind, body) in bodies {
        let answer = browser.send(Method::POST, "/login", &[("content-type", kind)], &body);
        assert!((400..500).contains(&answer.status), "{what}: {}", answer.status);
        assert!(answer.text().contains("<h1"), "{what}: no page");
    }
    for path in
        ["/%00", "/applications/%2e%2e%2f%2e%2e", "/devices/'or'1", "/activate/%F0%9F%8F%A5", "/applications/..%5c"]
    {
        let answer = browser.send(Method::GET, path, &[], &[]);
        assert!(answer.status < 500, "{path}: {}", answer.status);
    }
}
