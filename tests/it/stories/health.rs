//! Whoever runs the machine asks each listener whether it lives and can serve.

use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::harness::tests;
use crate::support::http::{agent, send};
use actix_web::http::Method;

tests! {
    every_listener_says_that_it_lives_and_is_ready,
    whoever_comes_through_a_proxy_finds_no_such_page,
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
