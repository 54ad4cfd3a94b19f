//! Letters about accounts lead to the portal site of the facility they are about.

use super::*;
use crate::facility::kind::Site;
use crate::fold;
use crate::testing::CLINIC;

/// The site a letter names, leads to and is marked with.
fn is_from(letter: &Message, site: Site) {
    let (own, other) = match site {
        Site::Omf => ("https://portal.example/", "https://csm.example/"),
        Site::Csm => ("https://csm.example/", "https://portal.example/"),
    };
    assert_eq!(letter.site, Some(site), "{}", letter.body);
    assert!(letter.body.contains(own) && !letter.body.contains(other), "{}", letter.body);
    assert!(letter.body.contains(site.name()), "{}", letter.body);
}

#[tokio::test]
async fn a_registration_is_finished_at_the_site_of_its_facility() {
    for (place, site) in [(OFFICE, Site::Omf), (CLINIC, Site::Csm)] {
        let (mut house, visitor) = (House::new(), PlainToken::mint().hash());
        house.office =
            house.write(|tx| testing::add_facility(tx, testing::NewFacility { code: "1311111111", ..place })).unwrap();
        house.register(&visitor, EMAIL).await;
        is_from(&house.compose::<mail::Activation>().expect("a letter"), site);
    }
}

#[tokio::test]
async fn a_new_password_is_set_at_the_site_where_it_was_asked_for() {
    let house = House::new();
    let clinic = house.write(|tx| testing::add_facility(tx, CLINIC)).unwrap();
    house.write(|tx| testing::add_member(tx, &clinic, EMAIL, true)).unwrap();
    let email = fold::email(EMAIL, 40).unwrap();
    for (asked_at, site) in [(None, Site::Csm), (Some(Site::Omf), Site::Omf), (Some(Site::Csm), Site::Csm)] {
        house.db.clock.advance(chrono::Duration::minutes(2));
        house.write(|tx| ask_for_reset(tx, &house.keyring, RULES, &email, asked_at)).unwrap();
        is_from(&house.compose::<mail::PasswordReset>().expect("a letter"), site);
    }
}

#[test]
fn a_reset_asked_for_before_there_were_two_sites_is_still_written() {
    let old: mail::PasswordReset =
        serde_json::from_str(r#"{"account":"0193a7f0-0000-7000-8000-000000000000"}"#).unwrap();
    assert_eq!(old.site, None);
}
