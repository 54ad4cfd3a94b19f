//! Two sites of one program: names, faces, who is at home where, and what every
//! page tells.

use chrono::{DateTime, Utc};
use uketsuke_core::testing::{CLINIC, add_facility, add_member, sign_in};

use super::*;

#[actix_web::test]
async fn each_host_has_its_name_and_its_colours() {
    let world = World::with_two_addresses();
    for (host, name, key, icon) in
        [(OMF, "施術所等ポータル", "omf", "/assets/icon."), (CSM, "医療機関等ポータル", "csm", "/assets/icon-csm.")]
    {
        for path in ["/", "/login", "/register/type", "/terms", "/nowhere"] {
            let page = world.visitor_at(host).get(path).await;
            assert!(page.has(&format!("｜{name}</title>")), "{host}{path}");
            assert!(page.has(&format!("<html lang=\"ja\" data-site=\"{key}\">")) && page.has(icon), "{host}{path}");
        }
    }
    let one = World::new();
    assert!(one.visitor_at(CSM).get("/").await.has("data-site=\"omf\""), "without a second address: one face");
}

/// A person of a clinic, signed in at this host.
fn of_a_clinic<'w>(world: &'w World, host: &'static str) -> Browser<'w> {
    let token = world.write(|tx| {
        let clinic = add_facility(tx, CLINIC)?;
        let scope = add_member(tx, &clinic, "incho@example.jp", true)?;
        sign_in(tx, &scope)
    });
    let mut browser = world.visitor_at(host);
    browser.cookies.insert("__Host-portal".to_owned(), token.reveal().to_owned());
    browser
}

#[actix_web::test]
async fn the_face_follows_the_facility_in_hand_and_home_names_its_own_site() {
    let world = World::with_two_addresses();
    let home = of_a_clinic(&world, OMF).get("/home").await;
    assert!(home.has("data-site=\"csm\""), "{}", home.html);
    assert!(
        home.has("この施設の窓口は、<a href=\"https://csm.example/home\">医療機関等向け総合ポータルサイト</a>です"),
        "{}",
        home.html
    );
    for (world, host) in [(World::with_two_addresses(), CSM), (World::new(), OMF)] {
        assert!(!of_a_clinic(&world, host).get("/home").await.has("この施設の窓口は"), "{host}");
    }
}

#[actix_web::test]
async fn a_new_password_leads_to_the_site_it_was_asked_for_at() {
    for (two, host, leads_to) in [(true, OMF, OMF), (true, CSM, CSM), (false, OMF, OMF)] {
        let world = if two { World::with_two_addresses() } else { World::new() };
        world.register(EMAIL).await;
        world.db.clock.advance(chrono::Duration::minutes(2));
        world.visitor_at(host).post("/reset", &[("email", EMAIL)]).await;
        let letter = world.write(testing::compose_last::<PasswordReset>).expect("a letter");
        assert!(letter.body.contains(&format!("https://{leads_to}/reset/")), "{host}: {}", letter.body);
    }
}

#[actix_web::test]
async fn every_page_says_whether_the_call_centre_answers_now() {
    let world = World::new();
    let ten: DateTime<Utc> = "2026-11-24T01:00:00Z".parse().expect("a Tuesday in Japan");
    world.db.clock.advance(ten - world.db.clock.now());
    for path in ["/", "/login", "/register/type", "/nowhere", "/home"] {
        let page = world.visitor().get(path).await;
        let told = page.has("ただいま受付中です") || page.status == StatusCode::SEE_OTHER;
        assert!(told, "{path}: {}", page.html);
    }
    world.db.clock.advance(chrono::Duration::hours(8));
    for path in ["/", "/nowhere"] {
        assert!(world.visitor().get(path).await.has("ただいま受付時間外です"), "{path}");
    }
}
