//! The stand-in for the client app, as a newcomer runs it: `uketsuke device`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use uketsuke_core::eligibility;

use crate::support::app::{PROGRAM, TestApp};
use crate::support::device::reveal_nth;
use crate::support::harness::tests;
use crate::support::people::{SAKURA, TSUBAKI, cancel_annex, declare_annex, log_in};

tests! {
    the_stand_in_for_the_app_registers_asks_and_learns_why_it_is_refused,
    the_worked_example_works_as_it_is_written,
    the_stand_in_speaks_for_both_offices_of_an_annex,
}

/// The example of docs/device-api.md.
const EXAMPLE: &str = include_str!("../../clients/curl.sh");

/// What the program prints; its words where it fails.
fn run(arguments: &[&str], secrets: &[(&str, &str)]) -> Result<String, String> {
    let ran = Command::new(PROGRAM).arg("device").args(arguments).envs(secrets.iter().copied()).output();
    let ran = ran.expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8").trim().to_owned();
    if ran.status.success() { Ok(text(ran.stdout)) } else { Err(text(ran.stderr)) }
}

fn the_stand_in_for_the_app_registers_asks_and_learns_why_it_is_refused(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, "hanako@example.jp", 1);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    let service = app.write(|tx| eligibility::add(tx, "test"));
    // It lives by the machine's clock.
    app.later(chrono::Utc::now() - app.clock.now());
    // The session ended when the clock went on.
    log_in(&mut browser, "hanako@example.jp");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let key = folder.path().join("device.json");
    let (key, api) = (key.to_str().expect("UTF-8"), app.device_api());
    let register = ["register", "--api", api, "--facility", SAKURA.code, "--user-id", &settings.user_id, "--key", key];
    let password = ("UKETSUKE_DEVICE_PASSWORD", settings.password.as_str());

    let refused = run(&register, &[password, ("UKETSUKE_DEVICE_CODE", "AAAA-AAAA-AAAA-AAAA")]);
    assert!(refused.is_err_and(|words| words.contains("400 invalid_request") && words.contains("コード")));
    let registered = run(&register, &[password, ("UKETSUKE_DEVICE_CODE", &settings.code)]).expect("registered");
    assert!(registered.contains("next: uketsuke device token"), "{registered}");
    let token = run(&["token", "--key", key], &[]).expect("a token");
    let check = ["check", "--api", api, "--client-id", service.id.as_str()];
    let secrets = [("UKETSUKE_DEVICE_TOKEN", token.as_str()), ("UKETSUKE_CLIENT_SECRET", service.secret.reveal())];
    let answer: Value = serde_json::from_str(&run(&check, &secrets).expect("an answer")).expect("JSON");
    assert_eq!((&answer["active"], &answer["facility_code"]), (&true.into(), &SAKURA.code.into()));
    assert_eq!(run(&["diagnose", "--key", key], &[]).as_deref(), Ok(r#"{"ready":true}"#));

    let id = browser.open("/devices").attributes("#devices tbody a", "href").remove(0);
    browser.open(&format!("{id}/suspend"));
    browser.press("停止する");
    assert_eq!(run(&check, &secrets).as_deref(), Ok(r#"{"active":false}"#));
    assert!(run(&["token", "--key", key], &[]).is_err_and(|words| words.contains("停止中")));
    let told = run(&["diagnose", "--key", key], &[]).expect("an answer");
    assert!(told.contains(r#""code":"suspended""#) && told.contains("この端末は停止中です"), "{told}");
    app.run_jobs();
}

fn the_worked_example_works_as_it_is_written(app: &TestApp) {
    let document = include_str!("../../../docs/device-api.md");
    assert!(document.contains(EXAMPLE.trim()), "docs/device-api.md shows tests/clients/curl.sh as it is");
    app.with_master();
    let mut browser = app.approved(SAKURA, "hanako@example.jp", 1);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    let service = app.write(|tx| eligibility::add(tx, "test"));
    app.later(chrono::Utc::now() - app.clock.now());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let programs = Path::new(PROGRAM).parent().expect("a folder").display();
    let ran = Command::new("bash")
        .args(["-c", EXAMPLE])
        .current_dir(folder.path())
        .env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap_or_default()))
        .env("API", app.device_api())
        .env("FACILITY", SAKURA.code)
        .env("USER_ID", &settings.user_id)
        .env("PASSWORD", &settings.password)
        .env("CODE", &settings.code)
        .env("SERVICE", service.id.as_str())
        .env("SERVICE_SECRET", service.secret.reveal())
        .output()
        .expect("bash starts");
    let words = String::from_utf8_lossy(&ran.stdout);
    let lines: Vec<&str> = words.lines().collect();
    let [check, diagnosis] = lines[..] else { panic!("{words}{}", String::from_utf8_lossy(&ran.stderr)) };
    let check: Value = serde_json::from_str(check).expect("JSON");
    assert_eq!((&check["active"], &check["user_id"]), (&true.into(), &settings.user_id.as_str().into()));
    assert_eq!(diagnosis, r#"{"ready":true}"#);
    app.run_jobs();
}

fn the_stand_in_speaks_for_both_offices_of_an_annex(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, "hanako@example.jp", 1);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    let service = app.write(|tx| eligibility::add(tx, "test"));
    app.later(chrono::Utc::now() - app.clock.now());
    log_in(&mut browser, "hanako@example.jp");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let key = folder.path().join("device.json");
    let (key, api) = (key.to_str().expect("UTF-8"), app.device_api());
    let register = ["register", "--api", api, "--facility", SAKURA.code, "--user-id", &settings.user_id, "--key", key];
    let secrets =
        [("UKETSUKE_DEVICE_PASSWORD", settings.password.as_str()), ("UKETSUKE_DEVICE_CODE", settings.code.as_str())];
    run(&register, &secrets).expect("registered");
    let token = run(&["token", "--key", key], &[]).expect("a token");
    let check = ["check", "--api", api, "--client-id", service.id.as_str()];
    let secrets = [("UKETSUKE_DEVICE_TOKEN", token.as_str()), ("UKETSUKE_CLIENT_SECRET", service.secret.reveal())];
    let codes = || {
        let answer: Value = serde_json::from_str(&run(&check, &secrets).expect("an answer")).expect("JSON");
        assert_eq!((&answer["active"], &answer["facility_code"]), (&true.into(), &SAKURA.code.into()));
        answer["annex_facility_codes"].clone()
    };
    assert_eq!(codes(), serde_json::json!([]));
    declare_annex(&mut browser, TSUBAKI);
    assert_eq!(codes(), serde_json::json!([TSUBAKI.code]), "immediately after the approval");
    cancel_annex(&mut browser);
    assert_eq!(codes(), serde_json::json!([]), "immediately after the cancellation");
    app.run_jobs();
}
