//! OAuth libraries of others, unmodified, against the running server
//! (`tests/clients`): whoever follows the standards needs to know nothing of us.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use uketsuke_core::eligibility;

use crate::support::app::TestApp;
use crate::support::device::reveal_nth;
use crate::support::harness::{Needs, tests};
use crate::support::people::SAKURA;

tests! {
    needs Needs::Variable(PYTHON);
    an_npm_and_a_pypi_library_go_all_the_way,
    whatever_is_sent_the_openapi_document_holds,
}

/// Names a Python that has the packages of `tests/clients/requirements.txt`.
pub const PYTHON: &str = "UKETSUKE_TEST_PYTHON";

fn an_npm_and_a_pypi_library_go_all_the_way(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, "hanako@example.jp", 4);
    let settings: Vec<_> = (0..4).map(|n| reveal_nth(&mut browser, SAKURA, n)).collect();
    let service = app.write(|tx| eligibility::add(tx, "foreign"));
    let python = std::env::var(PYTHON).expect("the harness looked");
    // The flag gives Node 18 the keys that later ones have anyway.
    let node = ["node", "--experimental-global-webcrypto", "tests/clients/openid_client.mjs"];
    let python = [python.as_str(), "tests/clients/requests_oauth2.py"];
    let runs = [(&node[..], "ES256"), (&node[..], "EdDSA"), (&python[..], "ES256"), (&python[..], "EdDSA")];
    for ((program, algorithm), settings) in runs.into_iter().zip(&settings) {
        // They live by the machine's clock.
        app.later(chrono::Utc::now() - app.clock.now());
        let told = run(
            program,
            algorithm,
            &json!({
                "issuer": app.device_api(),
                "facility_code": settings.facility_code,
                "user_id": settings.user_id,
                "password": settings.password,
                "code": settings.code,
                "service_id": service.id,
                "service_secret": service.secret.reveal(),
            }),
        );
        println!("{}: {} {algorithm}: {}", app.place.name(), program[0], told["answer"]);
        assert_eq!(told["token_type"].as_str().map(str::to_lowercase).as_deref(), Some("dpop"), "{told}");
        for answer in ["answer", "again"].iter().map(|name| &told[name]) {
            assert_eq!(answer["active"], true, "{told}");
            assert_eq!(answer["client_id"], told["client_id"]);
            assert_eq!(answer["facility_code"], SAKURA.code);
            assert_eq!(answer["user_id"], settings.user_id.as_str());
        }
        assert_eq!(told["after"], json!({ "active": false }), "its tokens were ended");
        if told.get("evidence").is_some() {
            assert_eq!(told["evidence"], told["answer"], "the signed answer says the same");
        }
    }
    app.run_jobs();
}

/// schemathesis sends what the document allows and what it does not, signed as a
/// device would where it can be: no 5xx, no answer that is not in the document.
fn whatever_is_sent_the_openapi_document_holds(app: &TestApp) {
    app.with_master();
    let mut browser = app.approved(SAKURA, "hanako@example.jp", 1);
    let settings = reveal_nth(&mut browser, SAKURA, 0);
    let service = app.write(|tx| eligibility::add(tx, "schemathesis"));
    app.later(chrono::Utc::now() - app.clock.now());
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let given = folder.path().join("given.json");
    let settings = json!({
        "issuer": app.device_api(),
        "facility_code": settings.facility_code,
        "user_id": settings.user_id,
        "password": settings.password,
        "code": settings.code,
    });
    std::fs::write(&given, settings.to_string()).expect("written");
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let python = std::path::absolute(std::env::var(PYTHON).expect("the harness looked")).expect("a path");
    let ran = Command::new(python.with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(clients.join("schemathesis.toml"))
        .args(["run", &format!("{}/api/v1/openapi.json", app.device_api())])
        .args(["--phases", "coverage,fuzzing", "--max-examples", "50", "--seed", "1"])
        .args(["--continue-on-failure", "--generation-database", "none", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", clients.join("openapi_hooks.py"))
        .env("UKETSUKE_TEST_GIVEN", &given)
        .env("UKETSUKE_TEST_SERVICE", service.id.as_str())
        .env("UKETSUKE_TEST_SERVICE_SECRET", service.secret.reveal())
        .current_dir(folder.path())
        .output()
        .expect("schemathesis starts");
    let words = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{words}{}", String::from_utf8_lossy(&ran.stderr));
    let summary = words.split("Test cases:").nth(1).unwrap_or_default().lines().nth(1).unwrap_or_default();
    println!("{}: schemathesis: {}", app.place.name(), summary.trim());
    app.run_jobs();
}

/// Runs a client; what it printed.
fn run(program: &[&str], algorithm: &str, given: &Value) -> Value {
    let mut child = Command::new(program[0])
        .args(&program[1..])
        .arg(algorithm)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the client starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(given.to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{program:?} {algorithm} failed: its words stand above");
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}
