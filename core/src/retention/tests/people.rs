//! People: letters to them, accounts, the staff.

use super::*;
use crate::account::{AccountState, Attempt, LoginOutcome, get_account, login};
use crate::application::{ApplicationKind, draft};
use crate::desk::actor_names;
use crate::facility::amend;
use crate::fold;
use crate::ids::{AccountId, MailId};
use crate::mail::{Message, note_failed, note_sent, record_mail};
use crate::registration;
use crate::schema::{accounts, applications, mails, memberships, sessions, staff};
use crate::secret::PasswordHash;
use crate::staff::role::Role;
use crate::staff::{disable, enable};
use crate::testing::{add_staff, approved, approved_as, hasher, keyring, sign_in};

fn letter(to: &str) -> Message {
    Message {
        to: to.into(), subject: "申請を受け付けました".into(), body: "本文".into(), ..Message::default()
    }
}

impl Yard {
    fn mail(&self, to: &str) -> MailId {
        let id = MailId::mint();
        self.write(|tx| record_mail(tx, &id, ("application_received", "{\"a\":1}"), &letter(to)));
        id
    }

    fn mail_row(&self, id: &MailId) -> crate::mail::MailRow {
        use crate::mail::MailRow;
        self.read(|c| Ok(mails::table.find(id).select(MailRow::as_select()).first(c)?))
    }

    fn place_of(&self, facility: &FacilityId, on: &str) {
        let close = format!("update facilities set closed_on = {on} where id = '{facility}'");
        self.write(|tx| crate::testing::sql(tx.conn(), &close));
    }
}

#[tokio::test]
async fn old_letters_forget_whom_they_went_to() {
    let yard = yard();
    let (old, failed) = (yard.mail("taro@example.jp"), yard.mail("hanako@example.jp"));
    yard.write(|tx| note_sent(tx, &old));
    yard.write(|tx| note_failed(tx, &failed, "550 <hanako@example.jp> is nobody", true));
    yard.wait(1);
    let young = yard.mail("jiro@example.jp");
    yard.wait(DAYS - 2);
    assert_eq!(yard.run(Topic::Mail).await, 0);
    assert_eq!(yard.mail_row(&old).recipient, "taro@example.jp");
    yard.wait(1);
    yard.stands(Topic::Mail, 2, 0).await;
    assert_eq!(yard.run(Topic::Mail).await, 2);
    for id in [&old, &failed] {
        let row = yard.mail_row(id);
        assert_eq!((row.recipient.as_str(), row.subject.as_str(), row.last_error.as_deref()), ("", "", None));
        assert!(row.erased_at.is_some() && !row.can_resend() && row.letter == "application_received");
    }
    assert!(yard.mail_row(&old).sent_at.is_some(), "when it went stays");
    assert_eq!(yard.mail_row(&young).recipient, "jiro@example.jp");
    let told: Vec<String> = yard.told("mail.erased").into_iter().map(|(id, _)| id).collect();
    assert_eq!(told, [old.to_string(), failed.to_string()]);
    yard.stands(Topic::Mail, 0, 2).await;
    assert_eq!(yard.run(Topic::Mail).await, 0);
}

#[tokio::test]
async fn many_go_in_batches() {
    let yard = yard();
    yard.write(|tx| {
        for n in 0..130 {
            record_mail(tx, &MailId::mint(), ("x", "{}"), &letter(&format!("p{n}@example.jp")))?;
        }
        Ok(())
    });
    yard.wait(DAYS);
    let batch = yard.write(|tx| erase_batch(tx, rule(Topic::Mail), DAYS, &Key::start()));
    assert_eq!(batch.things, 100);
    yard.stands(Topic::Mail, 30, 100).await;
    assert_eq!(yard.run(Topic::Mail).await, 30);
    yard.stands(Topic::Mail, 0, 130).await;
}

#[tokio::test]
async fn who_has_no_facility_in_use_and_does_not_come_is_forgotten() {
    let yard = yard();
    let (gone, kept) = (yard.ours.account().clone(), yard.theirs.account().clone());
    let grant = yard.write(|tx| approved(tx, &yard.theirs));
    yard.write(|tx| registration::register(tx, &grant, 3));
    let hash = hasher().hash("Kz7mQp2w").await.unwrap();
    set_password(&yard, &hash);
    let draft = yard
        .db
        .write_blocking(yard.ours.actor(), |tx| draft::open(tx, &yard.ours, ApplicationKind::UsageStart))
        .unwrap();
    yard.write(|tx| {
        let typed = applications::document.eq(r#"{"answers":{"name":"山田"}}"#);
        diesel::update(applications::table.find(&draft)).set(typed).execute(tx.conn())?;
        Ok(())
    });
    yard.wait(DAYS - 1);
    yard.stands(Topic::Accounts, 0, 0).await;
    let token = yard.write(|tx| sign_in(tx, &yard.ours));
    assert!(crate::account::resume(&yard.db, &token).await.unwrap().is_some());
    yard.wait(1);
    yard.stands(Topic::Accounts, 1, 0).await;
    let before = account(&yard, &kept);
    assert_eq!(yard.run(Topic::Accounts).await, 1);

    let nobody = account(&yard, &gone);
    assert_eq!((nobody.email.as_str(), nobody.phone.as_str(), nobody.family_name.as_str()), ("", "", ""));
    assert_eq!((nobody.state, nobody.full_name().as_str()), (AccountState::Disabled, "消去済みの利用者"));
    assert_eq!(account(&yard, &kept), before, "whose facility uses it stays, however long away");
    let (seats, open): (i64, i64) = yard.read(|c| {
        let seats = memberships::table.filter(memberships::account_id.eq(&gone)).count().get_result(c)?;
        Ok((seats, sessions::table.filter(sessions::account_id.eq(&gone)).count().get_result(c)?))
    });
    assert_eq!((seats, open), (0, 0));
    assert!(crate::account::resume(&yard.db, &token).await.unwrap().is_none());
    let typed: String = yard.read(|c| Ok(applications::table.find(&draft).select(applications::document).first(c)?));
    assert!(!typed.contains("山田"), "{typed}");
    let label = format!("account:{gone}");
    let names = yard.read(|c| actor_names(c, [label.as_str()].into_iter()));
    assert_eq!(names.of(&label), "申請者 消去済みの利用者");
    for email in ["taro@example.jp", "", &format!("erased:{gone}")] {
        let attempt = Attempt { email: email.into(), password: "Kz7mQp2w".into(), user_agent: String::new() };
        let done = login(&yard.db, &hasher(), &keyring(), Actor::system(), attempt).await.unwrap();
        assert!(matches!(done, LoginOutcome::Wrong { .. }), "{email}: {done:?}");
    }
    assert_eq!(yard.told("account.erased"), [(gone.to_string(), r#"{"rule":"accounts"}"#.to_owned())]);
    yard.stands(Topic::Accounts, 0, 1).await;
    assert_eq!(yard.run(Topic::Accounts).await, 0);

    // The same address may come back as somebody new.
    let again = yard.write(|tx| add_member(tx, yard.ours.facility(), "taro@example.jp", false));
    assert_ne!(again.account(), &gone);
}

#[tokio::test]
async fn who_logged_in_meanwhile_and_who_waits_for_something_is_kept() {
    let yard = yard();
    let grant = yard.write(|tx| approved(tx, &yard.theirs));
    yard.write(|tx| registration::register(tx, &grant, 3));
    let hash = hasher().hash("Kz7mQp2w").await.unwrap();
    set_password(&yard, &hash);
    yard.wait(DAYS - 1);
    let attempt = Attempt { email: "taro@example.jp".into(), password: "Kz7mQp2w".into(), user_agent: String::new() };
    let done = login(&yard.db, &hasher(), &keyring(), Actor::system(), attempt).await.unwrap();
    assert!(matches!(done, LoginOutcome::Opened(_)));
    yard.wait(DAYS - 1);
    assert_eq!(yard.run(Topic::Accounts).await, 0);
    yard.wait(1);
    yard.stands(Topic::Accounts, 1, 0).await;
    let submitted = "update applications set state = 'submitted' where facility_id = ";
    let waiting = yard.write(|tx| {
        let grant = approved_as(tx, &yard.ours, ApplicationKind::Change)?;
        crate::testing::sql(tx.conn(), &format!("{submitted}'{}'", yard.ours.facility()))?;
        Ok(grant)
    });
    yard.stands(Topic::Accounts, 0, 0).await;
    let decided = format!("update applications set state = 'rejected' where id = '{}'", waiting.application());
    yard.write(|tx| crate::testing::sql(tx.conn(), &decided));
    yard.stands(Topic::Accounts, 1, 0).await;
    // Theirs is registered; that counts no more once the facility is closed.
    yard.place_of(yard.theirs.facility(), "'2020-01-01'");
    yard.stands(Topic::Accounts, 2, 0).await;
}

#[tokio::test]
async fn a_check_finds_an_account_that_has_its_name_back() {
    let yard = yard();
    yard.wait(DAYS);
    assert_eq!(yard.run(Topic::Accounts).await, 2);
    for change in ["family_name = '山田'", "email = 'x@example.jp'", "phone = '03'", "password_hash = 'x'"] {
        let column = change.split(' ').next().unwrap();
        yard.write(|tx| crate::testing::sql(tx.conn(), &format!("update accounts set {change}")));
        assert!(!yard.check(Topic::Accounts).await.2.is_clean(), "{change}");
        yard.write(|tx| crate::testing::sql(tx.conn(), &format!("update accounts set {column} = ''")));
        yard.stands(Topic::Accounts, 0, 2).await;
    }
}

#[tokio::test]
async fn the_contact_of_a_facility_is_known_until_a_term_after_its_use() {
    let yard = yard();
    let name = |tx: &mut Tx<'_>, scope: &FacilityScope, kind| {
        let grant = approved_as(tx, scope, kind)?;
        amend::set_contact(tx, &grant, ("受付 花子", "0312345678", "front@example.jp"))?;
        Ok(grant)
    };
    let (ours, theirs) = yard.write(|tx| {
        let ours = name(tx, &yard.ours, ApplicationKind::UsageStart)?;
        registration::register(tx, &ours, 3)?;
        Ok((ours, name(tx, &yard.theirs, ApplicationKind::UsageStart)?))
    });
    let of = |grant: &crate::grant::Grant| {
        let contact = yard.read(|c| amend::contact(c, grant.facility())).unwrap();
        ([contact.name, contact.phone, contact.email].concat(), contact.erased_at.is_some())
    };
    let known = ("受付 花子0312345678front@example.jp".to_owned(), false);
    yard.wait(DAYS - 1);
    assert_eq!(yard.run(Topic::Contacts).await, 0);
    yard.wait(1);
    // Theirs never used it; ours does for as long as it wants.
    yard.stands(Topic::Contacts, 1, 0).await;
    assert_eq!(yard.run(Topic::Contacts).await, 1);
    assert_eq!((of(&ours), of(&theirs)), (known.clone(), (String::new(), true)));
    assert_eq!(yard.told("facility.contact_erased").len(), 1);

    yard.write(|tx| registration::end_at(tx, &ours, tx.now() + Duration::days(7)));
    yard.wait(7 + DAYS - 1);
    yard.stands(Topic::Contacts, 0, 1).await;
    yard.wait(1);
    yard.stands(Topic::Contacts, 1, 1).await;
    // Something under way: whoever reviews it may have to call.
    let again = yard.write(|tx| approved_as(tx, &yard.ours, ApplicationKind::Change));
    let decide = |to: &str| {
        let change = format!("update applications set state = '{to}' where id = '{}'", again.application());
        yard.write(|tx| crate::testing::sql(tx.conn(), &change));
    };
    decide("submitted");
    yard.stands(Topic::Contacts, 0, 1).await;
    decide("rejected");
    assert_eq!(yard.run(Topic::Contacts).await, 1);
    assert_eq!(of(&ours), (String::new(), true));

    // Whoever names one anew is known anew.
    yard.write(|tx| name(tx, &yard.theirs, ApplicationKind::Change).map(drop));
    assert_eq!(of(&theirs), known);
    yard.stands(Topic::Contacts, 0, 1).await;
}

#[tokio::test]
async fn the_contact_of_a_closed_facility_goes_with_its_term() {
    let yard = yard();
    yard.write(|tx| {
        let grant = approved_as(tx, &yard.ours, ApplicationKind::UsageStart)?;
        registration::register(tx, &grant, 3)?;
        amend::set_contact(tx, &grant, ("受付 花子", "", ""))
    });
    yard.wait(1);
    let today = crate::clock::tokyo_date(yard.db.clock.now());
    yard.place_of(yard.ours.facility(), &format!("'{today}'"));
    yard.wait(DAYS - 1);
    yard.stands(Topic::Contacts, 0, 0).await;
    yard.wait(1);
    assert_eq!(yard.run(Topic::Contacts).await, 1);
    // A check finds who comes back.
    for column in ["name", "phone", "email"] {
        yard.write(|tx| crate::testing::sql(tx.conn(), &format!("update facility_contacts set {column} = 'x'")));
        assert!(!yard.check(Topic::Contacts).await.2.is_clean(), "{column}");
        yard.write(|tx| crate::testing::sql(tx.conn(), &format!("update facility_contacts set {column} = ''")));
        yard.stands(Topic::Contacts, 0, 1).await;
    }
}

#[tokio::test]
async fn staff_who_left_keep_their_name_and_nothing_to_log_in_with() {
    let yard = yard();
    let (admin, left) = (add_staff(&yard.db, Role::Administrator), add_staff(&yard.db, Role::Reviewer));
    yard.write(|tx| {
        let own = staff::table.find(left.staff());
        diesel::update(own)
            .set((staff::password_hash.eq("x"), staff::totp_sealed.eq("k.x"), staff::totp_last_step.eq(1_i64)))
            .execute(tx.conn())?;
        Ok(())
    });
    yard.wait(DAYS * 2);
    yard.stands(Topic::Staff, 0, 0).await;
    yard.db.write_blocking(admin.actor(), |tx| disable(tx, &admin, left.staff())).unwrap();
    yard.wait(DAYS - 1);
    assert_eq!(yard.run(Topic::Staff).await, 0);
    yard.wait(1);
    assert_eq!(yard.run(Topic::Staff).await, 1);
    let row = yard.read(|c| crate::staff::get_staff(c, left.staff()));
    assert_eq!((row.name.as_str(), row.email.as_str()), ("審査 一郎", ""));
    type Secrets = (Option<String>, Option<String>);
    let secrets: Secrets = yard
        .read(|c| Ok(staff::table.find(left.staff()).select((staff::password_hash, staff::totp_sealed)).first(c)?));
    assert_eq!(secrets, (None, None));
    let back = yard.db.write_blocking(admin.actor(), |tx| enable(tx, &admin, left.staff()));
    assert!(back.is_err(), "without an address nobody comes back");
    assert_eq!(yard.told("staff.erased").len(), 1);
    yard.stands(Topic::Staff, 0, 1).await;
    assert_eq!(yard.run(Topic::Staff).await, 0);
}

fn account(yard: &Yard, id: &AccountId) -> crate::account::Account {
    yard.read(|c| get_account(c, id))
}

fn set_password(yard: &Yard, hash: &PasswordHash) {
    let key = fold::email("taro@example.jp", 254).unwrap().key().to_owned();
    yard.write(|tx| {
        let own = accounts::table.filter(accounts::email_key.eq(key));
        diesel::update(own).set(accounts::password_hash.eq(hash)).execute(tx.conn())?;
        Ok(())
    });
}
