//! The four records of the transfer file, field by field.
//!
//! Source: 全国銀行協会の総合振込レコードフォーマット. Text stands left with blanks after it, numbers right with
//! zeros before them; unused number items are zeros, unused bytes blanks.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Field, LineEnds, Payer, Transfer, ZenginError};
use crate::transfer::AccountType;
use crate::transfer::kana::in_set;

/// 合計件数 has six digits.
pub(super) const MAX_TRANSFERS: usize = 999_999;
/// 合計金額 has twelve digits.
pub(super) const MAX_YEN: i64 = 999_999_999_999;
/// 振込金額 has ten digits.
const MAX_TRANSFER_YEN: i64 = 9_999_999_999;
/// Bytes of a record.
const WIDTH: usize = 120;
/// 銀行名 and 支店名.
const PLACE_NAME: usize = 15;

type Written<'a> = Result<Line<'a>, ZenginError>;

/// A record being written at the end of the file.
pub(super) struct Line<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    record: usize,
}

/// 1 ヘッダーレコード: 種別コード 21 (総合振込), コード区分 0 (JIS).
pub(super) fn header<'a>(line: Line<'a>, payer: &Payer, on: NaiveDate) -> Written<'a> {
    let line = line
        .fixed("1210")
        .digits(Field::PayerCode, &payer.code, 10)?
        .name(Field::PayerName, &payer.name, 40)?
        .fixed(&on.format("%m%d").to_string())
        .place(Field::Bank, &payer.bank, 4, Field::BankName, &payer.bank_name)?
        .place(Field::Branch, &payer.branch, 3, Field::BranchName, &payer.branch_name)?;
    line.fixed(kind(payer.account_type)).digits(Field::Account, &payer.account, 7)
}

/// 2 データレコード. 識別表示 stays blank: the codes before it are customer codes, not EDI text.
pub(super) fn data<'a>(line: Line<'a>, transfer: &Transfer) -> Written<'a> {
    let line = line
        .fixed("2")
        .place(Field::Bank, &transfer.bank, 4, Field::BankName, &transfer.bank_name)?
        .place(Field::Branch, &transfer.branch, 3, Field::BranchName, &transfer.branch_name)?
        .fixed("0000") // 手形交換所番号, unused
        .fixed(kind(transfer.account_type))
        .padded(Field::Account, &transfer.account, 7, 1)?
        .name(Field::Holder, &transfer.holder, 30)?
        .yen(transfer.yen)?
        .fixed("0") // 新規コード: その他
        .padded(Field::Customer, &transfer.customer, 10, 0)?;
    Ok(line.fixed("0000000000").fixed("7")) // 顧客コード2, unused; 振込指定区分: テレ振込
}

/// 8 トレーラレコード: how many transfers, and their sum in yen.
pub(super) fn trailer(line: Line<'_>, count: usize, yen: i64) -> Line<'_> {
    line.fixed(&format!("8{count:06}{yen:012}"))
}

/// 9 エンドレコード.
pub(super) fn end(line: Line<'_>) -> Line<'_> {
    line.fixed("9")
}

fn kind(account: AccountType) -> &'static str {
    match account {
        AccountType::Ordinary => "1",
        AccountType::Current => "2",
    }
}

impl<'a> Line<'a> {
    /// Starts a record; `record` is its place in the file for errors.
    pub(super) fn new(out: &'a mut Vec<u8>, record: usize) -> Self {
        let start = out.len();
        Self { out, start, record }
    }

    /// Fills the record with blanks and ends it.
    pub(super) fn end(self, ends: LineEnds) {
        self.out.resize(self.start + WIDTH, b' ');
        if ends == LineEnds::CrLf {
            self.out.extend_from_slice(b"\r\n");
        }
    }

    /// ASCII that needs no check.
    fn fixed(self, ascii: &str) -> Self {
        self.out.extend_from_slice(ascii.as_bytes());
        self
    }

    fn digits(self, field: Field, text: &str, width: usize) -> Result<Self, ZenginError> {
        self.padded(field, text, width, width)
    }

    /// A number of `least` to `width` digits, zeros before it.
    fn padded(self, field: Field, text: &str, width: usize, least: usize) -> Result<Self, ZenginError> {
        if !(least..=width).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ZenginError::BadDigits { record: self.record, field, digits: width });
        }
        Ok(self.fixed(&format!("{text:0>width$}")))
    }

    fn yen(self, yen: i64) -> Result<Self, ZenginError> {
        if !(1..=MAX_TRANSFER_YEN).contains(&yen) {
            return Err(ZenginError::BadYen { record: self.record, yen });
        }
        Ok(self.fixed(&format!("{yen:010}")))
    }

    /// Code and name of a bank or branch. The bank goes by the code, so the name may be cut.
    fn place(self, code: Field, digits: &str, width: usize, field: Field, name: &str) -> Result<Self, ZenginError> {
        self.digits(code, digits, width)?.text(field, name, PLACE_NAME)
    }

    /// A name that must be there and must not be cut.
    fn name(self, field: Field, text: &str, max: usize) -> Result<Self, ZenginError> {
        let length = text.chars().count();
        if text.trim().is_empty() {
            return Err(ZenginError::Missing { record: self.record, field });
        }
        if length > max {
            return Err(ZenginError::TooLong { record: self.record, field, length, max });
        }
        self.text(field, text, max)
    }

    /// Text cut or filled to `width`.
    fn text(self, field: Field, text: &str, width: usize) -> Result<Self, ZenginError> {
        let mut seen = BTreeSet::new();
        let chars: Vec<char> = text.chars().filter(|c| !in_set(*c) && seen.insert(*c)).collect();
        if !chars.is_empty() {
            return Err(ZenginError::NotWritable { record: self.record, field, chars });
        }
        self.out.extend(text.chars().filter_map(byte).chain(std::iter::repeat(b' ')).take(width));
        Ok(self)
    }
}

/// The JIS X 0201 byte of a character in the set.
fn byte(c: char) -> Option<u8> {
    match c {
        '¥' => Some(0x5C),
        '\u{FF61}'..='\u{FF9F}' => u8::try_from(c as u32 - 0xFF61 + 0xA1).ok(),
        _ => u8::try_from(c).ok().filter(u8::is_ascii),
    }
}
