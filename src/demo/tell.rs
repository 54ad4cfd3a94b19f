//! What the demo prints: where it is, who can log in, and what to try next.

use uketsuke_core::config::Config;
use uketsuke_core::facility::kind::Site;

use super::cast;
use super::logins::{Logins, PASSWORD};

/// Said before the world is made.
pub(super) fn making() {
    println!("お試し用のデータを作っています…");
}

/// Said when everything answers.
pub(super) fn ready(config: &Config, mail_url: &str, logins: &Logins) {
    let Config { portal_url, admin_url, device_api_url, .. } = config;
    let portals = config.portals();
    let csm_url = portals.of(Site::Csm);
    println!("\nuketsuke のお試し（終わるには Ctrl+C）\n");
    println!("  ポータル（施術所等）    {portal_url}");
    println!("  ポータル（医療機関等）  {csm_url}");
    println!("  審査・管理              {admin_url}");
    println!("  端末のAPI               {device_api_url}");
    println!("  届いたメール            {mail_url}");
    println!("\n職員（パスワードはみな {PASSWORD}、確認コードは {mail_url}/codes で見られます）\n");
    for staff in &logins.staff {
        println!("  {:<22} {:<8} TOTP {}", staff.email, staff.role, staff.totp_secret);
    }
    println!("\n施設の人（パスワードはみな {PASSWORD}）\n");
    for person in &logins.people {
        println!("  {:<22} {}：{}", person.email, person.facility, person.standing);
    }
    next_things(config, mail_url, logins);
}

fn next_things(config: &Config, mail_url: &str, logins: &Logins) {
    let Config { portal_url, admin_url, device_api_url, .. } = config;
    let service = &logins.service;
    println!("\n次に試せること\n");
    println!("  1. {portal_url}/register で登録する（柔道整復師の施術所、登録記号番号 {}）。", cast::FREE_CODE);
    println!("     {mail_url} のメールから登録を完了し、ログインして利用開始申請を照合で送る");
    println!("     （施術管理者の生年月日 {}）。端末の画面でコードを見る。", cast::FREE_BIRTH);
    println!(
        "     医療機関と薬局は {}/register で登録する。違うサイトで始めても案内される。",
        config.portals().of(Site::Csm)
    );
    println!("  2. そのコードで端末を設定し、資格確認の問い合わせをする：");
    println!("     cargo run -- device register --api {device_api_url} --facility {} --user-id W……", cast::FREE_CODE);
    println!("     cargo run -- device token");
    println!("     cargo run -- device check --api {device_api_url} --client-id {} \\", service.client_id);
    println!("         --client-secret {}", service.secret);
    println!("     端末の画面で取り消してから、もう一度 check する。");
    println!("  3. {admin_url} に reviewer@example.jp で入り、審査待ちの申請を審査する。\n");
}
