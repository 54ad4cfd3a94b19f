//! A registration goes on at the other site.

use chrono::Duration;

use super::*;
use crate::error::Error;
use crate::refusal::Refusal;
use crate::secret::PlainToken;

/// Two cookies of one person: one at each site.
fn two() -> (TokenHash, TokenHash) {
    (PlainToken::mint().hash(), PlainToken::mint().hash())
}

fn draft_of(house: &House, visitor: &TokenHash) -> Draft {
    let now = house.db.clock().now().into();
    house.read(|c| find_draft(c, visitor, now))
}

#[tokio::test]
async fn the_draft_goes_over_once_and_the_password_stays_behind() {
    let (house, (here, there)) = (House::new(), two());
    house.draft(&here, EMAIL).await;
    house.draft(&there, "an-earlier-try@example.jp").await;
    let link = house.write(|tx| hand_over(tx, &here)).unwrap().hash();
    let now = house.db.clock().now().into();
    let looked = house.read(|c| look_at_handover(c, &link, now));
    assert_eq!(looked.person, draft_of(&house, &here).person, "looking changes nothing");

    let taken = house.write(|tx| take_over(tx, &link, &there)).unwrap();
    assert_eq!(taken, draft_of(&house, &there));
    assert_eq!(taken.person.as_ref().map(|person| person.email.as_typed()), Some(EMAIL));
    assert_eq!((taken.has_password, taken.next_step()), (false, Step::Person), "the password is asked for again");
    assert_eq!(draft_of(&house, &here), Draft::default(), "it is in one place");
    let again = house.write(|tx| take_over(tx, &link, &here));
    assert!(matches!(again, Err(Error::Refused(Refusal::LinkUsed))));
}

#[tokio::test]
async fn a_link_to_the_other_site_is_short_lived_and_the_newest_counts() {
    let (house, (here, there)) = (House::new(), two());
    house.draft(&here, EMAIL).await;
    let old = house.write(|tx| hand_over(tx, &here)).unwrap().hash();
    let new = house.write(|tx| hand_over(tx, &here)).unwrap().hash();
    let replaced = house.write(|tx| take_over(tx, &old, &there));
    assert!(matches!(replaced, Err(Error::Refused(Refusal::LinkReplaced))));
    house.db.clock.advance(HANDOVER_WITHIN - Duration::seconds(1));
    let now = house.db.clock().now().into();
    assert_eq!(house.read(|c| look_at_handover(c, &new, now)).kind, Some(FacilityKind::JudoTherapy));
    house.db.clock.advance(Duration::seconds(1));
    let expired = house.write(|tx| take_over(tx, &new, &there));
    assert!(matches!(expired, Err(Error::Refused(Refusal::LinkExpired))));
    assert_eq!(draft_of(&house, &there), Draft::default());
    assert_ne!(draft_of(&house, &here), Draft::default(), "nothing is lost where it was typed");
}

#[tokio::test]
async fn nothing_begun_is_nothing_to_hand_over() {
    let (house, (here, there)) = (House::new(), two());
    let link = house.write(|tx| hand_over(tx, &here)).unwrap().hash();
    assert!(matches!(house.write(|tx| take_over(tx, &link, &there)), Err(Error::NotFound)));
    let unknown = PlainToken::mint().hash();
    assert!(matches!(house.write(|tx| take_over(tx, &unknown, &there)), Err(Error::NotFound)));
}
