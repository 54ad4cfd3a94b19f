//! `GET /sitemap`: every place of the portal in one list. Anyone.

use askama::Template;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html};

use crate::Anyone;

/// The places, under headings. A test compares them with the table of routes.
pub(crate) const PLACES: &[(&str, &[NavItem])] = &[
    (
        "はじめての方",
        &[
            item("/", "トップページ"),
            item("/register", "新規ユーザー登録"),
            item("/login", "ログイン"),
            item("/reset", "パスワードの再設定"),
        ],
    ),
    (
        "ログインした方",
        &[
            item("/home", "ホーム"),
            item("/applications", "各種申請"),
            item("/devices", "端末"),
            item("/devices/requests", "資格確認アカウント申請状況"),
            item("/account", "登録情報"),
            item("/account/password", "パスワードの変更"),
            item("/account/sessions", "ログインの状況"),
            item("/facilities", "施設の切り替え"),
            item("/facilities/add", "施設の追加"),
            item("/records", "閲覧・操作の記録"),
            item("/inquiries", "お問い合わせの履歴"),
        ],
    ),
    (
        "お知らせと調べもの",
        &[
            item("/notices", "お知らせ"),
            item("/faq", "よくある質問"),
            item("/manuals", "手順書・マニュアル"),
            item("/manual", "このサイトの使い方"),
            item("/help", "画面ごとの使い方"),
            item("/installed", "オンライン資格確認導入済み施設"),
            item("/installed/editions", "導入済み施設の週次版"),
            item("/contact", "お問い合わせ"),
        ],
    ),
    (
        "このサイトについて",
        &[
            item("/terms", "利用規約"),
            item("/privacy", "プライバシーポリシー"),
            item("/usage-terms", "資格確認限定型オンライン資格確認等システム利用規約"),
            item("/accessibility", "アクセシビリティ方針"),
            item("/sitemap", "サイトマップ"),
        ],
    ),
];

const fn item(href: &'static str, label: &'static str) -> NavItem {
    NavItem { href, label }
}

#[derive(Template)]
#[template(path = "portal/sitemap.html")]
struct Page {
    frame: Frame,
    places: &'static [(&'static str, &'static [NavItem])],
}

/// The list.
pub async fn show(who: Anyone) -> PageResult {
    html(&Page { frame: who.frame("サイトマップ"), places: PLACES })
}
