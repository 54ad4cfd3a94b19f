//! Domestic bank transfers: the letters they may carry, the file of bulk transfers
//! (総合振込), and the account that pays.

pub mod kana;
mod payer;
pub mod zengin;

pub use payer::Payer;

use crate::db::text_enum;

text_enum! {
    /// 預金種目 of domestic transfers.
    pub enum AccountType {
        /// 普通
        Ordinary = "ordinary",
        /// 当座
        Current = "current",
    }
}

impl AccountType {
    /// In words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ordinary => "普通",
            Self::Current => "当座",
        }
    }
}
