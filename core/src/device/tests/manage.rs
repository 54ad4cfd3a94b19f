//! Label, reissue, suspend, resume, revoke; and the letters that tell of it.

use super::*;
use crate::error::Error;
use crate::link::{self, LinkPurpose};
use crate::refusal::Refusal;
use crate::schema::devices;
use crate::testing::{compose_last, letters};

fn active() -> (Office, DeviceId, Activated) {
    let (office, id) = office_with_device();
    let activated = office.activate(&office.attempt(&id, &DeviceKey::generate()));
    (office, id, activated)
}

#[test]
fn a_label_is_kept_as_one_line_or_its_fault_is_named() {
    let (office, id) = office_with_device();
    write(&office.db, |tx| set_label(tx, &office.scope, &id, " 受付の\nスマホ "));
    assert_eq!(office.device(&id).label, "受付の スマホ");
    let long = "あ".repeat(LABEL_MAX_CHARS + 1);
    let refused = office.db.write_blocking(Actor::system(), |tx| set_label(tx, &office.scope, &id, &long));
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors.has("label")));
    write(&office.db, |tx| set_label(tx, &office.scope, &id, ""));
    assert_eq!(office.device(&id).name(), office.device(&id).user_id);
}

#[test]
fn a_reissue_leaves_the_old_device_working_until_the_new_one_is_set_up() {
    let (office, id, old) = active();
    let old_token = office.claims(&old);
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, &id, Replacement::Again, CODE_DAYS));
    assert!(matches!(office.check(&old_token), Checked::Active(_)));
    let new = office.activate(&office.attempt(&id, &DeviceKey::generate()));
    assert_eq!(office.check(&old_token), Checked::Inactive(Reason::Ended));
    assert!(matches!(office.check(&office.claims(&new)), Checked::Active(_)));
    let user_id = office.device(&id).user_id;
    assert!(matches!(office.check(&office.claims(&new)), Checked::Active(facts) if facts.user_id == user_id));
}

/// The use case of one step by the facility.
fn swap(office: &Office, id: &DeviceId) {
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, id, Replacement::Swap, CODE_DAYS));
}

#[test]
fn a_swapped_device_works_until_the_new_one_is_first_used() {
    let (office, id, old) = active();
    let (old_token, before) = (office.claims(&old), office.device(&id));
    swap(&office, &id);
    let new = office.activate(&office.attempt(&id, &DeviceKey::generate()));
    assert!(matches!(office.check(&old_token), Checked::Active(_)), "set up is not used");
    let standing = office.db.read_blocking(|c| swap_standing(c, &id, office.db.clock.now().into())).unwrap();
    assert!(matches!(standing, SwapStanding::DeviceWaits { .. }), "{standing:?}");
    write(&office.db, |tx| take_over(tx, &new.client_id));
    assert_eq!(office.check(&old_token), Checked::Inactive(Reason::Ended));
    assert!(matches!(office.check(&office.claims(&new)), Checked::Active(_)));
    let after = office.device(&id);
    assert_eq!((after.user_id, after.label, after.slot), (before.user_id, before.label, before.slot));
    // The first use happens once.
    write(&office.db, |tx| take_over(tx, &new.client_id));
    assert_eq!(office.device(&id).revision, after.revision);
}

#[test]
fn a_second_swap_a_stop_and_giving_up_end_the_one_that_waits() {
    let waiting = || {
        let (office, id, old) = active();
        let old_token = office.claims(&old);
        swap(&office, &id);
        let new = office.activate(&office.attempt(&id, &DeviceKey::generate()));
        (office, id, old_token, new)
    };
    let taken = |office: &Office, new: &Activated| {
        write(&office.db, |tx| take_over(tx, &new.client_id));
        office.check(&office.claims(new))
    };
    let (office, id, old_token, new) = waiting();
    swap(&office, &id);
    assert_eq!(taken(&office, &new), Checked::Inactive(Reason::Ended));
    assert!(matches!(office.check(&old_token), Checked::Active(_)));

    let (office, id, old_token, new) = waiting();
    write(&office.db, |tx| revoke(tx, &office.scope, &id));
    assert_eq!(taken(&office, &new), Checked::Inactive(Reason::Revoked));
    assert_eq!(office.check(&old_token), Checked::Inactive(Reason::Revoked));

    let (office, _, old_token, new) = waiting();
    write(&office.db, |tx| give_up(tx, new.client_id.as_str(), &new.registration_token));
    assert!(matches!(office.check(&old_token), Checked::Active(_)), "the one in use goes on");
}

#[test]
fn a_reissue_for_a_lost_device_stops_it_at_once() {
    let (office, id, old) = active();
    let old_token = office.claims(&old);
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, &id, Replacement::Lost, CODE_DAYS));
    assert_eq!(office.check(&old_token), Checked::Inactive(Reason::Revoked));
    let device = office.device(&id);
    assert_eq!((device.state, device.lost_at.is_some()), (DeviceState::Issued, true));
    office.activate(&office.attempt(&id, &DeviceKey::generate()));
    assert_eq!(office.check(&old_token), Checked::Inactive(Reason::Ended));
    assert_eq!(office.device(&id).lost_at, None);
}

#[test]
fn a_new_code_ends_the_one_before() {
    let (office, id) = office_with_device();
    let before = office.attempt(&id, &DeviceKey::generate());
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, &id, Replacement::Again, CODE_DAYS));
    assert!(matches!(office.try_activate(&before), Outcome::Wrong));
    assert_eq!(office.sealed(&id).iter().flatten().count(), 1);
    office.activate(&office.attempt(&id, &DeviceKey::generate()));
}

#[test]
fn a_suspended_device_goes_on_after_a_resume_with_new_tokens() {
    let (office, id, client) = active();
    let token = office.claims(&client);
    write(&office.db, |tx| suspend(tx, &office.scope, &id));
    assert_eq!(office.check(&token), Checked::Inactive(Reason::Suspended));
    write(&office.db, |tx| resume(tx, &office.scope, &id));
    assert_eq!(office.check(&token), Checked::Inactive(Reason::Ended), "a token of before the stop");
    assert!(matches!(office.check(&office.claims(&client)), Checked::Active(_)));
}

#[test]
fn a_revoked_device_is_over_and_so_is_its_code() {
    let (office, id) = office_with_device();
    let attempt = office.attempt(&id, &DeviceKey::generate());
    write(&office.db, |tx| revoke(tx, &office.scope, &id));
    assert!(matches!(office.try_activate(&attempt), Outcome::Wrong));
    assert_eq!(office.sealed(&id), [None]);
    let again = office.db.write_blocking(Actor::system(), |tx| revoke(tx, &office.scope, &id));
    assert!(matches!(again, Err(Error::Refused(Refusal::DeviceState))));
}

#[test]
fn the_table_decides_what_is_possible_in_each_state() {
    for state in DeviceState::ALL {
        for verb in [
            DeviceVerb::Reissue,
            DeviceVerb::ReissueLost,
            DeviceVerb::Swap,
            DeviceVerb::Suspend,
            DeviceVerb::Resume,
            DeviceVerb::Revoke,
        ] {
            let (office, id) = office_with_device();
            write(&office.db, |tx| {
                Ok(diesel::update(devices::table.find(&id)).set(devices::state.eq(*state)).execute(tx.conn())?)
            });
            let done = office.db.write_blocking(Actor::system(), |tx| match verb {
                DeviceVerb::Reissue => reissue(tx, &keyring(), &office.scope, &id, Replacement::Again, CODE_DAYS),
                DeviceVerb::ReissueLost => reissue(tx, &keyring(), &office.scope, &id, Replacement::Lost, CODE_DAYS),
                DeviceVerb::Swap => reissue(tx, &keyring(), &office.scope, &id, Replacement::Swap, CODE_DAYS),
                DeviceVerb::Suspend => suspend(tx, &office.scope, &id),
                DeviceVerb::Resume => resume(tx, &office.scope, &id),
                _ => revoke(tx, &office.scope, &id),
            });
            match state.after(verb) {
                Ok(to) => assert_eq!((done.is_ok(), office.device(&id).state), (true, to), "{state} {verb:?}"),
                Err(_) => assert!(matches!(done, Err(Error::Refused(Refusal::DeviceState))), "{state} {verb:?}"),
            }
        }
    }
}

#[test]
fn every_verified_person_is_told_and_no_letter_holds_a_secret() {
    let (office, id) = office_with_device();
    write(&office.db, |tx| {
        t::add_member(tx, office.scope.facility(), "hanako@example.jp", true)?;
        t::add_member(tx, office.scope.facility(), "unverified@example.jp", false)
    });
    let settings = office.settings(&id);
    office.activate(&attempt(&settings, DeviceKey::generate().jwk()));
    write(&office.db, |tx| suspend(tx, &office.scope, &id));
    write(&office.db, |tx| resume(tx, &office.scope, &id));
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, &id, Replacement::Again, CODE_DAYS));
    let second = office.settings(&id);
    write(&office.db, |tx| reissue(tx, &keyring(), &office.scope, &id, Replacement::Lost, CODE_DAYS));
    write(&office.db, |tx| revoke(tx, &office.scope, &id));
    let names: Vec<String> = office.db.read_blocking(letters).unwrap().into_iter().map(|(name, _)| name).collect();
    for name in ["activated", "suspended", "resumed", "reissued", "reissued_lost", "revoked"] {
        assert_eq!(names.iter().filter(|n| **n == format!("device_{name}")).count(), 2, "{name}");
    }
    let messages = write(&office.db, |tx| {
        Ok([
            compose_last::<ActivatedLetter>(tx)?,
            compose_last::<Suspended>(tx)?,
            compose_last::<Resumed>(tx)?,
            compose_last::<Reissued>(tx)?,
            compose_last::<ReissuedLost>(tx)?,
            compose_last::<Revoked>(tx)?,
        ])
    });
    for message in messages.into_iter().flatten() {
        assert!(message.to == "hanako@example.jp" && !message.subject.contains('\n'), "{}", message.subject);
        assert!(message.body.contains(&settings.user_id) && message.body.contains("/devices/"));
        for secret in [&settings.code, &settings.password, &second.code, &second.password] {
            assert!(!message.body.contains(secret.as_str()));
        }
    }
}

#[test]
fn the_link_in_a_letter_stops_the_device_without_a_login() {
    let (office, id, client) = active();
    let message = write(&office.db, compose_last::<ActivatedLetter>).unwrap();
    let token = message.body.lines().find_map(|line| line.split("/device-stop/").nth(1)).unwrap();
    let hash = crate::secret::PlainToken::received(token).hash();
    let now = office.db.clock.now().into();
    office.db.read_blocking(|c| link::peek(c, LinkPurpose::SuspendDevice, &hash, now)).unwrap();
    assert_eq!(office.device(&id).state, DeviceState::Active, "looking changes nothing");
    let token_before = office.claims(&client);
    assert_eq!(write(&office.db, |tx| suspend_by_link(tx, &hash)).state, DeviceState::Suspended);
    assert_eq!(office.check(&token_before), Checked::Inactive(Reason::Suspended));
    let again = office.db.write_blocking(Actor::system(), |tx| suspend_by_link(tx, &hash));
    assert!(matches!(again, Err(Error::Refused(Refusal::LinkUsed))));
}

#[test]
fn staff_need_the_permission_to_stop_a_device() {
    use crate::ids::StaffId;
    use crate::scope::StaffScope;
    use crate::staff::role::Role;
    let (office, id, _) = active();
    for (role, may) in [(Role::Reviewer, false), (Role::Auditor, false), (Role::Support, true)] {
        let scope = StaffScope::mint(StaffId::mint(), vec![role]);
        let done =
            office.db.write_blocking(Actor::system(), |tx| manage_for_staff(tx, &scope, &id, DeviceVerb::Suspend));
        assert_eq!(done.is_ok(), may, "{role}");
        assert!(matches!(
            office.db.write_blocking(Actor::system(), |tx| manage_for_staff(tx, &scope, &id, DeviceVerb::Activate)),
            Err(Error::Forbidden)
        ));
    }
}
