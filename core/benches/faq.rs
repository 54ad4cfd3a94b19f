//! How long does a search take among 5,000 questions?
//!
//! ```sh
//! cargo bench -p uketsuke-core --features testing --bench faq
//! ```
//!
//! On SQLite, or on PostgreSQL where `UKETSUKE_TEST_POSTGRES_URL` names a server. Each line is a time, and
//! how many times as long it is as reading a page of one shelf in the same run.

use std::time::{Duration, Instant};

use uketsuke_core::facility::kind::Site;
use uketsuke_core::faq::{self, Category};
use uketsuke_core::testing::content::{fill_questions, load_questions};
use uketsuke_core::testing::{POSTGRES_URL, TestDb, test_db};

/// What people type: single words, sentences, kana, common and rare words, nothing that exists.
const SEARCHES: [&str; 10] = [
    "パスワードを忘れました",
    "ぱすわーど わすれた",
    "端末",
    "申請",
    "スマホをなくした",
    "助成金の申請の期限はいつですか",
    "機種変更",
    "せいこついん",
    "端末 確認 窓口 申請 書類 番号 登録 審査",
    "冷蔵庫",
];
/// How often each is measured.
const TIMES: u32 = 20;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("measures with `cargo bench` only");
        return;
    }
    let on_postgres = std::env::var(POSTGRES_URL).is_ok_and(|url| !url.is_empty());
    let name = if on_postgres { "postgres" } else { "sqlite" };
    let db = test_db();
    load_questions(&db.db);
    fill_questions(&db, 5_000);
    let shelf = timed(&db, |db| {
        db.read_blocking(|c| faq::of_category(c, Site::Omf, Category::Other, None, 31)).expect("reads");
    });
    println!("{:<10} {:<44} {:>8} {:>8}", "database", "what", "ms", "× shelf");
    let line = |what: &str, took: Duration| {
        let times = took.as_secs_f64() / shelf.as_secs_f64();
        println!("{name:<10} {what:<44} {:>8.2} {times:>8.1}", took.as_secs_f64() * 1000.0);
    };
    line("a page of one shelf", shelf);
    for words in SEARCHES {
        let took = timed(&db, |db| {
            db.read_blocking(|c| faq::search(c, Site::Omf, words)).expect("reads");
        });
        line(words, took);
    }
}

/// The mean over some times, after one that does not count.
fn timed(db: &TestDb, work: impl Fn(&TestDb)) -> Duration {
    work(db);
    let since = Instant::now();
    (0..TIMES).for_each(|_| work(db));
    since.elapsed() / TIMES
}
