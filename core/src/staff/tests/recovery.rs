//! Recovery codes: once each, typed as people type, and never kept as they are.

use super::*;
use crate::schema::staff_recovery_codes;

#[tokio::test]
async fn each_of_ten_codes_lets_its_person_in_once() {
    let (db, hasher) = (test_db(), hasher());
    let (_, codes) = working_with_codes(&db, &hasher).await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    let typed = codes[0].to_lowercase().replace('-', "ー");
    let seat = opened(&db, &hasher).await;
    assert!(matches!(pass(&db, &seat, &typed), Ok(SecondFactorOutcome::Passed(_))), "{typed}");
    let again = opened(&db, &hasher).await;
    assert!(matches!(pass(&db, &again, &codes[0]), Ok(SecondFactorOutcome::Wrong { .. })), "used");
    assert!(matches!(pass(&db, &again, &codes[1]), Ok(SecondFactorOutcome::Passed(_))));
    let left = db.read_blocking(|c| recovery_codes_left(c, &again.staff)).expect("reads");
    assert_eq!(left, 8);
    let mailed = db.read_blocking(letters).expect("reads");
    assert_eq!(mailed.iter().filter(|(name, _)| name == "staff_recovery_code_used").count(), 2, "the person is told");
    let kept: Vec<String> = db
        .read_blocking(|c| Ok(staff_recovery_codes::table.select(staff_recovery_codes::mac).load(c)?))
        .expect("reads");
    assert!(codes.iter().all(|code| kept.iter().all(|mac| !mac.contains(&code.replace('-', "")))));
}

#[tokio::test]
async fn a_code_of_somebody_else_is_worth_nothing() {
    let (db, hasher) = (test_db(), hasher());
    let (_, codes) = working_with_codes(&db, &hasher).await;
    let seat = opened(&db, &hasher).await;
    let stranger = add_staff(&db, Role::Support);
    let moved = staff_recovery_codes::table.filter(staff_recovery_codes::staff_id.eq(&seat.staff));
    db.read_blocking(|c| {
        diesel::update(moved).set(staff_recovery_codes::staff_id.eq(stranger.staff())).execute(c)?;
        Ok(())
    })
    .expect("somebody with the database moves the rows");
    let takes = |id: &crate::ids::StaffId| {
        db.write_blocking(Actor::system(), |tx| crate::staff::recovery::take(tx, &keyring(), id, &codes[0]))
    };
    assert!(!takes(stranger.staff()).expect("an answer"), "a hash fits its own person alone");
    assert!(!takes(&seat.staff).expect("an answer"), "who has none left");
}

#[tokio::test]
async fn a_new_set_takes_a_current_code_and_ends_the_old_one() {
    let (db, hasher) = (test_db(), hasher());
    let (app, old) = working_with_codes(&db, &hasher).await;
    let seat = opened(&db, &hasher).await;
    let make = |code: &str| {
        db.write_blocking(Actor::system(), |tx| new_recovery_codes(tx, &keyring(), &seat, code)).expect("an outcome")
    };
    assert!(matches!(make("000000"), NewSet::Wrong { left: 4 }));
    let NewSet::Made(new) = make(&code(&db, &app)) else { panic!("not made") };
    assert!(matches!(pass(&db, &seat, &old[0]), Ok(SecondFactorOutcome::Wrong { .. })));
    assert!(matches!(pass(&db, &seat, &new.reveal()[9]), Ok(SecondFactorOutcome::Passed(_))));
    assert_eq!(format!("{new:?}"), "RecoverySet(secret)");
}

#[tokio::test]
async fn guessing_codes_ends_with_the_tries_of_the_second_factor() {
    let (db, hasher) = (test_db(), hasher());
    let (_, codes) = working_with_codes(&db, &hasher).await;
    let seat = opened(&db, &hasher).await;
    for _ in 0..5 {
        assert!(matches!(pass(&db, &seat, "AAAA-AAAA-AAAA-AAAA"), Ok(SecondFactorOutcome::Wrong { .. })));
    }
    assert!(matches!(pass(&db, &seat, &codes[0]), Ok(SecondFactorOutcome::Throttled { .. })));
}
