//! Issuing and showing.

use super::*;
use crate::error::Error;
use crate::facility::kind::FacilityKind;
use crate::refusal::Refusal;
use crate::schema::{audit_events, devices};
use crate::testing::{NewFacility, OFFICE};

#[test]
fn issued_devices_have_an_id_a_password_and_a_code_each() {
    let office = office();
    let ids = office.issue(3);
    let shown: Vec<Settings> = ids.iter().map(|id| office.settings(id)).collect();
    for (id, settings) in ids.iter().zip(&shown) {
        assert_eq!(office.device(id).state, DeviceState::Issued);
        assert_eq!(settings.facility_code, OFFICE.code);
        let digits = settings.user_id.strip_prefix('W').unwrap();
        assert!(digits.len() == 7 && digits.bytes().all(|b| b.is_ascii_digit()), "{}", settings.user_id);
    }
    let different =
        |of: fn(&Settings) -> &String| shown.iter().map(of).collect::<std::collections::HashSet<_>>().len() == 3;
    assert!(different(|s| &s.user_id) && different(|s| &s.password) && different(|s| &s.code));
}

#[test]
fn the_database_alone_reveals_neither_password_nor_code() {
    let (office, id) = office_with_device();
    let settings = office.settings(&id);
    let rows: Vec<(String, String, Option<String>)> = office
        .db
        .read_blocking(|c| {
            let columns = (activations::code_mac, activations::password_mac, activations::sealed);
            Ok(activations::table.select(columns).load(c)?)
        })
        .unwrap();
    let text = format!("{rows:?}");
    assert!(!text.contains(&settings.code) && !text.contains(&settings.password));
}

#[test]
fn an_application_gets_at_most_twenty_devices() {
    let office = office();
    office.issue(15);
    let refused = office.db.write_blocking(Actor::system(), |tx| issue(tx, &keyring(), &office.grant, 6, CODE_DAYS));
    assert!(matches!(refused, Err(Error::Refused(Refusal::TooManyDevices))));
    assert_eq!(office.issue(5).len(), 5);
    let too_many =
        office.db.write_blocking(Actor::system(), |tx| issue(tx, &keyring(), &office.grant, u32::MAX, CODE_DAYS));
    assert!(matches!(too_many, Err(Error::Refused(Refusal::TooManyDevices))));
    let count: i64 = office.db.read_blocking(|c| Ok(devices::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 20);
}

#[test]
fn facilities_that_share_a_code_never_share_an_id() {
    let office = office();
    let other = write(&office.db, |tx| {
        let place = NewFacility { kind: FacilityKind::Insurer, ..OFFICE };
        let facility = t::add_facility(tx, place)?;
        let scope = t::add_member(tx, &facility, "jiro@example.jp", true)?;
        t::approved(tx, &scope)
    });
    let mine = office.issue(20);
    write(&office.db, |tx| issue(tx, &keyring(), &other, 20, CODE_DAYS));
    let ids: Vec<String> = office.db.read_blocking(|c| Ok(devices::table.select(devices::user_id).load(c)?)).unwrap();
    assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), mine.len() * 2);
}

#[test]
fn a_facility_is_registered_once() {
    let office = office();
    let again = office.db.write_blocking(Actor::system(), |tx| registration::register(tx, &office.grant, 1));
    assert!(matches!(again, Err(Error::Refused(Refusal::UsageStartApproved))));
}

#[test]
fn nobody_else_sees_a_device() {
    let (office, id) = office_with_device();
    let strangers = write(&office.db, |tx| {
        let elsewhere = t::add_facility(tx, NewFacility { code: "1300000001", ..OFFICE })?;
        Ok([
            t::add_member(tx, &elsewhere, "stranger@example.jp", true)?,
            t::add_member(tx, office.scope.facility(), "new@example.jp", false)?,
        ])
    });
    for scope in &strangers {
        let write = |work: &dyn Fn(&mut Tx<'_>) -> Result<()>| office.db.write_blocking(Actor::system(), |tx| work(tx));
        let refusals = [
            write(&|tx| reveal(tx, &keyring(), scope, &id).map(drop)),
            write(&|tx| set_label(tx, scope, &id, "x")),
            write(&|tx| suspend(tx, scope, &id)),
            write(&|tx| resume(tx, scope, &id)),
            write(&|tx| revoke(tx, scope, &id)),
            write(&|tx| reissue(tx, &keyring(), scope, &id, Replacement::Lost, CODE_DAYS)),
        ];
        assert!(refusals.iter().all(|r| matches!(r, Err(Error::NotFound))), "{refusals:?}");
        assert!(office.db.read_blocking(|c| list_in_scope(c, scope)).unwrap().is_empty());
    }
    assert_eq!(office.device(&id).state, DeviceState::Issued);
}

#[test]
fn every_showing_is_recorded() {
    let office = office();
    office.issue(2);
    let shown = write(&office.db, |tx| reveal_all(tx, &keyring(), &office.scope));
    office.settings(&shown[0].0.id);
    let revealed = audit_events::table.filter(audit_events::action.eq("device.revealed"));
    let count: i64 = office.db.read_blocking(|c| Ok(revealed.count().get_result(c)?)).unwrap();
    assert_eq!((shown.len(), count), (2, 3));
}

#[test]
fn settings_debug_as_a_constant() {
    let (office, id) = office_with_device();
    assert_eq!(format!("{:?}", office.settings(&id)), "Settings(secret)");
}
