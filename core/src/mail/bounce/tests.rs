//! Reports as mail servers write them, and what else comes to an address.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use diesel::prelude::*;

use super::report::{self, Action};
use super::*;
use crate::db::{Conn, Tx};
use crate::ids::MailId;
use crate::mail::{MailState, Message, note_failed, note_sent, record_mail, unreachable_since, was_sent};
use crate::schema::{audit_events, mails};
use crate::testing::{TestDb, test_db};

const TO: &str = "Taro@example.jp";

/// As Postfix writes it.
fn dsn(id: &str, recipient: &str, (action, status): (&str, &str)) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.jp (Mail Delivery System)\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nTo: noreply@example.jp\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B/mx.example.jp\"\r\n\r\n\
         This is a MIME-encapsulated message.\r\n\r\n--B/mx.example.jp\r\nContent-Description: Notification\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you\r\n\r\n\
         --B/mx.example.jp\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example.jp\r\nX-Postfix-Queue-ID: 4F\r\n\r\n\
         Final-Recipient: rfc822; {recipient}\r\nOriginal-Recipient: rfc822;{recipient}\r\nAction: {action}\r\n\
         Status: {status}\r\nRemote-MTA: dns; mail.example.net\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address\r\n    rejected: no such mailbox\r\n\r\n\
         --B/mx.example.jp\r\nContent-Description: Undelivered Message Headers\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nFrom: noreply@example.jp\r\nTo: {recipient}\r\n\
         Message-ID: <{id}@example.jp>\r\n\r\n--B/mx.example.jp--\r\n"
    )
}

struct House {
    db: TestDb,
    folder: tempfile::TempDir,
    maildir: Maildir,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("new")).unwrap();
    let maildir = format!("maildir:{}", folder.path().display()).parse().unwrap();
    House { db: test_db(), folder, maildir }
}

impl House {
    /// A letter that the mail server took.
    fn letter(&self) -> MailId {
        let id = MailId::mint();
        self.write(|tx| {
            let message = Message { to: TO.into(), subject: "件名".into(), ..Message::default() };
            record_mail(tx, &id, ("account_activated", "{}"), &message)?;
            note_sent(tx, &id)
        });
        id
    }

    fn write(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<()>) {
        self.db.write_blocking(Actor::system(), work).unwrap();
    }

    fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.db.read_blocking(work).unwrap()
    }

    fn comes(&self, name: &str, mail: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join("new").join(name), mail).unwrap();
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder.path().join(folder)) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn row(&self, id: &MailId) -> (MailState, Option<String>) {
        self.read(|c| Ok(mails::table.find(id).select((mails::state, mails::report)).first(c)?))
    }

    fn trail(&self) -> i64 {
        let bounced = audit_events::table.filter(audit_events::action.eq("mail.bounced")).count();
        self.read(|c| Ok(bounced.get_result(c)?))
    }

    fn is_unreachable(&self) -> bool {
        self.read(|c| unreachable_since(c, TO, self.db.clock.now().into())).is_some()
    }

    async fn look(&self) -> usize {
        read_new(&self.db, &self.maildir).await.unwrap()
    }
}

#[tokio::test]
async fn a_letter_that_comes_back_is_marked_with_the_reason_and_its_address_with_it() {
    let house = house();
    let id = house.letter();
    house.comes("1.mx", dsn(id.as_str(), "taro@EXAMPLE.jp", ("failed", "5.1.1")));
    assert!(!house.is_unreachable());
    assert_eq!(house.look().await, 1);
    let (state, report) = house.row(&id);
    assert_eq!(state, MailState::Bounced);
    let said = "届きませんでした 5.1.1 550 5.1.1 <taro@EXAMPLE.jp>: Recipient address rejected: no such mailbox";
    assert_eq!(report.as_deref(), Some(said));
    assert!(house.is_unreachable());
    assert_eq!((house.files("new").len(), house.files("cur")), (0, vec!["1.mx:2,S".to_owned()]));
    assert_eq!((house.look().await, house.trail()), (0, 1));
}

#[tokio::test]
async fn a_report_that_is_read_twice_or_by_two_at_once_counts_once() {
    let house = house();
    let id = house.letter();
    let mail = dsn(id.as_str(), TO, ("failed", "5.1.1"));
    house.comes("1", &mail);
    let (one, other) = tokio::join!(read_new(&house.db, &house.maildir), read_new(&house.db, &house.maildir));
    assert!(one.unwrap() + other.unwrap() >= 1);
    // A worker that died before it moved the file leaves it for the next.
    house.comes("1", &mail);
    assert_eq!(house.look().await, 1);
    assert_eq!((house.row(&id).0, house.trail(), house.files("cur").len()), (MailState::Bounced, 1, 1));
}

#[tokio::test]
async fn a_forged_report_changes_nothing() {
    let house = house();
    let id = house.letter();
    let before = house.row(&id);
    house.comes("unknown", dsn(MailId::mint().as_str(), TO, ("failed", "5.1.1")));
    house.comes("other-recipient", dsn(id.as_str(), "jiro@example.jp", ("failed", "5.1.1")));
    house.comes("no-id", dsn("hello", TO, ("failed", "5.1.1")));
    house.comes("no-report", format!("Subject: Re: x\r\nMessage-ID: <{id}@example.jp>\r\n\r\nFinal-Recipient: x\r\n"));
    assert_eq!(house.look().await, 0);
    assert_eq!((house.row(&id), house.trail(), house.is_unreachable()), (before, 0, false));
    // For whoever opens the mailbox they are new.
    let kept = ["no-id:2,", "no-report:2,", "other-recipient:2,", "unknown:2,"];
    assert_eq!((house.files("cur"), house.files("new").len()), (kept.map(str::to_owned).to_vec(), 0));
}

#[tokio::test]
async fn a_letter_that_is_late_is_noted_and_still_counts_as_sent() {
    let house = house();
    let id = house.letter();
    house.comes("1", dsn(id.as_str(), TO, ("delayed", "4.4.1")));
    assert_eq!(house.look().await, 1);
    let (state, report) = house.row(&id);
    assert!(state == MailState::Sent && report.unwrap().starts_with("遅れています 4.4.1"));
    assert_eq!((house.trail(), house.is_unreachable()), (0, false));
    // Given up in the end.
    house.comes("2", dsn(id.as_str(), TO, ("failed", "4.4.7")));
    house.look().await;
    assert_eq!((house.row(&id).0, house.is_unreachable()), (MailState::Bounced, true));
}

#[tokio::test]
async fn hostile_files_are_put_aside() {
    let house = house();
    let id = house.letter();
    let good = dsn(id.as_str(), TO, ("failed", "5.1.1"));
    let nested = "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n".repeat(5_000);
    let many = "Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n".repeat(100_000);
    house.comes("nested", nested);
    house.comes("bytes", [0xff; 4096]);
    house.comes("empty", "");
    house.comes("cut", &good[..good.len() / 2]);
    house.comes("many", good.replace("Final-Recipient", &format!("{many}\r\nFinal-Recipient")));
    house.comes("huge", format!("{}{}", "x".repeat(2 << 20), good));
    let cut = good.find("Action").unwrap();
    house.comes("headers", format!("{}{}{}", &good[..cut], "X: y\r\n".repeat(60_000), &good[cut..]));
    // No files: a link to a report elsewhere, a folder.
    let elsewhere = house.folder.path().join("report");
    fs::write(&elsewhere, &good).unwrap();
    symlink(&elsewhere, house.folder.path().join("new/link")).unwrap();
    fs::create_dir(house.folder.path().join("new/folder")).unwrap();
    house.look().await;
    assert_eq!(house.files("new"), ["folder", "link"]);
    assert_eq!((house.files("cur").len(), house.row(&id).0, house.trail()), (7, MailState::Sent, 0));
}

#[tokio::test]
async fn a_maildir_that_nobody_made_yet_is_empty() {
    let house = house();
    let nowhere: Maildir = "maildir:/nonexistent/bounces".parse().unwrap();
    assert_eq!(read_new(&house.db, &nowhere).await.unwrap(), 0);
    assert_eq!(nowhere.path(), Path::new("/nonexistent/bounces"));
    assert!("/var/mail".parse::<Maildir>().is_err() && "maildir:".parse::<Maildir>().is_err());
}

#[tokio::test]
async fn a_letter_that_came_back_before_its_sending_was_noted_is_not_sent_again() {
    let house = house();
    let id = MailId::mint();
    house.write(|tx| {
        let message = Message { to: TO.into(), ..Message::default() };
        record_mail(tx, &id, ("account_activated", "{}"), &message)
    });
    house.comes("1", dsn(id.as_str(), TO, ("failed", "5.1.1")));
    house.look().await;
    house.write(|tx| note_sent(tx, &id));
    assert_eq!(house.row(&id).0, MailState::Bounced);
    assert!(house.read(|c| was_sent(c, &id)));
}

#[tokio::test]
async fn an_address_is_reachable_again_when_a_later_letter_stays_away() {
    let house = house();
    let refused = house.letter();
    house.write(|tx| note_failed(tx, &refused, "550 no such user", true));
    assert!(house.is_unreachable());
    house.db.clock.advance(chrono::Duration::hours(1));
    house.letter();
    // It may still come back.
    assert!(house.is_unreachable());
    house.db.clock.advance(chrono::Duration::hours(1));
    assert!(!house.is_unreachable());
    let elsewhere = house.read(|c| unreachable_since(c, "jiro@example.jp", house.db.clock.now().into()));
    assert!(elsewhere.is_none());
}

#[test]
fn what_servers_write_differently_is_read_alike() {
    let id = MailId::mint();
    let plain = dsn(id.as_str(), TO, ("failed", "5.1.1"));
    for mail in [
        plain.replace("\r\n", "\n"),
        plain.replace("Action: failed", "ACTION: Failed (expired)"),
        plain.replace("Original-Recipient", "X-Original-Recipient"),
        plain.replace("text/rfc822-headers", "message/rfc822").replace("Message-ID:", "Message-Id:"),
        plain.replace("Status: 5.1.1", "Status: 5.1.1 (bad destination mailbox address)"),
    ] {
        let report = report::read(mail.as_bytes()).unwrap_or_else(|| panic!("not read:\n{mail}"));
        let fate = &report.fates[0];
        assert_eq!((&report.mail, fate.action, fate.status.as_str()), (&id, Action::Failed, "5.1.1"));
        assert!(fate.recipients.contains(&TO.to_ascii_lowercase()), "{fate:?}");
    }
    assert!(report::read(plain.replace("Action: failed", "Action: relayed").as_bytes()).is_none());
}
