//! Published things to start from.

use chrono::NaiveDate;

use super::{TestDb, add_staff};
use crate::db::Db;
use crate::faq;
use crate::form::FieldErrors;
use crate::ids::{FaqId, ManualId, NoticeId};
use crate::manual;
use crate::notice::{self, Input, Typed};
use crate::staff::role::Role;

/// A notice for both sites until the end of 2026, as it would be typed.
pub fn notice_typed(title: &str) -> Typed {
    Typed {
        category: "general".into(),
        site: "both".into(),
        title: title.into(),
        body: "本文です。".into(),
        until: NaiveDate::from_ymd_opt(2026, 12, 31),
        ..Typed::default()
    }
}

/// Publishes a notice.
///
/// # Panics
/// When it cannot be published.
pub fn publish_notice(db: &TestDb, typed: &Typed) -> NoticeId {
    let editor = add_staff(db, Role::Editor);
    let input = Input::read(typed, &[], db.clock.now().into(), FieldErrors::default()).expect("a notice");
    let published = db.write_blocking(editor.actor(), |tx| {
        let id = notice::draft(tx, &editor, &input)?;
        notice::publish(tx, &editor, &id)?;
        Ok(id)
    });
    published.expect("published")
}

/// Publishes a question for both sites.
///
/// # Panics
/// When it cannot be published.
pub fn publish_question(db: &TestDb, question: &str, answer: &str) -> FaqId {
    let editor = add_staff(db, Role::Editor);
    let typed = faq::Typed {
        category: "device".into(),
        site: "both".into(),
        question: question.into(),
        answer: answer.into(),
        ..faq::Typed::default()
    };
    let input = faq::Input::read(&typed).expect("a question");
    let published = db.write_blocking(editor.actor(), |tx| {
        let id = faq::add(tx, &editor, &input, None)?;
        faq::publish(tx, &editor, &id)?;
        Ok(id)
    });
    published.expect("published")
}

/// Publishes a handbook for both sites, with one version of this text.
///
/// # Panics
/// When it cannot be published.
pub fn publish_manual(db: &TestDb, slug: &str, body: &str) -> ManualId {
    let editor = add_staff(db, Role::Editor);
    let typed =
        manual::Typed { slug: slug.into(), site: "both".into(), title: "手引き".into(), ..manual::Typed::default() };
    let input = manual::Input::read(&typed).expect("a handbook");
    let day = NaiveDate::from_ymd_opt(2026, 11, 1);
    let version = manual::VersionInput::read(("1.0", "はじめての版", body), day, false, FieldErrors::default());
    let version = version.expect("a version");
    let published = db.write_blocking(editor.actor(), |tx| {
        let id = manual::add(tx, &editor, &input)?;
        manual::add_version(tx, &editor, (&id, 0), &version)?;
        Ok(id)
    });
    published.expect("published")
}

/// The first questions.
///
/// # Panics
/// When the database fails.
pub fn load_questions(db: &Db) {
    db.write_blocking(crate::db::Actor::system(), faq::load_first).expect("loaded");
}
