//! Two sites at an address each: a clinic begins at the wrong one, is led to the
//! other with what it typed, and from then on everything leads there.

use actix_web::http::Method;

use crate::support::app::TestApp;
use crate::support::browser::{Browser, urlencoded};
use crate::support::harness::tests;
use crate::support::people::{SAKURA, YOKOHAMA, apply_by_match, log_in, register_person};

tests! {
    a_clinic_that_begins_at_the_wrong_site_goes_on_at_its_own,
}

const EMAIL: &str = "incho@example.jp";
/// The second site: the same machine under another name.
const CSM_URL: (&str, &str) = ("UKETSUKE_CSM_URL", "http://127.0.0.1:0");

fn a_clinic_that_begins_at_the_wrong_site_goes_on_at_its_own(single: &TestApp) {
    let app = TestApp::start_with(&single.place, &[CSM_URL]);
    let csm_url = app.parts.config.csm_url.clone().expect("a second address");
    app.with_master();

    let mut here = app.portal();
    here.open("/register").expect("医療機関等向け総合ポータルサイトへ移ります");
    here.tick(SAKURA.kind);
    here.press("次へ進む");
    here.fill("登録記号番号", YOKOHAMA.code);
    let told = here.press("施設を確認する");
    assert_eq!(told.status, 422);
    told.expect("「よこはま見本クリニック」は、医療機関等向け総合ポータルサイトで登録します");
    let link = lead_over(&mut here, &csm_url);

    let mut there = Browser::new(&csm_url);
    there.open(&link).expect("医療機関等向け総合ポータルサイトで登録します").expect(YOKOHAMA.code);
    there.press("登録を続ける").expect("この施設ですか").expect(YOKOHAMA.name);
    there.press("はい、この施設です");
    register_person(&mut there, EMAIL);
    let letter = app.newest_mail_to(EMAIL);
    assert!(letter.body.contains(&format!("{csm_url}/activate/")), "{}", letter.body);
    assert!(letter.body.contains("医療機関等向け総合ポータルサイト"), "{}", letter.body);
    app.activate(&mut there, EMAIL);

    log_in(&mut there, EMAIL);
    there.open("/home").expect_not("この施設の窓口は");
    apply_by_match(&mut there, YOKOHAMA, 1);
    let approved = app.newest_mail_to(EMAIL);
    assert!(approved.body.contains(&csm_url), "{}", approved.body);

    let mut guest = app.portal();
    log_in(&mut guest, EMAIL);
    guest.open("/home").expect("この施設の窓口は、医療機関等向け総合ポータルサイトです");
    assert!(guest.page().attributes("main a", "href").contains(&format!("{csm_url}/home")));
    app.finish();
}

/// Presses the button that leads to the other address; answers the path there.
fn lead_over(browser: &mut Browser, csm_url: &str) -> String {
    let fields = [("csrf_token", browser.token()), ("prefecture", String::new()), ("code", YOKOHAMA.code.into())];
    let body = urlencoded(&fields.map(|(name, value)| (name.to_owned(), value)));
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = browser.send(Method::POST, "/register/facility/elsewhere", &form, body.as_bytes());
    assert_eq!(answer.status, 303, "{}", answer.text());
    let policy = browser.send(Method::GET, "/register/type", &[], &[]);
    let policy = policy.header("content-security-policy").expect("a policy").to_owned();
    assert!(policy.contains(&format!("{csm_url};")), "browsers hold a form's redirect to this: {policy}");
    let location = answer.header("location").expect("a way on");
    location.strip_prefix(csm_url).unwrap_or_else(|| panic!("not over there: {location}")).to_owned()
}
