//! A facility that begins to register at the wrong site is led to the other with
//! what was typed: with an address for each site, and with one for both.

use chrono::Duration;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::testing::{NewFacility, add_facility};

use super::*;

const SURGERY: NewFacility<'_> =
    NewFacility { kind: FacilityKind::PaperMedical, code: "1310000017", name: "ひまわり医院", ..OFFICE };
const OMF_NAME: &str = "施術所等向け総合ポータルサイト";
const CSM_NAME: &str = "医療機関等向け総合ポータルサイト";

/// The path of an address at the second site.
fn at_csm(location: &str) -> &str {
    location.strip_prefix("https://csm.example").unwrap_or_else(|| panic!("not at the second site: {location}"))
}

fn with_surgery(world: World) -> World {
    world.write(|tx| add_facility(tx, SURGERY));
    world
}

/// Begins at `omf` up to the check page, then finds that it is a surgery.
async fn led_over_by_kind(world: &World) -> (Browser<'_>, String) {
    let mut here = world.visitor();
    here.fill_registration(EMAIL).await;
    let led = here.post("/register/type", &[("kind", "paper_medical")]).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    (here, at_csm(&led.location).to_owned())
}

#[actix_web::test]
async fn each_site_offers_its_own_kinds_first() {
    let world = World::with_two_addresses();
    for (host, own, other, first, last) in [
        (OMF, OMF_NAME, CSM_NAME, "柔道整復師の施術所", "大型チェーン薬局"),
        (CSM, CSM_NAME, OMF_NAME, "大型チェーン薬局", "柔道整復師の施術所"),
    ] {
        let page = world.visitor_at(host).get("/register/type").await;
        let at = |words: &str| page.html.find(words).unwrap_or_else(|| panic!("{host}: no {words}"));
        assert!(at(&format!("{own}で登録する施設")) < at(first), "{host}");
        assert!(at(first) < at(&format!("{other}で登録する施設")), "{host}");
        assert!(at(&format!("{other}で登録する施設")) < at(last), "{host}");
        assert!(page.has(&format!("{other}へ移ります")) && !page.has(&format!("{own}へ移ります")), "{host}");
        assert_eq!(page.html.matches("id=\"kind\"").count(), 1, "the fault summary leads to one place");
    }
}

#[actix_web::test]
async fn a_kind_of_the_other_site_goes_on_there_with_what_was_typed() {
    let world = with_surgery(World::with_two_addresses());
    let (mut here, path) = led_over_by_kind(&world).await;
    let mut there = world.visitor_at(CSM);
    for _ in 0..2 {
        let page = there.get(&path).await;
        assert!(page.has("登録を続ける") && page.has("義務化対象外（紙レセプト）医科"), "{}", page.html);
        assert!(page.has(OFFICE.code) && page.has(CSM_NAME), "{}", page.html);
        assert!(!page.has(EMAIL) && !page.has("山田"), "a link shows no person");
        assert!(!page.has(&format!("address\">{path}")), "the token is not printed");
    }
    assert_eq!(there.get("/register/person").await.location, "/register/type", "looking takes nothing over");

    assert_eq!(there.post(&path, &[]).await.location, "/register/facility");
    let code = there.get("/register/facility").await;
    assert!(code.has(OFFICE.code) && code.has("義務化対象外（紙レセプト）医科"), "{}", code.html);
    let found = there.post("/register/facility", &[("prefecture", "13"), ("code", "0000017")]).await;
    assert_eq!(found.location, "/register/facility/confirm");
    assert_eq!(there.post("/register/facility/confirm", &[]).await.location, "/register/person");
    let person = there.get("/register/person").await;
    for typed in ["山田", "太郎", "0312345678", EMAIL] {
        assert!(person.has(&format!("value=\"{typed}\"")), "{typed}");
    }
    assert!(!person.has("パスワードは入力済みです"), "the password stayed behind");
    assert_eq!(there.get("/register/check").await.location, "/register/person");
    there.post("/register/person", &person_fields()).await;
    assert_eq!(there.post("/register/check", &[("consent", "yes")]).await.location, "/register/sent");
    assert_eq!(there.post("/register/check", &[("consent", "yes")]).await.location, "/register/sent");
    let letter = world.write(testing::compose_last::<Activation>).expect("a letter");
    assert!(letter.body.contains("https://csm.example/activate/"), "{}", letter.body);
    assert_eq!(here.get("/register/person").await.location, "/register/type", "it is in one place");
}

fn person_fields() -> Vec<(&'static str, &'static str)> {
    person(EMAIL).to_vec()
}

#[actix_web::test]
async fn a_link_over_works_once_and_says_so_afterwards() {
    let world = with_surgery(World::with_two_addresses());
    let (_, path) = led_over_by_kind(&world).await;
    let (mut there, mut stranger) = (world.visitor_at(CSM), world.visitor_at(CSM));
    there.post(&path, &[]).await;
    assert_eq!(there.post(&path, &[]).await.location, "/register/facility", "pressed twice");
    for answer in [stranger.get(&path).await, stranger.post(&path, &[]).await] {
        assert!(answer.has("すでに引き継がれています") && answer.has("href=\"/register\""), "{}", answer.html);
    }
    assert_eq!(stranger.get("/register/facility").await.location, "/register/type", "and has nothing of it");

    let (_, path) = led_over_by_kind(&world).await;
    world.db.clock.advance(Duration::minutes(10));
    for answer in [stranger.get(&path).await, stranger.post(&path, &[]).await] {
        assert!(answer.has("期限が切れています") && answer.has("登録を始める"), "{}", answer.html);
    }
    let unknown = stranger.get("/register/continue/0000000000000000000000000000000000000000000").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.has("このリンクは使えません") && unknown.has("登録を始める"));
}

#[actix_web::test]
async fn a_draft_of_the_other_site_is_led_on_from_the_kind() {
    let world = with_surgery(World::with_two_addresses());
    let (mut here, first) = led_over_by_kind(&world).await;
    for step in ["/register/facility", "/register/person", "/register/check"] {
        assert_eq!(here.get(step).await.location, "/register/type", "{step}");
    }
    let kinds = here.get("/register/type").await;
    let chosen = kinds.html.split("value=\"paper_medical\"").nth(1).and_then(|rest| rest.split('>').next());
    assert!(chosen.is_some_and(|rest| rest.ends_with("checked")), "{chosen:?}");
    let again = here.post("/register/type", &[("kind", "paper_medical")]).await;
    assert!(again.location.starts_with("https://csm.example/register/continue/"));
    assert_ne!(at_csm(&again.location), first);
    let back = here.post("/register/type", &[("kind", "judo_therapy")]).await;
    assert_eq!(back.location, "/register/facility", "a slip is mended where it was made");
    assert!(here.get("/register/facility").await.has(OFFICE.code));
}

#[actix_web::test]
async fn a_code_of_the_other_site_is_told_and_goes_on_there() {
    let world = with_surgery(World::with_two_addresses());
    let mut here = world.visitor();
    here.post("/register/type", &[("kind", "judo_therapy")]).await;
    let typed = "１３１-００００-０１７";
    let told = here.post("/register/facility", &[("code", typed)]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sentence = format!("この番号の施設「ひまわり医院」は、{CSM_NAME}で登録します");
    assert!(told.has(&sentence) && told.has(&format!("{CSM_NAME}で登録を続ける")), "{}", told.html);
    assert!(told.has("action=\"/register/facility/elsewhere\"") && told.has(&format!("value=\"{typed}\"")));
    let glimpse = here.get("/register/facility/lookup?kind=judo_therapy&code=1310000017").await;
    assert!(glimpse.has(&sentence), "said while it is typed: {}", glimpse.html);

    let led = here.post("/register/facility/elsewhere", &[("code", typed)]).await;
    let path = at_csm(&led.location).to_owned();
    let mut there = world.visitor_at(CSM);
    assert!(there.get(&path).await.has(typed));
    assert_eq!(there.post(&path, &[]).await.location, "/register/facility/confirm");
    let confirm = there.get("/register/facility/confirm").await;
    assert!(confirm.has("ひまわり医院") && confirm.has("この施設ですか"), "{}", confirm.html);
    let code = there.get("/register/facility").await;
    assert!(code.has(typed) && code.has("value=\"13\" selected"), "{}", code.html);
}

#[actix_web::test]
async fn a_practice_at_the_site_of_clinics_is_led_over_too() {
    let world = World::with_two_addresses();
    let mut here = world.visitor_at(CSM);
    here.post("/register/type", &[("kind", "clinic")]).await;
    let fields = [("prefecture", "13"), ("code", OFFICE.code)];
    let told = here.post("/register/facility", &fields).await;
    assert!(told.has("「さくら接骨院」は、施術所等向け総合ポータルサイトで登録します"), "{}", told.html);
    let led = here.post("/register/facility/elsewhere", &fields).await;
    assert!(led.location.starts_with("https://portal.example/register/continue/"), "{}", led.location);
}

#[actix_web::test]
async fn what_neither_site_knows_is_not_found_as_before() {
    let world = World::with_two_addresses();
    let mut here = world.visitor();
    here.post("/register/type", &[("kind", "judo_therapy")]).await;
    let told = here.post("/register/facility", &[("code", "1310000099")]).await;
    assert!(told.has("この番号は見つかりません") && !told.has("/register/facility/elsewhere"), "{}", told.html);
    let nowhere = here.post("/register/facility/elsewhere", &[("code", "1310000099")]).await;
    assert_eq!(nowhere.location, "/register/facility");
    let closed = NewFacility { closed_on: "2020-01-01".parse().ok(), ..SURGERY };
    world.write(|tx| add_facility(tx, closed));
    let told = here.post("/register/facility", &[("code", SURGERY.code)]).await;
    assert!(!told.has("/register/facility/elsewhere"), "a closed one is led nowhere: {}", told.html);
}

#[actix_web::test]
async fn with_one_address_for_both_only_the_face_changes() {
    let world = with_surgery(World::new());
    let mut browser = world.visitor();
    let kinds = browser.get("/register/type").await;
    assert!(kinds.has("data-site=\"omf\"") && !kinds.has("へ移ります"));
    assert_eq!(browser.post("/register/type", &[("kind", "paper_medical")]).await.location, "/register/facility");
    let code = browser.get("/register/facility").await;
    assert!(code.has("data-site=\"csm\"") && code.has(CSM_NAME), "{}", code.html);
    browser.post("/register/type", &[("kind", "judo_therapy")]).await;
    assert!(browser.get("/register/facility").await.has("data-site=\"omf\""));

    let told = browser.post("/register/facility", &[("code", SURGERY.code)]).await;
    assert!(told.has(&format!("{CSM_NAME}で登録を続ける")), "{}", told.html);
    let led = browser.post("/register/facility/elsewhere", &[("code", SURGERY.code)]).await;
    assert_eq!(led.location, "/register/facility/confirm");
    let confirm = browser.get("/register/facility/confirm").await;
    assert!(confirm.has("ひまわり医院") && confirm.has("data-site=\"csm\""), "{}", confirm.html);
}
