//! Several facilities for one login.

use super::*;
use crate::error::Error;
use crate::grant::Grant;
use crate::ids::ApplicationId;
use crate::refusal::Refusal;
use crate::testing::NewFacility;
use chrono::NaiveDate;

#[tokio::test]
async fn one_login_speaks_for_several_facilities_one_at_a_time() {
    let house = House::new();
    house.account(EMAIL).await;
    let place =
        NewFacility {
            code: "1312345680", name: "もみじ鍼灸院", kind: FacilityKind::AcupunctureMassage, ..OFFICE
        };
    let second = house.write(|tx| testing::add_facility(tx, place)).unwrap();
    let (session, token) = house.sign_in(EMAIL, PASSWORD).await;
    assert!(!session.can_switch);
    let early = house.write(|tx| switch_facility(tx, &session, &second));
    assert!(matches!(early, Err(Error::NotFound)), "no seat there");

    house.write(|tx| join(tx, &session.account, &second)).unwrap();
    house.write(|tx| join(tx, &session.account, &second)).unwrap();
    let switched = house.write(|tx| switch_facility(tx, &session, &second)).unwrap();
    assert!(resume(&house.db, &token).await.unwrap().is_none(), "a new token");
    let now_there = resume(&house.db, &switched).await.unwrap().unwrap();
    assert_eq!((now_there.facility_name.as_str(), now_there.can_switch), ("もみじ鍼灸院", true));
    assert!(!now_there.scope().verified());
    assert_eq!(house.read(|c| list_facilities(c, &session.account)).len(), 2);

    let (again, _) = house.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(again.scope().facility(), &second, "the next login goes on where the last one was");
}

#[tokio::test]
async fn an_approval_verifies_its_applicant_alone() {
    let house = House::new();
    let one = house.account(EMAIL).await;
    house.account("jiro@example.jp").await;
    house
        .write(|tx| {
            let now = tx.now();
            verify_applicant(tx, &Grant::new(house.office.clone(), ApplicationId::mint(), one, now))
        })
        .unwrap();
    assert!(house.sign_in(EMAIL, PASSWORD).await.0.scope().verified());
    assert!(!house.sign_in("jiro@example.jp", PASSWORD).await.0.scope().verified());
}

#[tokio::test]
async fn nobody_joins_a_closed_facility() {
    let house = House::new();
    let account = house.account(EMAIL).await;
    let closed = NewFacility { code: "1312345681", closed_on: NaiveDate::from_ymd_opt(2026, 11, 1), ..OFFICE };
    let id = house.write(|tx| testing::add_facility(tx, closed)).unwrap();
    let refused = house.write(|tx| join(tx, &account, &id));
    assert!(matches!(refused, Err(Error::Refused(Refusal::FacilityClosed))));
}
