//! An approval that is undone leaves nothing behind, unless a secret was shown.

use chrono::Duration;
use uketsuke_core::application::{claim, decide, undo};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Role;

use super::*;

/// A facility whose documents a reviewer approved a moment ago.
async fn approved() -> (Desk, StaffScope) {
    let desk = practice();
    let folder = tempfile::tempdir().expect("a folder");
    desk.fill_in("documents");
    desk.attach(&Storage::local(folder.path()).expect("a store")).await;
    desk.send().expect("sent");
    let staff = testing::add_staff(&desk.db, Role::Reviewer);
    desk.as_staff(&staff, |tx| {
        claim::claim(tx, &staff, &desk.id)?;
        let seen = repo::get(tx.conn(), &desk.id)?.revision;
        decide::approve(tx, &desk.procedures, &staff, (&desk.id, seen), Terms::default())
    })
    .expect("approved");
    assert_eq!(desk.devices(), 2);
    (desk, staff)
}

impl Desk {
    fn as_staff<T>(&self, staff: &StaffScope, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(staff.actor(), work)
    }

    fn undo(&self, staff: &StaffScope) -> Result<()> {
        self.as_staff(staff, |tx| undo::undo(tx, &self.procedures, staff, &self.id))
    }
}

#[tokio::test]
async fn an_undone_approval_takes_devices_registration_and_verification_back() {
    let (desk, staff) = approved().await;
    desk.undo(&staff).expect("undone");
    assert_eq!(desk.case().application.state, State::InReview);
    let seats = desk.db.read_blocking(|c| account::list_facilities(c, desk.scope.account())).expect("seats");
    assert!(!seats[0].verified);
    let (registered, devices) = desk
        .db
        .read_blocking(|c| {
            let verified = testing::scope(desk.scope.facility(), desk.scope.account(), true);
            Ok((registration::find(c, desk.scope.facility())?, device::list_in_scope(c, &verified)?))
        })
        .expect("read");
    assert_eq!((registered, devices.len()), (None, 0));
    let again = desk.as_staff(&staff, |tx| {
        let seen = repo::get(tx.conn(), &desk.id)?.revision;
        decide::approve(tx, &desk.procedures, &staff, (&desk.id, seen), Terms::default())
    });
    again.expect("it can be approved anew");
    assert_eq!(desk.devices(), 2);
}

#[tokio::test]
async fn an_approval_whose_secrets_were_shown_stands() {
    let (desk, staff) = approved().await;
    let keyring = testing::keyring();
    // Whoever looks has a session; it is left out here, so that the secrets alone decide.
    desk.db
        .write_blocking(desk.scope.actor(), |tx| device::reveal_all(tx, &keyring, &desk.verified()))
        .expect("revealed");
    desk.db.clock.advance(Duration::minutes(1));
    assert!(matches!(desk.undo(&staff), Err(Error::Refused(Refusal::UndoSeen))));
    assert_eq!(desk.case().application.state, State::Approved);
    assert_eq!(desk.devices(), 2, "nothing of the undoing stays");
}
