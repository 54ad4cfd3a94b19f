//! What an inquiry is about: the table that the form, the queue and the answers
//! kept ready share. A new category is one entry.

use crate::db::text_enum;

text_enum! {
    /// What an inquiry is about.
    pub enum Category {
        /// Registering and logging in.
        Account = "account",
        /// The usage start.
        UsageStart = "usage_start",
        /// Setting up devices, activation codes.
        Device = "device",
        /// The day on which the card is first read.
        OperationStart = "operation_start",
        /// Subsidies.
        Subsidy = "subsidy",
        /// Changes, and the end of the use.
        Change = "change",
        /// How to use these pages.
        Screen = "screen",
        /// Anything else.
        Other = "other",
    }
}

impl Category {
    /// The words users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Account => "登録・ログイン",
            Self::UsageStart => "利用開始申請",
            Self::Device => "端末の設定・アクティベーションコード",
            Self::OperationStart => "運用開始日",
            Self::Subsidy => "助成金",
            Self::Change => "変更・終了",
            Self::Screen => "画面の使い方",
            Self::Other => "その他",
        }
    }
}
