//! What keeps a transfer file from being written, down to record and field.

use std::fmt;

/// A field of a record, by its item in 全国銀行協会's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// 委託者コード of the header.
    PayerCode,
    /// 振込依頼人名 of the header.
    PayerName,
    /// 銀行番号, of the payer in the header and of the payee in a data record.
    Bank,
    /// 銀行名.
    BankName,
    /// 支店番号.
    Branch,
    /// 支店名.
    BranchName,
    /// 口座番号.
    Account,
    /// 受取人名 of a data record.
    Holder,
    /// 振込金額 of a data record.
    Yen,
    /// 顧客コード1 of a data record.
    Customer,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PayerCode => "payer code",
            Self::PayerName => "payer name",
            Self::Bank => "bank code",
            Self::BankName => "bank name",
            Self::Branch => "branch code",
            Self::BranchName => "branch name",
            Self::Account => "account number",
            Self::Holder => "account holder",
            Self::Yen => "amount",
            Self::Customer => "customer code",
        })
    }
}

/// Why no file was written.
///
/// `record` is the place in the file: 0 for the header, n for the nth transfer counted from 1. The messages hold no
/// account number and no name. The limits are those of 全国銀行協会の総合振込レコードフォーマット.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ZenginError {
    /// The list of transfers is empty.
    #[error("a transfer file needs at least one transfer")]
    NoTransfers,
    /// More transfers than the trailer's six digits can count.
    #[error("{count} transfers; one file holds 999,999")]
    TooManyTransfers {
        /// Number of transfers given.
        count: usize,
    },
    /// The sum does not fit the trailer's twelve digits.
    #[error("record {record}: a sum of {yen} yen; one file holds 999,999,999,999")]
    SumTooLarge {
        /// The trailer.
        record: usize,
        /// Sum of all transfers in yen.
        yen: i64,
    },
    /// Not ASCII digits only, or too few or too many of them.
    #[error("record {record}: {field} is not a number of {digits} digits")]
    BadDigits {
        /// Place of the record in the file.
        record: usize,
        /// The field at fault.
        field: Field,
        /// Width of the field in digits.
        digits: usize,
    },
    /// A name that the layout needs is empty or blank.
    #[error("record {record}: {field} is missing")]
    Missing {
        /// Place of the record in the file.
        record: usize,
        /// The field at fault.
        field: Field,
    },
    /// More half-width characters than the field holds.
    #[error("record {record}: {field} has {length} characters; {max} fit")]
    TooLong {
        /// Place of the record in the file.
        record: usize,
        /// The field at fault.
        field: Field,
        /// Half-width characters given.
        length: usize,
        /// Half-width characters that fit.
        max: usize,
    },
    /// Characters outside the set of [`crate::transfer::kana`].
    #[error("record {record}: {field} holds characters that a bank transfer cannot carry")]
    NotWritable {
        /// Place of the record in the file.
        record: usize,
        /// The field at fault.
        field: Field,
        /// The characters, each once, in the order of their first use.
        chars: Vec<char>,
    },
    /// Less than 1 yen or more than ten digits.
    #[error("record {record}: an {field} of {yen} yen; 1 to 9,999,999,999 can be written", field = Field::Yen)]
    BadYen {
        /// Place of the record in the file.
        record: usize,
        /// Amount given, in yen.
        yen: i64,
    },
}
