//! Administrators and their colleagues: roles, stopping, resetting by two.

use std::thread;

use super::*;
use crate::scope::StaffScope;

fn by<T>(db: &Db, scope: &StaffScope, work: impl FnOnce(&mut crate::db::Tx<'_>) -> Result<T>) -> Result<T> {
    db.write_blocking(scope.actor(), work)
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn roles(list: &[Role]) -> Roles {
    Roles::of(list)
}

fn sessions(db: &Db, id: &crate::ids::StaffId) -> i64 {
    let theirs = staff_sessions::table.filter(staff_sessions::staff_id.eq(id)).count();
    db.read_blocking(|c| Ok(theirs.get_result(c)?)).expect("reads")
}

fn state(db: &Db, scope: &StaffScope) -> StaffState {
    db.read_blocking(|c| get_staff(c, scope.staff())).expect("reads").state
}

#[test]
fn the_last_administrator_stays_and_nobody_changes_themselves() {
    let db = test_db();
    let (admin, other) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Administrator));
    assert_eq!(refused(by(&db, &admin, |tx| disable(tx, &admin, admin.staff()))), Refusal::OwnAccount);
    let own = by(&db, &admin, |tx| change_roles(tx, &admin, admin.staff(), 0, &roles(&[Role::Auditor])));
    assert_eq!(refused(own), Refusal::OwnAccount);
    by(&db, &admin, |tx| disable(tx, &admin, other.staff())).unwrap();
    // The one who was stopped acts on, in a session of a moment ago.
    assert_eq!(refused(by(&db, &other, |tx| disable(tx, &other, admin.staff()))), Refusal::LastAdministrator);
    let demote = by(&db, &other, |tx| change_roles(tx, &other, admin.staff(), 0, &roles(&[Role::Auditor])));
    assert_eq!(refused(demote), Refusal::LastAdministrator);
    let support = add_staff(&db, Role::Support);
    assert!(matches!(by(&db, &support, |tx| disable(tx, &support, other.staff())), Err(Error::Forbidden)));
}

#[test]
fn of_two_administrators_who_stop_each_other_at_once_one_stays() {
    for _ in 0..5 {
        let db = test_db();
        let (a, b) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Administrator));
        let stop = |who: &StaffScope, whom: &StaffScope| loop {
            match by(&db, who, |tx| disable(tx, who, whom.staff())) {
                Err(Error::Conflict | Error::Unavailable { .. }) => {}
                other => return other.map(drop),
            }
        };
        let results = thread::scope(|scope| {
            let one = scope.spawn(|| stop(&a, &b));
            let two = scope.spawn(|| stop(&b, &a));
            [one.join().unwrap(), two.join().unwrap()]
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        let active = [&a, &b].into_iter().filter(|scope| state(&db, scope) == StaffState::Active).count();
        assert_eq!(active, 1);
    }
}

#[test]
fn other_roles_and_a_stop_end_the_sessions() {
    let db = test_db();
    let (admin, colleague) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Reviewer));
    let sign_in = || {
        db.write_blocking(Actor::system(), |tx| open_for_tests(tx, colleague.staff(), Stage::Full)).expect("a session")
    };
    sign_in();
    by(&db, &admin, |tx| change_roles(tx, &admin, colleague.staff(), 0, &roles(&[Role::Support]))).unwrap();
    assert_eq!(sessions(&db, colleague.staff()), 0);
    let stale = by(&db, &admin, |tx| change_roles(tx, &admin, colleague.staff(), 0, &roles(&[Role::Editor])));
    assert!(matches!(stale, Err(Error::Conflict)), "somebody was faster");
    sign_in();
    by(&db, &admin, |tx| disable(tx, &admin, colleague.staff())).unwrap();
    assert_eq!((sessions(&db, colleague.staff()), state(&db, &colleague)), (0, StaffState::Disabled));
    let changes: Vec<String> = db
        .read_blocking(|c| {
            let of = audit_events::table.filter(audit_events::action.eq("staff.roles_changed"));
            let all: Vec<crate::audit::AuditEvent> = of.select(crate::audit::AuditEvent::as_select()).load(c)?;
            all[0].changes().map(|changes| changes.into_iter().flat_map(|c| [c.before, c.after]).collect())
        })
        .unwrap();
    assert_eq!(changes, ["審査担当", "サポート"]);
}

#[tokio::test]
async fn a_second_factor_is_reset_by_two_and_enrolled_anew() {
    let (db, hasher) = (test_db(), hasher());
    let (app, codes) = working_with_codes(&db, &hasher).await;
    let (one, two) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Administrator));
    let seat = opened(&db, &hasher).await;
    let id = seat.staff.clone();
    assert!(matches!(by(&db, &two, |tx| confirm_reset(tx, &two, &id)), Err(Error::NotFound)), "nobody asked");
    by(&db, &one, |tx| ask_reset(tx, &one, &id, "電話で本人に確認")).unwrap();
    assert_eq!(refused(by(&db, &two, |tx| ask_reset(tx, &two, &id, "もう一度"))), Refusal::NotInThisState);
    assert_eq!(refused(by(&db, &one, |tx| confirm_reset(tx, &one, &id))), Refusal::FourEyes);
    assert!(
        matches!(pass(&db, &seat, &code(&db, &app)), Ok(SecondFactorOutcome::Passed(_))),
        "nothing has changed yet"
    );
    by(&db, &two, |tx| confirm_reset(tx, &two, &id)).unwrap();
    assert!(matches!(by(&db, &two, |tx| confirm_reset(tx, &two, &id)), Err(Error::NotFound)), "once");
    assert_eq!(sessions(&db, &id), 0);

    let seat = opened(&db, &hasher).await;
    assert_eq!(seat.stage, Stage::Enrolling, "the next login enrols anew");
    assert!(pass(&db, &seat, &codes[0]).is_err(), "the old recovery codes are gone");
    let told = db.read_blocking(letters).expect("reads");
    let told: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).filter(|name| name.contains("factor")).collect();
    assert_eq!(told, ["staff_factor_reset_asked", "staff_factor_reset"]);
}

#[tokio::test]
async fn a_request_that_nobody_confirms_is_over_after_a_day() {
    let (db, hasher) = (test_db(), hasher());
    working(&db, &hasher).await;
    let id = opened(&db, &hasher).await.staff;
    let (one, two) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Administrator));
    by(&db, &one, |tx| ask_reset(tx, &one, &id, "電話で本人に確認")).unwrap();
    db.clock.advance(RESET_LIFETIME);
    assert!(matches!(by(&db, &two, |tx| confirm_reset(tx, &two, &id)), Err(Error::NotFound)));
    by(&db, &two, |tx| ask_reset(tx, &two, &id, "あらためて確認")).expect("the old one makes room");
    by(&db, &two, |tx| drop_reset(tx, &two, &id)).expect("it can be taken back");
    assert!(matches!(by(&db, &one, |tx| confirm_reset(tx, &one, &id)), Err(Error::NotFound)));
    assert!(matches!(by(&db, &one, |tx| reset_by_operator(tx, &id)), Err(Error::Forbidden)), "operators alone");
    db.write_blocking(Actor::operator(), |tx| reset_by_operator(tx, &id)).expect("from the command line");
}
