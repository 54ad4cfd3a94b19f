//! Whoever runs the machine asks each listener whether it lives and can serve.

use std::time::{Duration, Instant};

use serde::Serialize;
use uketsuke_core::clock::Clock;
use uketsuke_core::db::Actor;
use uketsuke_core::queue::Job;

use crate::kill::server::Server;
use crate::kill::world;
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::http::{agent, send};
use actix_web::http::Method;

tests! {
    every_listener_says_that_it_lives_and_is_ready,
    whoever_comes_through_a_proxy_finds_no_such_page,
    operators_see_figures_of_what_happens_and_no_secret,
}

fn listeners(app: &TestApp) -> [String; 3] {
    let config = &app.parts.config;
    [config.portal_url.clone(), config.admin_url.clone(), config.device_api_url.clone()]
}

fn every_listener_says_that_it_lives_and_is_ready(app: &TestApp) {
    for base in listeners(app) {
        for path in ["/healthz", "/readyz"] {
            let mut browser = Browser::new(&base);
            assert_eq!(browser.visit(path).status, 200, "{base}{path}");
        }
    }
}

fn whoever_comes_through_a_proxy_finds_no_such_page(app: &TestApp) {
    for base in listeners(app) {
        for path in ["/healthz", "/readyz"] {
            let answer =
                send(&agent(), Method::GET, &format!("{base}{path}"), &[("x-forwarded-for", "203.0.113.5")], &[]);
            assert_eq!(answer.status, 404, "{base}{path}");
        }
    }
}

/// Nobody knows how to do it.
#[derive(Serialize)]
struct Unknown;

impl Job for Unknown {
    const KIND: &'static str = "unknown";
}

fn operators_see_figures_of_what_happens_and_no_secret(app: &TestApp) {
    let server = Server::start(&app.place);
    let config = server.config();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.inside(path).status, 200, "{path}");
    }
    let token = "0123456789abcdefghijklmnopqrstuv";
    let mut browser = Browser::new(&config.portal_url);
    browser.visit("/");
    browser.visit(&format!("/activate/{token}"));
    assert_eq!(browser.send(Method::GET, "/metrics", &[], &[]).status, 404, "not where users are");
    let parts = world::parts(&server, Clock::System);
    parts.db.write_blocking(Actor::operator(), |tx| tx.enqueue(&Unknown)).expect("enqueued");

    // A worker finds the job within a second or two.
    let (began, mut told) = (Instant::now(), String::new());
    while !told.contains("\nuketsuke_jobs{state=\"dead\"} 1\n") {
        assert!(began.elapsed() < Duration::from_secs(30), "{told}");
        told = server.inside("/metrics").text();
    }
    for line in [
        "uketsuke_http_requests_total{site=\"omf\",method=\"GET\",route=\"/\",status=\"200\"} 1",
        "uketsuke_jobs_run_total{kind=\"unknown\",outcome=\"dead\"} 1",
        "uketsuke_database_up 1",
        "uketsuke_mails{state=\"failed\"} 0",
        "uketsuke_checks_total{outcome=\"active\"} 0",
        "# TYPE uketsuke_http_request_seconds histogram",
    ] {
        assert!(told.lines().any(|one| one == line), "{line} in\n{told}");
    }
    for name in ["uketsuke_db_connections{pool=\"jobs\"", "uketsuke_checks_age_seconds ", "uketsuke_build_info{"] {
        assert!(told.lines().any(|one| one.starts_with(name)), "{name} in\n{told}");
    }
    assert!(told.contains("/activate/{token}") && !told.contains(token), "routes, not paths");
}
