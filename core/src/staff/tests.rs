//! From the invitation to a full session, and every way in which somebody else
//! might try to get there.

use chrono::Duration;
use diesel::prelude::*;

use super::role::{Permission, Role};
use super::*;

mod colleagues;
mod recovery;

use crate::db::{Actor, Db};
use crate::error::{Error, Result};
use crate::refusal::Refusal;
use crate::schema::{audit_events, staff, staff_sessions, throttles};
use crate::secret::totp::TotpSecret;
use crate::secret::{PasswordHasher, PlainToken, Purpose};
use crate::testing::{TestDb, add_staff, compose_last, hasher, keyring, letters, test_db};

const MAIL: &str = "sato@example.jp";
const PASSWORD: &str = "Kaki no tane 7";

fn invitation(mail: &str) -> Invitation {
    let form = InviteForm { email: mail.into(), name: "佐藤 花子".into(), roles: vec!["reviewer".into()] };
    Invitation::try_from(&form).expect("an invitation")
}

fn invited(db: &Db, mail: &str) -> Result<PlainToken> {
    db.write_blocking(Actor::operator(), |tx| add(tx, &invitation(mail))).map(|(token, _)| token)
}

fn form(password: &str) -> NewPasswordForm {
    NewPasswordForm { password: password.into(), password_again: password.into() }
}

fn attempt(mail: &str, password: &str) -> Attempt {
    Attempt { email: mail.into(), password: password.into(), address: "192.0.2.7".into(), user_agent: "test".into() }
}

async fn try_login(db: &Db, hasher: &PasswordHasher, mail: &str, password: &str) -> LoginOutcome {
    login(db, hasher, &keyring(), attempt(mail, password)).await.expect("an outcome")
}

async fn opened(db: &Db, hasher: &PasswordHasher) -> Seat {
    match try_login(db, hasher, MAIL, PASSWORD).await {
        LoginOutcome::Opened(session) => resume(db, &session.token).await.expect("reads").expect("a seat"),
        other => panic!("{other:?}"),
    }
}

/// The person's secret, as their app holds it.
fn app(db: &Db, seat: &Seat) -> TotpSecret {
    let sealed: Option<String> =
        db.read_blocking(|c| Ok(staff::table.find(&seat.staff).select(staff::totp_sealed).first(c)?)).expect("reads");
    let bytes = keyring().open(Purpose::StaffTotp, seat.staff.as_str().as_bytes(), &sealed.expect("a secret"));
    TotpSecret::from_bytes(&bytes.expect("opens")).expect("20 bytes")
}

fn code(db: &TestDb, app: &TotpSecret) -> String {
    app.code_at(db.clock.now())
}

fn confirm(db: &Db, seat: &Seat, code: &str) -> Result<EnrolOutcome> {
    db.write_blocking(Actor::system(), |tx| confirm_enrolment(tx, &keyring(), seat, code))
}

fn pass(db: &Db, seat: &Seat, code: &str) -> Result<SecondFactorOutcome> {
    db.write_blocking(Actor::system(), |tx| pass_second_factor(tx, &keyring(), seat, code))
}

/// A person with password and app, as after the first login; and the app.
async fn working(db: &TestDb, hasher: &PasswordHasher) -> TotpSecret {
    working_with_codes(db, hasher).await.0
}

/// As [`working`], with the recovery codes.
async fn working_with_codes(db: &TestDb, hasher: &PasswordHasher) -> (TotpSecret, Vec<String>) {
    let token = invited(db, MAIL).expect("invited");
    accept(db, hasher, &token, &form(PASSWORD)).await.expect("accepted");
    let seat = opened(db, hasher).await;
    let app = app(db, &seat);
    let EnrolOutcome::Done(_, codes) = confirm(db, &seat, &code(db, &app)).expect("confirmed") else {
        panic!("not enrolled")
    };
    db.clock.advance(Duration::seconds(60));
    (app, codes.reveal().to_vec())
}

#[tokio::test]
async fn an_invited_person_sets_a_password_enrols_and_works() {
    let (db, hasher) = (test_db(), hasher());
    let token = invited(&db, MAIL).expect("invited");
    accept(&db, &hasher, &token, &form(PASSWORD)).await.expect("accepted");

    let seat = opened(&db, &hasher).await;
    assert_eq!(seat.stage, Stage::Enrolling);
    assert_eq!(seat.scope(), None, "a password alone opens nothing");
    let shown = db.read_blocking(|c| enrolment(c, &keyring(), &seat)).expect("shown");
    assert_eq!(shown.secret, app(&db, &seat).reveal_base32());
    assert!(shown.uri.starts_with("otpauth://totp/uketsuke") && shown.uri.contains(&shown.secret));

    assert!(matches!(confirm(&db, &seat, "000000"), Ok(EnrolOutcome::Wrong { left: 4 })));
    let EnrolOutcome::Done(session, _) = confirm(&db, &seat, &code(&db, &app(&db, &seat))).expect("confirmed") else {
        panic!("not enrolled")
    };
    let seat = resume(&db, &session.token).await.expect("reads").expect("a full session");
    let scope = seat.scope().expect("a scope");
    assert!(scope.may(Permission::Review) && !scope.may(Permission::ManageStaff));
    assert_eq!((seat.name.as_str(), seat.role_words().as_str()), ("佐藤 花子", "審査担当"));
}

#[tokio::test]
async fn a_totp_step_is_accepted_once() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let (one, other) = (opened(&db, &hasher).await, opened(&db, &hasher).await);
    assert_eq!(one.stage, Stage::PasswordOnly);
    let code = code(&db, &app);
    assert!(matches!(pass(&db, &one, &code), Ok(SecondFactorOutcome::Passed(_))));
    assert!(matches!(pass(&db, &other, &code), Ok(SecondFactorOutcome::Wrong { .. })), "the same code again");
    db.clock.advance(Duration::seconds(30));
    let next = app.code_at(db.clock.now());
    assert!(matches!(pass(&db, &other, &next), Ok(SecondFactorOutcome::Passed(_))));
}

#[tokio::test]
async fn one_code_at_the_same_moment_lets_one_session_in() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let code = code(&db, &app);
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let seat = opened(&db, &hasher).await;
        let (db, code) = (db.db.clone(), code.clone());
        tries.spawn_blocking(move || {
            loop {
                // A writer in the way is asked again, as a browser would.
                match pass(&db, &seat, &code) {
                    Err(Error::Conflict | Error::Unavailable { .. }) => {}
                    other => return matches!(other, Ok(SecondFactorOutcome::Passed(_))),
                }
            }
        });
    }
    let passed = tries.join_all().await.into_iter().filter(|passed| *passed).count();
    assert_eq!(passed, 1);
}

#[tokio::test]
async fn every_step_bears_a_new_token_and_ends_the_old_one() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let LoginOutcome::Opened(half) = try_login(&db, &hasher, MAIL, PASSWORD).await else { panic!("refused") };
    let seat = resume(&db, &half.token).await.expect("reads").expect("half way");
    let Ok(SecondFactorOutcome::Passed(full)) = pass(&db, &seat, &code(&db, &app)) else { panic!("refused") };
    assert!(resume(&db, &half.token).await.expect("reads").is_none(), "the fixed token is dead");
    let seat = resume(&db, &full.token).await.expect("reads").expect("full");
    assert!(matches!(pass(&db, &seat, "1"), Err(Error::Forbidden)), "nothing to pass any more");
    assert!(matches!(confirm(&db, &seat, "1"), Err(Error::Forbidden)));

    db.write_blocking(Actor::system(), |tx| logout(tx, &seat)).expect("logged out");
    assert!(resume(&db, &full.token).await.expect("reads").is_none());
}

#[tokio::test]
async fn sessions_end_after_fifteen_idle_minutes_and_twelve_hours() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let full = |seat: Seat| match pass(&db, &seat, &code(&db, &app)) {
        Ok(SecondFactorOutcome::Passed(session)) => session.token,
        other => panic!("{other:?}"),
    };
    let idle = full(opened(&db, &hasher).await);
    db.clock.advance(Duration::minutes(14));
    assert!(resume(&db, &idle).await.expect("reads").is_some(), "used in time");
    db.clock.advance(Duration::minutes(14));
    assert!(resume(&db, &idle).await.expect("reads").is_some(), "each use counts");
    db.clock.advance(Duration::minutes(15));
    assert!(resume(&db, &idle).await.expect("reads").is_none());

    let long = full(opened(&db, &hasher).await);
    for _ in 0..71 {
        db.clock.advance(Duration::minutes(10));
        assert!(resume(&db, &long).await.expect("reads").is_some());
    }
    db.clock.advance(Duration::minutes(10));
    assert!(resume(&db, &long).await.expect("reads").is_none(), "twelve hours whatever happens");
    let swept = db.write_blocking(Actor::system(), sweep_sessions).expect("sweeps");
    assert_eq!(swept, 0, "a form sent too late still finds its owner");
    db.clock.advance(Duration::days(1));
    let swept = db.write_blocking(Actor::system(), sweep_sessions).expect("sweeps");
    let left: i64 = db.read_blocking(|c| Ok(staff_sessions::table.count().get_result(c)?)).expect("counts");
    assert!(swept >= 2 && left == 0, "{swept} {left}");
}

#[tokio::test]
async fn whoever_may_not_log_in_gets_one_answer_after_the_same_work() {
    let (db, hasher) = (test_db(), hasher());
    working(&db, &hasher).await;
    invited(&db, "new@example.jp").expect("invited, no password yet");
    for (mail, password) in [
        (MAIL, "wrong"),
        ("nobody@example.jp", PASSWORD),
        ("new@example.jp", PASSWORD),
        ("not an address", PASSWORD),
        ("nul\0@example.jp", PASSWORD),
        ("", ""),
    ] {
        let before = hasher.hash_calls();
        let outcome = try_login(&db, &hasher, mail, password).await;
        assert!(matches!(outcome, LoginOutcome::Wrong { left: 9 }), "{mail}: {outcome:?}");
        assert_eq!(hasher.hash_calls() - before, 1, "{mail}");
    }
    let cased = try_login(&db, &hasher, " SATO＠example.jp", PASSWORD).await;
    assert!(matches!(cased, LoginOutcome::Opened(_)), "typed as people type");
}

#[tokio::test]
async fn ten_wrong_passwords_close_an_account_for_a_while_and_reveal_nothing() {
    let (db, hasher) = (test_db(), hasher());
    working(&db, &hasher).await;
    for mail in [MAIL, "nobody@example.jp"] {
        for left in (0..10).rev() {
            let outcome = try_login(&db, &hasher, mail, "wrong").await;
            assert!(matches!(outcome, LoginOutcome::Wrong { left: l } if l == left), "{outcome:?}");
        }
        let before = hasher.hash_calls();
        assert!(matches!(try_login(&db, &hasher, mail, PASSWORD).await, LoginOutcome::Throttled { .. }));
        assert_eq!(hasher.hash_calls(), before, "nothing is hashed while closed");
    }
    let keys: Vec<String> = db.read_blocking(|c| Ok(throttles::table.select(throttles::key).load(c)?)).expect("reads");
    assert!(keys.iter().all(|key| !key.contains("example") && !key.contains("192.0.2")), "{keys:?}");
    db.clock.advance(Duration::minutes(15));
    assert!(matches!(try_login(&db, &hasher, MAIL, PASSWORD).await, LoginOutcome::Opened(_)));
    assert!(matches!(try_login(&db, &hasher, MAIL, "wrong").await, LoginOutcome::Wrong { left: 9 }), "success forgets");
}

#[tokio::test]
async fn five_wrong_codes_close_the_second_factor_for_a_while() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let seat = opened(&db, &hasher).await;
    for left in (0..5).rev() {
        let outcome = pass(&db, &seat, "000000").expect("an outcome");
        assert!(matches!(outcome, SecondFactorOutcome::Wrong { left: l } if l == left), "{outcome:?}");
    }
    let right = code(&db, &app);
    assert!(matches!(pass(&db, &seat, &right), Ok(SecondFactorOutcome::Throttled { .. })));
    let again = opened(&db, &hasher).await;
    assert!(matches!(pass(&db, &again, &right), Ok(SecondFactorOutcome::Throttled { .. })), "over all sessions");
}

#[tokio::test]
async fn an_invitation_works_once_in_time_and_only_the_newest() {
    let (db, hasher) = (test_db(), hasher());
    let old = invited(&db, MAIL).expect("invited");
    let new = invited(&db, MAIL).expect("invited again");
    let refusal = |result: Result<()>| match result {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(accept(&db, &hasher, &old, &form(PASSWORD)).await), Refusal::LinkReplaced);
    let looks = || db.read_blocking(|c| look_at_invite(c, &new.hash(), db.clock.now().into()));
    for _ in 0..50 {
        assert_eq!(looks().expect("looks").0.dead, None, "looking uses nothing up");
    }
    for weak in ["short", "password", "Sato1234", "aaaaaaaaaaaa"] {
        let refused = accept(&db, &hasher, &new, &form(weak)).await;
        assert!(matches!(refused, Err(Error::Invalid(ref errors)) if errors.has("password")), "{weak}: {refused:?}");
    }
    accept(&db, &hasher, &new, &form(PASSWORD)).await.expect("accepted");
    assert_eq!(refusal(accept(&db, &hasher, &new, &form("Another one 9")).await), Refusal::LinkUsed);
    assert!(matches!(invited(&db, MAIL), Err(Error::Refused(Refusal::StaffKnown))), "she works here");
    assert!(matches!(invited(&db, "SATO@example.jp"), Err(Error::Refused(Refusal::StaffKnown))));

    let late = invited(&db, "late@example.jp").expect("invited");
    db.clock.advance(Duration::hours(72));
    assert_eq!(refusal(accept(&db, &hasher, &late, &form(PASSWORD)).await), Refusal::LinkExpired);
    let unknown = accept(&db, &hasher, &PlainToken::mint(), &form(PASSWORD)).await;
    assert!(matches!(unknown, Err(Error::NotFound)));
}

#[tokio::test]
async fn administrators_invite_by_mail_and_nobody_else_does() {
    let (db, hasher) = (test_db(), hasher());
    let administrator = add_staff(&db, Role::Administrator);
    let id =
        db.write_blocking(administrator.actor(), |tx| invite(tx, &administrator, &invitation(MAIL))).expect("invited");
    let message =
        db.write_blocking(Actor::system(), compose_last::<mail::StaffInvite>).expect("composes").expect("a letter");
    assert_eq!((message.to.as_str(), message.subject.as_str()), (MAIL, "審査・管理サイトへの招待"));
    let token =
        message.body.lines().find_map(|line| line.strip_prefix("https://office.example/invite/")).expect("a link");
    for words in ["佐藤 花子 様", "役割：審査担当", "72時間"] {
        assert!(message.body.contains(words), "{}", message.body);
    }
    let jobs = db.read_blocking(letters).expect("jobs");
    assert!(jobs.iter().all(|(_, ids)| !ids.contains(token)), "no job holds the link");
    accept(&db, &hasher, &PlainToken::received(token), &form(PASSWORD)).await.expect("accepted");
    let none = db.write_blocking(Actor::system(), compose_last::<mail::StaffInvite>).expect("composes");
    assert_eq!(none, None, "needless by now");

    let everybody_else = Role::ALL.iter().filter(|role| **role != Role::Administrator);
    for role in everybody_else {
        let scope = add_staff(&db, *role);
        let refused = db.write_blocking(scope.actor(), |tx| invite(tx, &scope, &invitation("x@example.jp")));
        assert!(matches!(refused, Err(Error::Forbidden)), "{role}");
    }
    assert_eq!(db.read_blocking(|c| get_staff(c, &id)).expect("reads").state, StaffState::Enrolling);
}

#[test]
fn an_invitation_tells_every_fault_at_once() {
    let faulty = InviteForm { email: "x".into(), name: "\u{7}".into(), roles: vec!["king".into()] };
    let errors = Invitation::try_from(&faulty).expect_err("refused");
    assert_eq!(errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["email", "name", "roles"]);
    let empty = Invitation::try_from(&InviteForm::default()).expect_err("refused");
    assert_eq!(empty.iter().count(), 3);
}

#[tokio::test]
async fn a_stolen_table_holds_no_password_secret_or_token() {
    let (db, hasher) = (test_db(), hasher());
    let app = working(&db, &hasher).await;
    let LoginOutcome::Opened(session) = try_login(&db, &hasher, MAIL, PASSWORD).await else { panic!("refused") };
    let (hash, sealed): (Option<String>, Option<String>) = db
        .read_blocking(|c| {
            let row = staff::table.filter(staff::email_key.eq(MAIL));
            Ok((row.select(staff::password_hash).first(c)?, row.select(staff::totp_sealed).first(c)?))
        })
        .expect("reads");
    let tokens: Vec<String> =
        db.read_blocking(|c| Ok(staff_sessions::table.select(staff_sessions::token_hash).load(c)?)).expect("reads");
    let deeds: Vec<String> =
        db.read_blocking(|c| Ok(audit_events::table.select(audit_events::detail).load(c)?)).expect("reads");
    let stored = format!("{hash:?}{sealed:?}{tokens:?}{deeds:?}");
    for secret in [PASSWORD, &app.reveal_base32(), session.token.reveal()] {
        assert!(!stored.contains(secret), "{stored}");
    }
    assert!(hash.expect("a hash").starts_with("$argon2id$"));
}
