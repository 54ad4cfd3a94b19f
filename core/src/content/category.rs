//! What questions are about: the shelves of the frequent ones, and of inquiries.

use crate::db::text_enum;

text_enum! {
    /// What a question is about, in the order shown.
    pub enum Category {
        /// 登録・ログイン
        Account = "account",
        /// 利用開始申請
        UsageStart = "usage_start",
        /// 端末の設定・アクティベーションコード
        Device = "device",
        /// 運用開始日
        OperationStart = "operation_start",
        /// 併設申告
        Annex = "annex",
        /// 助成金
        Subsidy = "subsidy",
        /// 変更・終了
        Change = "change",
        /// 画面の使い方
        Screen = "screen",
        /// その他
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
            Self::Annex => "併設申告",
            Self::Subsidy => "助成金",
            Self::Change => "変更・終了",
            Self::Screen => "画面の使い方",
            Self::Other => "その他",
        }
    }
}
