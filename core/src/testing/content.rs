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

/// So many made-up questions about the same things as the first ones, so that the
/// right one has company; one in five is for the other site.
///
/// # Panics
/// When the database fails.
pub fn fill_questions(db: &TestDb, count: usize) {
    const THINGS: [&str; 20] = [
        "端末",
        "申請",
        "書類",
        "通知書",
        "口座",
        "領収書",
        "職員",
        "住所",
        "電話番号",
        "画面",
        "印刷",
        "日付",
        "施設",
        "一覧",
        "カード",
        "アプリ",
        "審査",
        "登録",
        "番号",
        "助成金",
    ];
    const DEEDS: [&str; 16] = [
        "確認", "保存", "訂正", "表示", "入力", "選択", "送信", "削除", "追加", "検索", "出力", "比較", "予約", "連絡",
        "回答", "集計",
    ];
    const PLACES: [&str; 16] = [
        "北側の窓口",
        "南側の窓口",
        "夜間の当番",
        "早朝の当番",
        "研修の期間",
        "試行の地域",
        "第一報告書",
        "第二報告書",
        "月次の点検",
        "年次の点検",
        "臨時の会議",
        "定例の会議",
        "見本の様式",
        "旧来の様式",
        "予備の機材",
        "共用の機材",
    ];
    let editor = add_staff(db, Role::Editor);
    let question = |n: usize| {
        let (thing, deed) = (THINGS[n / DEEDS.len() % THINGS.len()], DEEDS[n % DEEDS.len()]);
        let place = PLACES[(n / (DEEDS.len() * THINGS.len()) + n) % PLACES.len()];
        faq::Typed {
            category: "other".into(),
            site: if n.is_multiple_of(5) { "csm" } else { "both" }.into(),
            position: "500".into(),
            question: format!("{place}で{thing}を{deed}する方法（その{n}）"),
            answer: format!(
                "{place}では、{thing}の{deed}を担当者が行います。\nくわしくは係にお尋ねください。整理用の記号は{n}です。"
            ),
            keywords: format!("{thing}{deed}、{place}"),
        }
    };
    let written = db.write_blocking(editor.actor(), |tx| {
        for n in 0..count {
            let id = faq::add(tx, &editor, &faq::Input::read(&question(n))?, None)?;
            faq::publish(tx, &editor, &id)?;
        }
        diesel::connection::SimpleConnection::batch_execute(tx.conn(), "analyze")?;
        Ok(())
    });
    written.expect("written");
}
