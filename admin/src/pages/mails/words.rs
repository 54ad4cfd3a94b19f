//! What letters and their states are called.

use uketsuke_core::mail::{MailRow, MailState};

/// Every letter by its name.
const LETTERS: &[(&str, &str)] = &[
    ("account_activated", "登録完了のお知らせ"),
    ("account_activation", "登録を完了するリンク"),
    ("account_changed", "登録情報の変更のお知らせ"),
    ("account_known", "登録済みのお知らせ"),
    ("annex_declared", "併設申告のお知らせ"),
    ("annex_ended", "併設申告の終了"),
    ("application_approved", "承認のお知らせ"),
    ("application_approved_at_once", "申請の受付完了"),
    ("application_received", "申請受付のお知らせ"),
    ("application_rejected", "却下のお知らせ"),
    ("application_returned", "修正のお願い"),
    ("application_withdrawn", "取下げのお知らせ"),
    ("device_activated", "端末の設定完了"),
    ("device_reissued", "端末の再発行"),
    ("device_reissued_lost", "紛失による端末の再発行"),
    ("device_swap_begun", "端末の入れ替え"),
    ("facility_devices", "施設の端末の停止と再開"),
    ("device_resumed", "端末の停止解除"),
    ("device_revoked", "端末の失効"),
    ("device_suspended", "端末の停止"),
    ("facility_closed", "施設の廃止のお知らせ"),
    ("inquiry_answered", "お問い合わせへの回答"),
    ("inquiry_received", "お問い合わせ受付のお知らせ"),
    ("reminder_devices", "端末の設定のご案内"),
    ("reminder_start", "運用開始日の登録のご案内"),
    ("subsidy_transfer_returned", "助成金の振込が戻ったお知らせ"),
    ("usage_ended", "利用終了のお知らせ"),
    ("account_reset", "パスワード再設定のリンク"),
    ("staff_factor_reset", "職員：二段階認証の解除"),
    ("staff_factor_reset_asked", "職員：二段階認証の解除の依頼"),
    ("staff_invite", "職員の招待"),
    ("staff_password_changed", "職員：パスワードの変更"),
    ("staff_reset", "職員：パスワード再設定のリンク"),
    ("staff_recovery_code_used", "職員：回復コードの使用"),
];

/// The words for a letter; its name where it has none (an older program's).
pub(crate) fn letter_words(name: &str) -> &str {
    LETTERS.iter().find(|(letter, _)| *letter == name).map_or(name, |(_, words)| words)
}

/// That and when recipient and subject were erased; empty while they are there.
pub(crate) fn erased_words(mail: &MailRow) -> String {
    mail.erased_at.map_or_else(String::new, |at| uketsuke_web::words::erased(at.utc()))
}

/// The words and the tone of a mail's state.
pub(crate) fn state_words(state: MailState) -> (&'static str, &'static str) {
    match state {
        MailState::Pending => ("送信待ち", "blue-line"),
        MailState::Sent => ("送信済み", "green"),
        MailState::Failed => ("送信できません", "orange"),
        MailState::Bounced => ("届きませんでした", "orange"),
        MailState::Needless => ("不要になりました", "grey"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_with_texts_has_words() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates/mail");
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().join("subject.txt").exists() {
                let name = entry.file_name().into_string().expect("a name");
                assert_ne!(letter_words(&name), name, "{name} has no words");
            }
        }
    }
}
