//! The bulk transfer file (総合振込) that a payer hands to its bank.
//!
//! Source: 全国銀行協会の総合振込レコードフォーマット. Records of 120 bytes in JIS X 0201: one header (1), a data
//! record (2) for each transfer, one trailer (8) and one end record (9). Kana must be folded before; see
//! [`crate::transfer::kana`].

mod error;
mod record;

pub use error::{Field, ZenginError};

use chrono::NaiveDate;

use super::AccountType;
use crate::db::text_enum;
use record::{Line, MAX_TRANSFERS, MAX_YEN, data, end, header, trailer};

text_enum! {
    /// What stands after each record, as the receiving bank asks.
    pub enum LineEnds {
        /// Nothing: the file is a multiple of 120 bytes.
        None = "none",
        /// CR LF after every record, also the last: 122 bytes each.
        CrLf = "crlf",
    }
}

impl std::str::FromStr for LineEnds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "must be none or crlf".to_owned())
    }
}

/// Who pays, and from which account: the header record of 全国銀行協会's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// 委託者コード that the bank assigned, exactly 10 digits.
    pub code: String,
    /// Name, 1 to 40 half-width characters.
    pub name: String,
    /// 金融機関コード, exactly 4 digits.
    pub bank: String,
    /// Name of the bank in half-width characters, cut to 15; may be empty.
    pub bank_name: String,
    /// 支店コード, exactly 3 digits.
    pub branch: String,
    /// Name of the branch in half-width characters, cut to 15; may be empty.
    pub branch_name: String,
    /// Kind of the account.
    pub account_type: AccountType,
    /// Account number, exactly 7 digits.
    pub account: String,
}

/// One payment to one account: a data record of 全国銀行協会's layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// 金融機関コード, exactly 4 digits.
    pub bank: String,
    /// Name of the bank in half-width characters, cut to 15; may be empty.
    pub bank_name: String,
    /// 支店コード, exactly 3 digits.
    pub branch: String,
    /// Name of the branch in half-width characters, cut to 15; may be empty.
    pub branch_name: String,
    /// Kind of the account.
    pub account_type: AccountType,
    /// Account number, 1 to 7 digits; zeros are put in front.
    pub account: String,
    /// Name of the account's holder, 1 to 30 half-width characters. Of a longer name banks take the first 30.
    pub holder: String,
    /// Amount in yen, 1 to 9,999,999,999.
    pub yen: i64,
    /// 顧客コード1, the payer's own number for the payee: up to 10 digits; zeros are put in front.
    pub customer: String,
}

/// Writes the file for transfers on one day. The same input gives the same bytes.
///
/// The file holds month and day only, so the bank reads the year from the day it receives it; whether `on` is a
/// banking day is the caller's to know. Layout: 全国銀行協会の総合振込レコードフォーマット (種別コード 21, コード区分 0).
///
/// # Errors
/// [`ZenginError`] for the first thing that the layout cannot hold; no part of the file is returned then.
pub fn write(payer: &Payer, on: NaiveDate, transfers: &[Transfer], ends: LineEnds) -> Result<Vec<u8>, ZenginError> {
    check_count(transfers.len())?;
    let mut out = Vec::with_capacity((transfers.len() + 3) * 122);
    header(Line::new(&mut out, 0), payer, on)?.end(ends);
    let mut sum: i64 = 0;
    for (index, transfer) in transfers.iter().enumerate() {
        data(Line::new(&mut out, index + 1), transfer)?.end(ends);
        sum = sum.saturating_add(transfer.yen);
    }
    if sum > MAX_YEN {
        return Err(ZenginError::SumTooLarge { record: transfers.len() + 1, yen: sum });
    }
    trailer(Line::new(&mut out, transfers.len() + 1), transfers.len(), sum).end(ends);
    end(Line::new(&mut out, transfers.len() + 2)).end(ends);
    Ok(out)
}

/// The trailer counts in six digits.
fn check_count(count: usize) -> Result<(), ZenginError> {
    match count {
        0 => Err(ZenginError::NoTransfers),
        1..=MAX_TRANSFERS => Ok(()),
        _ => Err(ZenginError::TooManyTransfers { count }),
    }
}

#[cfg(test)]
pub(crate) mod reader;
#[cfg(test)]
mod tests;
