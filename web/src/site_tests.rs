//! Which of two sites a request came to.

use actix_web::test::TestRequest;
use actix_web::web::Data;

use super::*;
use crate::page::{SITE_CSM, SITE_OMF};

fn site(name: SiteName, origin: &str) -> Site {
    Site {
        name,
        origin: origin.into(),
        keyring: Arc::new(Keyring::from_master("a", &[1; 32])),
        trusted_proxies: vec![],
        phone: String::new(),
        cookies: PORTAL_COOKIES,
        face: Face::Pages,
    }
}

fn two() -> Data<Sites> {
    let sites = Sites::from(site(SITE_OMF, "https://omf.example")).and(site(SITE_CSM, "https://csm.example:8443"));
    Data::new(sites)
}

fn one() -> Data<Sites> {
    Data::new(site(SITE_OMF, "https://omf.example").into())
}

fn request(sites: Data<Sites>, headers: &[(&'static str, &'static str)]) -> HttpRequest {
    let request = TestRequest::get().app_data(sites);
    headers.iter().fold(request, |request, header| request.insert_header(*header)).to_http_request()
}

#[test]
fn the_host_alone_tells_the_site() {
    for (headers, site) in [
        (vec![("host", "omf.example")], kind::Site::Omf),
        (vec![("host", "omf.example:443")], kind::Site::Omf),
        (vec![("host", "csm.example:8443")], kind::Site::Csm),
        (vec![("host", "CSM.Example:8443")], kind::Site::Csm),
        (vec![("host", "csm.example")], kind::Site::Omf),
        (vec![("host", "evil.example")], kind::Site::Omf),
        (vec![], kind::Site::Omf),
        (vec![("host", "omf.example"), ("x-forwarded-host", "csm.example:8443")], kind::Site::Omf),
        (vec![("host", "omf.example"), ("forwarded", "host=\"csm.example:8443\"")], kind::Site::Omf),
    ] {
        let request = request(two(), &headers);
        assert_eq!((came_to(&request), which(&request)), (Some(site), site), "{headers:?}");
        assert_eq!(Site::of(&request).name, SiteName::of(site), "{headers:?}");
    }
}

#[test]
fn the_facility_in_hand_decides_what_a_page_speaks_for() {
    let request = request(two(), &[("host", "omf.example")]);
    SignedInAs {
        person: "山田 太郎".into(),
        facility: "あおば医院".into(),
        can_switch: false,
        watching: false,
        site: SITE_CSM,
        audience: Default::default(),
        unread: None,
        nav: &[],
    }
    .announce(&request);
    assert_eq!((came_to(&request), which(&request)), (Some(kind::Site::Omf), kind::Site::Csm));
    assert_eq!(frame(&request, "x").site, SITE_CSM);
}

#[test]
fn another_address_is_named_only_where_there_is_one() {
    let here = request(two(), &[("host", "omf.example")]);
    assert_eq!(elsewhere(&here, kind::Site::Csm), Some("https://csm.example:8443"));
    assert_eq!(elsewhere(&here, kind::Site::Omf), None);
    let alone = request(one(), &[("host", "csm.example:8443")]);
    assert_eq!((elsewhere(&alone, kind::Site::Csm), elsewhere(&alone, kind::Site::Omf)), (None, None));
    assert_eq!((came_to(&alone), which(&alone)), (None, kind::Site::Omf));
}

#[test]
fn forms_may_lead_to_the_other_site_and_nowhere_else() {
    let policy = |sites: &Sites| sites.policy().to_str().expect("ascii").to_owned();
    assert!(policy(&two()).contains("form-action 'self' https://omf.example https://csm.example:8443; base-uri"));
    assert_eq!(policy(&one()), headers::CSP);
}
