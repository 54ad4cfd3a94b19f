//! Questions and answers, on whichever database the tests run.

use chrono::Duration;

use super::first::first;
use super::*;
use crate::content::SiteChoice;
use crate::db::{Actor, Conn};
use crate::error::Error;
use crate::facility::kind::Site;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::content::fill_questions;
use crate::testing::{TestDb, add_staff, test_db};

fn typed(question: &str) -> Typed {
    Typed {
        category: "device".into(),
        site: "both".into(),
        question: question.into(),
        answer: "端末の画面で確かめてください。".into(),
        ..Typed::default()
    }
}

fn added(db: &TestDb, scope: &StaffScope, typed: &Typed) -> crate::ids::FaqId {
    let input = Input::read(typed).unwrap();
    db.write_blocking(scope.actor(), |tx| {
        let id = add(tx, scope, &input, None)?;
        publish(tx, scope, &id)?;
        Ok(id)
    })
    .unwrap()
}

fn hits(db: &TestDb, site: Site, typed: &str) -> Vec<String> {
    let found = db.read_blocking(|c| search(c, site, typed)).unwrap();
    found.hits.into_iter().map(|entry| entry.question).collect()
}

/// What people type, and the question that must come first.
const QUERIES: [(&str, &str); 36] = [
    ("パスワードを忘れました", "パスワードを忘れました"),
    ("ぱすわーど わすれた", "パスワードを忘れました"),
    ("ﾊﾟｽﾜｰﾄﾞ 再設定", "パスワードを忘れました"),
    ("ログイン出来ない", "ログインできません"),
    ("ろぐいんできない", "ログインできません"),
    ("メールがとどかない", "登録のメールが届きません"),
    ("迷惑メール", "登録のメールが届きません"),
    ("メールアドレスの変更", "メールアドレスを変更したい"),
    ("とうろくきごうばんごう", "登録記号番号はどこに書いてありますか"),
    ("登録記号番号", "登録記号番号はどこに書いてありますか"),
    ("整骨院と鍼灸院の併設", "併設申告とは何ですか"),
    ("へいせつしんこく", "併設申告とは何ですか"),
    ("併設の解除", "併設を取り消したい"),
    ("スマホをなくした", "端末を紛失しました"),
    ("端末 盗難", "端末を紛失しました"),
    ("ふんしつ", "端末を紛失しました"),
    ("機種変更", "端末を新しいものに買い替えます"),
    ("端末の買替え", "端末を新しいものに買い替えます"),
    ("コードの期限切れ", "アクティベーションコードの期限が切れました"),
    ("ＱＲコードを印刷", "設定カードを印刷したい"),
    ("アプリのダウンロード", "マイナ資格確認アプリはどこから入手しますか"),
    ("あぷり いんすとーる", "マイナ資格確認アプリはどこから入手しますか"),
    ("助成金いくら", "助成金はいくらもらえますか"),
    ("補助金の締め切り", "助成金の申請の期限はいつですか"),
    ("補助金 〆切", "助成金の申請の期限はいつですか"),
    ("助成金の入金日", "助成金はいつ振り込まれますか"),
    ("振込先の銀行を変更", "助成金の振込先の口座を変更したい"),
    ("こうふけってい通知書", "交付決定通知書はどこで見られますか"),
    ("審査 何日", "利用開始申請の審査にはどのくらいかかりますか"),
    ("差し戻し", "申請が差し戻されました。どうすればよいですか"),
    ("申し込みのキャンセル", "申請を取り下げたい"),
    ("郵便局の口座", "ゆうちょ銀行の口座番号はどのように入力しますか"),
    ("引越しで住所が変わった", "移転して住所が変わりました"),
    ("閉院の手続き", "廃止するときの手続きを教えてください"),
    ("うんようかいしび", "運用開始日とは何ですか"),
    ("コールセンターの受付時間", "電話で問い合わせたい"),
];

#[test]
fn among_five_thousand_entries_each_query_finds_its_own_first() {
    let db = test_db();
    db.write_blocking(Actor::system(), load_first).unwrap();
    assert_eq!(db.write_blocking(Actor::system(), load_first).unwrap(), 0, "once");
    fill_questions(&db, 5_000);
    for (words, wanted) in QUERIES {
        let found = db.read_blocking(|c| search(c, Site::Omf, words)).unwrap();
        let first = found.hits.first().map(|entry| entry.question.as_str());
        let near: Vec<&str> = found.hits.iter().chain(&found.similar).map(|entry| entry.question.as_str()).collect();
        assert_eq!(first, Some(wanted), "{words}: {near:?} by {:?}", found.terms);
    }
    let plan = db.read_blocking(plan).unwrap();
    assert!(plan.contains("faq_grams"), "{plan}");
    assert!(!plan.contains("SCAN faq_grams") && !plan.contains("Seq Scan on faq_grams"), "{plan}");
}

/// How the database finds the entries of a pair of characters.
fn plan(conn: &mut Conn) -> crate::error::Result<String> {
    use diesel::prelude::*;
    let sql = "select gram, entry_id, weight from faq_grams where gram in ('紛失', '端末') and site in ('both', 'omf')";
    match conn {
        Conn::Sqlite(c) => {
            #[derive(QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Text)]
                detail: String,
            }
            let rows: Vec<Row> = diesel::sql_query(format!("explain query plan {sql}")).load(c)?;
            Ok(rows.into_iter().map(|row| row.detail).collect::<Vec<_>>().join("\n"))
        }
        Conn::Postgres(c) => {
            #[derive(QueryableByName)]
            struct Row {
                #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
                plan: String,
            }
            let rows: Vec<Row> = diesel::sql_query(format!("explain {sql}")).load(c)?;
            Ok(rows.into_iter().map(|row| row.plan).collect::<Vec<_>>().join("\n"))
        }
    }
}

#[test]
fn each_site_finds_its_own() {
    let db = test_db();
    db.write_blocking(Actor::system(), load_first).unwrap();
    assert_eq!(hits(&db, Site::Csm, "医療機関コード")[0], "医療機関コードはどこに書いてありますか");
    assert!(!hits(&db, Site::Omf, "医療機関コード").contains(&"医療機関コードはどこに書いてありますか".to_owned()));
    assert!(hits(&db, Site::Csm, "併設").is_empty());
    let shelf = db.read_blocking(|c| shelf(c, Site::Csm, 3)).unwrap();
    assert!(shelf.iter().all(|(category, entries)| *category != Category::Annex && entries.len() <= 3));
}

#[test]
fn what_is_not_published_is_not_found() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let input = Input::read(&typed("充電器の選び方")).unwrap();
    let id = db.write_blocking(editor.actor(), |tx| add(tx, &editor, &input, None)).unwrap();
    assert!(hits(&db, Site::Omf, "充電器").is_empty());
    assert!(matches!(db.read_blocking(|c| get_published(c, Site::Omf, &id)), Err(Error::NotFound)));
    db.write_blocking(editor.actor(), |tx| publish(tx, &editor, &id)).unwrap();
    db.write_blocking(editor.actor(), |tx| publish(tx, &editor, &id)).unwrap();
    assert!(hits(&db, Site::Omf, "冷蔵庫 充電器").is_empty(), "not all of it");
    assert_eq!(hits(&db, Site::Omf, "充電器"), ["充電器の選び方"]);
    // A changed entry is found by its new words alone.
    let seen = db.read_blocking(|c| get(c, &editor, &id)).unwrap().revision;
    let input =
        Input::read(&Typed { keywords: "じゅうでんき、バッテリー".into(), ..typed("電池の選び方") }).unwrap();
    db.write_blocking(editor.actor(), |tx| amend(tx, &editor, (&id, seen), &input, "言葉")).unwrap();
    assert!(hits(&db, Site::Omf, "充電器").is_empty());
    assert_eq!(hits(&db, Site::Omf, "じゅうでんき"), ["電池の選び方"]);
    assert_eq!(hits(&db, Site::Omf, "ﾊﾞｯﾃﾘｰ"), ["電池の選び方"]);
    let stale = db.write_blocking(editor.actor(), |tx| amend(tx, &editor, (&id, seen), &input, ""));
    assert!(matches!(stale, Err(Error::Conflict)));
    db.write_blocking(editor.actor(), |tx| retire(tx, &editor, &id)).unwrap();
    assert!(hits(&db, Site::Omf, "電池").is_empty());
    assert_eq!(db.write_blocking(Actor::system(), rebuild).unwrap(), 0);
}

#[test]
fn editors_keep_the_synonyms() {
    let db = test_db();
    let (editor, auditor) = (add_staff(&db, Role::Editor), add_staff(&db, Role::Auditor));
    added(&db, &editor, &typed("充電器の選び方"));
    assert!(hits(&db, Site::Omf, "アダプター").is_empty());
    let id = db.write_blocking(editor.actor(), |tx| add_synonyms(tx, &editor, "充電器, アダプター")).unwrap();
    assert_eq!(hits(&db, Site::Omf, "あだぷたー"), ["充電器の選び方"]);
    let alone = db.write_blocking(editor.actor(), |tx| change_synonyms(tx, &editor, &id, "充電器"));
    assert!(matches!(alone, Err(Error::Invalid(errors)) if errors.has("words")));
    let refused = db.write_blocking(auditor.actor(), |tx| remove_synonyms(tx, &auditor, &id));
    assert!(matches!(refused, Err(Error::Forbidden)));
    db.write_blocking(editor.actor(), |tx| change_synonyms(tx, &editor, &id, "充電器、電源")).unwrap();
    assert!(hits(&db, Site::Omf, "アダプター").is_empty());
    assert_eq!(hits(&db, Site::Omf, "電源"), ["充電器の選び方"]);
    db.write_blocking(editor.actor(), |tx| remove_synonyms(tx, &editor, &id)).unwrap();
    assert!(hits(&db, Site::Omf, "電源").is_empty());
    assert!(db.read_blocking(|c| list_synonyms(c, &auditor)).unwrap().len() > 20, "the first ones stay");
}

#[test]
fn hostile_searches_find_nothing_and_break_nothing() {
    let db = test_db();
    db.write_blocking(Actor::system(), load_first).unwrap();
    for words in [
        "",
        "　",
        "%",
        "_",
        "'; drop table faq_entries; --",
        "\\",
        "\u{0}",
        "\u{202E}",
        "<script>alert(1)</script>",
        "😀",
        &"あ".repeat(10_000),
        &"端末 ".repeat(3_000),
        "ー",
        "ﾞ",
    ] {
        db.read_blocking(|c| search(c, Site::Omf, words)).unwrap();
    }
    assert!(!hits(&db, Site::Omf, "端末").is_empty());
    assert!(hits(&db, Site::Omf, "端").len() > 3, "one kanji is enough");
}

#[test]
fn part_of_what_was_asked_is_offered() {
    let db = test_db();
    db.write_blocking(Actor::system(), load_first).unwrap();
    let found = db.read_blocking(|c| search(c, Site::Omf, "紛失 冷蔵庫")).unwrap();
    assert!(found.hits.is_empty());
    assert_eq!(found.similar[0].question, "端末を紛失しました");
    let found = db.read_blocking(|c| search(c, Site::Omf, "冷蔵庫")).unwrap();
    assert!(found.hits.is_empty() && found.similar.is_empty());
}

#[test]
fn a_voice_counts_once_and_may_change() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let id = added(&db, &editor, &typed("充電器の選び方"));
    for (voter, helpful) in [("a", true), ("a", true), ("b", true), ("b", false), ("c", true)] {
        db.write_blocking(Actor::system(), |tx| vote(tx, &id, voter, helpful)).unwrap();
    }
    let tallies = db.read_blocking(|c| tallies(c, std::slice::from_ref(&id))).unwrap();
    assert_eq!(tallies[&id], Tally { helpful: 2, not: 1 });
}

#[test]
fn searches_without_a_hit_are_counted_but_never_a_persons_number() {
    let db = test_db();
    let auditor = add_staff(&db, Role::Auditor);
    for words in ["冷蔵庫", "れいぞうこ", "冷蔵庫", "０９０１２３４５６７８", "a@example.jp", "", "、"]
    {
        db.write_blocking(Actor::system(), |tx| note_miss(tx, Site::Omf, words)).unwrap();
    }
    db.write_blocking(Actor::system(), |tx| note_miss(tx, Site::Csm, "冷蔵庫")).unwrap();
    let misses = |db: &TestDb| {
        let misses = db.read_blocking(|c| list_misses(c, &auditor, 10)).unwrap();
        misses.into_iter().map(|miss| (miss.site, miss.words, miss.times)).collect::<Vec<_>>()
    };
    let row = |site: &str, words: &str, times| (site.to_owned(), words.to_owned(), times);
    assert_eq!(misses(&db)[0], row("omf", "冷蔵庫", 2));
    assert_eq!(misses(&db).len(), 3);
    db.clock.advance(Duration::days(MISS_DAYS + 1));
    assert_eq!(db.write_blocking(Actor::system(), sweep_misses).unwrap(), 3);
}

#[test]
fn the_first_entries_can_be_published_as_they_are() {
    for input in first().unwrap() {
        let again = Input::read(&Typed {
            category: input.category.as_str().into(),
            position: input.position.to_string(),
            site: input.site.as_str().into(),
            question: input.question.clone(),
            answer: input.answer.clone(),
            keywords: input.keywords.clone(),
        });
        assert_eq!(again.as_ref().ok(), Some(&input), "{again:?}");
    }
}

#[test]
fn what_cannot_be_kept_is_named() {
    for (field, typed) in [
        ("category", Typed { category: "x".into(), ..typed("質問") }),
        ("site", Typed { site: "x".into(), ..typed("質問") }),
        ("question", typed("")),
        ("question", typed(&"あ".repeat(121))),
        ("answer", Typed { answer: "<b>太字</b>".into(), ..typed("質問") }),
        ("answer", Typed { answer: String::new(), ..typed("質問") }),
        ("keywords", Typed { keywords: "あ".repeat(500), ..typed("質問") }),
        ("position", Typed { position: "いちばん".into(), ..typed("質問") }),
    ] {
        assert!(matches!(Input::read(&typed), Err(Error::Invalid(errors)) if errors.has(field)), "{field}");
    }
    assert_eq!(SiteChoice::parse("both"), Some(SiteChoice::Both));
}
