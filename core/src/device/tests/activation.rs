//! Activating, rightly and wrongly.

use super::*;
use crate::refusal::Refusal;
use crate::schema::{credentials, facilities, throttles};

fn key() -> DeviceKey {
    DeviceKey::generate()
}

#[test]
fn the_four_values_activate_once_and_the_secrets_are_gone() {
    let (office, id) = office_with_device();
    let attempt = office.attempt(&id, &key());
    office.activate(&attempt);
    let device = office.device(&id);
    assert_eq!((device.state, device.activated_at), (DeviceState::Active, Some(office.db.clock.now().into())));
    assert_eq!(office.sealed(&id), [None]);
    let hidden = office.db.write_blocking(Actor::system(), |tx| reveal(tx, &keyring(), &office.scope, &id));
    assert!(matches!(hidden, Err(crate::error::Error::Refused(Refusal::ActivationOver))));
    let standing = office.db.read_blocking(|c| code_standings(c, &[device], office.db.clock.now().into())).unwrap();
    assert!(matches!(standing[&id], CodeStanding::Used { .. }));
}

#[test]
fn what_is_typed_in_another_case_and_width_is_the_same() {
    let (office, id) = office_with_device();
    let plain = office.attempt(&id, &key());
    let wide = |text: &str| text.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect::<String>();
    office.activate(&Attempt {
        facility_code: format!(" {} ", wide(&plain.facility_code)),
        user_id: wide(&plain.user_id).replace('Ｗ', "ｗ"),
        password: plain.password.to_uppercase(),
        code: wide(&plain.code.to_lowercase()),
        ..plain
    });
}

#[test]
fn the_same_key_gets_the_same_device_again_and_another_key_does_not() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    let (first, again) = (office.activate(&mine), office.activate(&mine));
    assert_eq!(first.client_id, again.client_id);
    assert_ne!(first.registration_token, again.registration_token);
    assert!(matches!(office.try_activate(&Attempt { key: key().jwk(), ..mine }), Outcome::Wrong));
    let count: i64 = office.db.read_blocking(|c| Ok(credentials::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn after_a_stop_even_the_same_key_is_refused() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    office.activate(&mine);
    write(&office.db, |tx| suspend(tx, &office.scope, &id));
    assert!(matches!(office.try_activate(&mine), Outcome::Wrong));
    write(&office.db, |tx| revoke(tx, &office.scope, &id));
    assert!(matches!(office.try_activate(&mine), Outcome::Wrong));
}

#[test]
fn any_one_wrong_value_is_wrong_and_five_end_the_code() {
    let good = office_with_device().0;
    let other = good.issue(1).remove(0);
    let mine = good.attempt(&other, &key());
    let foreign = good.issue(1).remove(0);
    let theirs = good.attempt(&foreign, &key());
    let wrong: [fn(Attempt, &Attempt) -> Attempt; 4] = [
        |mine, _| Attempt { facility_code: "1399999999".into(), ..mine },
        |mine, theirs| Attempt { user_id: theirs.user_id.clone(), ..mine },
        |mine, theirs| Attempt { password: theirs.password.clone(), ..mine },
        |mine, theirs| Attempt { code: theirs.code.clone(), ..mine },
    ];
    for spoil in wrong {
        assert!(matches!(good.try_activate(&spoil(mine.clone(), &theirs)), Outcome::Wrong));
    }
    assert!(matches!(good.try_activate(&wrong[2](mine.clone(), &theirs)), Outcome::Wrong));
    assert!(matches!(good.try_activate(&mine), Outcome::Wrong), "the code has ended");
    assert_eq!(good.sealed(&other), [None]);
    let device = good.device(&other);
    let standing = good.db.read_blocking(|c| code_standings(c, &[device], good.db.clock.now().into())).unwrap();
    assert_eq!(standing[&other], CodeStanding::TriedTooOften);
}

#[test]
fn four_wrong_tries_leave_the_code_usable() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    for _ in 0..4 {
        office.try_activate(&Attempt { password: "abcdefghjkmn".into(), ..mine.clone() });
    }
    office.activate(&mine);
}

#[test]
fn a_typing_slip_costs_no_try() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    let last = mine.code.chars().last().unwrap();
    let slipped = format!("{}{}", &mine.code[..15], if last == '0' { '1' } else { '0' });
    for _ in 0..10 {
        assert!(matches!(office.try_activate(&Attempt { code: slipped.clone(), ..mine.clone() }), Outcome::Slip(_)));
    }
    let counters: i64 = office.db.read_blocking(|c| Ok(throttles::table.count().get_result(c)?)).unwrap();
    assert_eq!(counters, 0);
    office.activate(&mine);
}

#[test]
fn an_expired_code_is_wrong_and_its_secrets_are_swept() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    office.db.clock.advance(chrono::Duration::days(CODE_DAYS));
    assert!(matches!(office.try_activate(&mine), Outcome::Wrong));
    assert_eq!(write(&office.db, expire_activations), 1);
    assert_eq!(write(&office.db, expire_activations), 0);
    assert_eq!(office.sealed(&id), [None]);
}

#[test]
fn nobody_activates_for_a_closed_facility() {
    let (office, id) = office_with_device();
    let mine = office.attempt(&id, &key());
    let today = crate::clock::tokyo_date(office.db.clock.now());
    write(&office.db, |tx| {
        Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(today)).execute(tx.conn())?)
    });
    assert!(matches!(office.try_activate(&mine), Outcome::Wrong));
    assert_eq!(office.device(&id).state, DeviceState::Issued);
}

#[test]
fn an_address_and_a_facility_that_try_too_often_must_wait() {
    for (limit, spread_addresses) in [(60, false), (30, true)] {
        let (office, id) = office_with_device();
        let mine = office.attempt(&id, &key());
        let guess = |n: u32| Attempt {
            facility_code: if spread_addresses { mine.facility_code.clone() } else { format!("13{n:08}") },
            address: if spread_addresses { format!("192.0.2.{n}") } else { mine.address.clone() },
            code: crate::secret::ActivationCode::mint().reveal().into(),
            user_id: "W9999999".into(),
            ..mine.clone()
        };
        for n in 0..limit {
            assert!(matches!(office.try_activate(&guess(n)), Outcome::Wrong), "{n}");
        }
        let Outcome::Throttled { retry_after_seconds } = office.try_activate(&mine) else { panic!("not throttled") };
        assert_eq!(retry_after_seconds, 15 * 60);
        office.db.clock.advance(chrono::Duration::minutes(15));
        office.activate(&mine);
    }
}
