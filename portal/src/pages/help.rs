//! `GET /help?page=…`: how to use the screen one comes from, and what others asked
//! there. Anyone; every page's foot leads here.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::faq::{self, Category, Entry};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site};

use crate::{Anyone, Portal};

/// Questions shown.
const QUESTIONS: i64 = 5;

/// What is said about a screen.
struct Screen {
    /// Its address begins so; the longest that fits is meant.
    path: &'static str,
    /// What users call it.
    name: &'static str,
    /// What one does there, a sentence each.
    steps: &'static [&'static str],
    /// Where the handbook tells more.
    chapter: &'static str,
    /// Where its questions stand.
    category: Category,
}

const SCREENS: &[Screen] = &[
    Screen {
        path: "/",
        name: "このサイト",
        steps: &[
            "はじめての方は、トップページの「登録する」から始めてください。",
            "登録が済んでいる方は、ログインすると、次にすることがホームに表示されます。",
            "分からない言葉は、よくある質問で調べられます。",
        ],
        chapter: "contents",
        category: Category::Account,
    },
    Screen {
        path: "/register",
        name: "新規ユーザー登録",
        steps: &[
            "所属機関の番号が書かれた通知書を用意してください。",
            "施設の種類、施設、担当者の順に入力し、最後に確認して登録します。",
            "届いたメールのリンクを3時間以内に開き、「登録を完了する」を押してください。",
        ],
        chapter: "register",
        category: Category::Account,
    },
    Screen {
        path: "/login",
        name: "ログイン",
        steps: &[
            "登録したメールアドレスとパスワードを入力してください。",
            "パスワードが分からないときは「パスワードを忘れた方」を押してください。",
        ],
        chapter: "login",
        category: Category::Account,
    },
    Screen {
        path: "/reset",
        name: "パスワードの再設定",
        steps: &[
            "登録したメールアドレスを入力すると、新しいパスワードを設定するリンクが届きます。リンクは1時間使えます。",
        ],
        chapter: "login",
        category: Category::Account,
    },
    Screen {
        path: "/account",
        name: "登録情報",
        steps: &["パスワードの変更、ログインしている端末の確認、お知らせメールの設定ができます。"],
        chapter: "login",
        category: Category::Account,
    },
    Screen {
        path: "/home",
        name: "ホーム",
        steps: &[
            "「次にすること」に、いま必要な手続きが1つ表示されます。",
            "「手続きの進み具合」で、全体のどこまで済んだかが分かります。",
        ],
        chapter: "status",
        category: Category::UsageStart,
    },
    Screen {
        path: "/applications",
        name: "各種申請",
        steps: &[
            "申請の種類を選び、順に入力して、確認してから送信します。",
            "入力は途中で保存され、あとから続けられます。",
            "送信した申請の進みぐあいは、この画面で確かめられます。差戻しのときは、直すところだけが開きます。",
        ],
        chapter: "apply",
        category: Category::UsageStart,
    },
    Screen {
        path: "/applications/start/operation_start",
        name: "運用開始日登録",
        steps: &[
            "患者さんのマイナンバーカードで資格確認を始める日を登録します。2026-12-01や令和8年12月1日のようにも入力できます。",
        ],
        chapter: "status",
        category: Category::OperationStart,
    },
    Screen {
        path: "/applications/start/subsidy",
        name: "助成金交付申請",
        steps: &["領収書の写しと内訳を用意してください。送信の前に、計算した助成金の額を確かめられます。"],
        chapter: "apply",
        category: Category::Subsidy,
    },
    Screen {
        path: "/devices",
        name: "端末",
        steps: &[
            "端末を選ぶと、アプリに入力する4つの設定情報が表示されます。",
            "なくしたときは、すぐに「停止する」を押してください。",
            "設定カードを印刷すると、QRコードで設定できます。",
        ],
        chapter: "devices",
        category: Category::Device,
    },
    Screen {
        path: "/contact",
        name: "お問い合わせ",
        steps: &["お困りのことを書いて送ってください。番号と、お返事の予定日をお知らせします。"],
        chapter: "trouble",
        category: Category::Screen,
    },
];

#[derive(Template)]
#[template(path = "portal/help.html")]
struct Page {
    frame: Frame,
    screen: &'static Screen,
    questions: Vec<Entry>,
    /// The way back; empty where one came from nowhere.
    back: String,
    others: &'static [Screen],
}

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    page: String,
}

fn of(path: &str) -> &'static Screen {
    let begins = |screen: &&Screen| path == screen.path || path.starts_with(&format!("{}/", screen.path));
    SCREENS.iter().filter(begins).max_by_key(|screen| screen.path.len()).unwrap_or(&SCREENS[0])
}

/// The page.
pub async fn show(portal: Data<Portal>, who: Anyone, asked: Query<Asked>) -> PageResult {
    let (screen, site) = (of(&asked.page), site::which(who.request()));
    let category = screen.category;
    let questions = portal.db.read(move |c| faq::of_category(c, site, category, None, QUESTIONS)).await?;
    html(&Page {
        frame: who.frame(format!("{}の使い方", screen.name)),
        screen,
        questions,
        back: uketsuke_web::answer::local_path(&asked.page).unwrap_or_default().to_owned(),
        others: SCREENS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_one_comes_from_is_meant() {
        for (path, name) in [
            ("/register/facility", "新規ユーザー登録"),
            ("/registered", "このサイト"),
            ("/applications/start/operation_start", "運用開始日登録"),
            ("/applications/0192/edit/count", "各種申請"),
            ("/devices", "端末"),
            ("", "このサイト"),
            ("https://evil.example/", "このサイト"),
        ] {
            assert_eq!(of(path).name, name, "{path}");
        }
    }

    #[test]
    fn every_chapter_is_one_of_the_handbook() {
        let handbook = include_str!("../../../templates/portal/manual.html");
        for screen in SCREENS {
            assert!(handbook.contains(&format!("id=\"{}\"", screen.chapter)), "{}", screen.chapter);
        }
    }
}
