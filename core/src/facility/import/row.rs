//! One record into values, or into the cells that cannot be taken.
//!
//! Match secrets turn into keyed hashes right here; their text goes no further.

use std::sync::LazyLock;

use chrono::NaiveDate;
use csv::StringRecord;

use super::columns::{Column, Layout};
use super::report::RefusedCell;
use super::staged;
use crate::facility::code::FacilityCode;
use crate::facility::kind::{CodeEntry, FacilityKind, KINDS};
use crate::facility::prefecture::Prefecture;
use crate::facility::secret_match::{TypedSecret, macs};
use crate::fold;
use crate::form::FieldFault;
use crate::secret::Keyring;

/// Longest name, address and phone number of the master, characters.
const MAX_NAME: usize = 120;
const MAX_ADDRESS: usize = 200;
const MAX_PHONE: usize = 30;
/// A refused value is shown up to here, characters.
const MAX_SHOWN: usize = 60;

/// A secret as keyed hashes under every key, the current one first.
pub(super) type Macs = Vec<String>;

/// One facility as the file has it.
#[derive(Debug, Clone)]
pub(super) struct MasterRow {
    pub line: u64,
    pub kind: FacilityKind,
    pub code: FacilityCode,
    pub name: String,
    pub rest: Rest,
}

/// What a file need not say. The outer `None` means that it has no such column;
/// an empty cell is a value of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Rest {
    pub kana: Option<String>,
    pub postal_code: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
    pub manager_name: Option<String>,
    pub account_number: Option<Option<Macs>>,
    pub manager_birth: Option<Option<Macs>>,
    pub designated_on: Option<Option<NaiveDate>>,
    pub closed_on: Option<Option<NaiveDate>>,
}

/// Reads the records of one file.
pub(super) struct RowReader<'k> {
    pub layout: Layout,
    pub kind: Option<FacilityKind>,
    pub keyring: &'k Keyring,
    /// The file is one that we staged: its secrets are hashes already.
    pub staged: bool,
}

/// Why a record does not fit below its headings. Empty cells at its end are none
/// too many.
fn out_of_shape(width: usize, record: &StringRecord) -> Option<String> {
    let now = record.len();
    if now < width {
        return Some(format!(
            "列が足りません（{width}列のうち{now}列）。ファイルが途中で切れていないか確かめてください"
        ));
    }
    let too_many = record.iter().skip(width).any(|cell| !cell.trim().is_empty());
    too_many.then(|| {
        format!("列が多すぎます（見出し{width}列のところ{now}列）。値の中のカンマは、値を引用符（\"）で囲んでください")
    })
}

type Reading<T> = std::result::Result<T, FieldFault>;

impl RowReader<'_> {
    /// Reads one record, or tells every cell that is wrong with it.
    pub(super) fn read(&self, line: u64, record: &StringRecord) -> std::result::Result<MasterRow, Vec<RefusedCell>> {
        if let Some(reason) = out_of_shape(self.layout.width(), record) {
            return Err(vec![RefusedCell { line, column: "行".to_owned(), value: String::new(), reason }]);
        }
        let mut cells = Cells { layout: &self.layout, record, line, refused: Vec::new() };
        let kind = self.kind_of(&mut cells);
        let code = kind.and_then(|kind| code_of(&mut cells, &self.layout, kind));
        let name = cells.take(Column::Name, |raw| fold::text(raw, MAX_NAME)).flatten();
        let rest = Rest {
            kana: cells.text(Column::Kana, kana),
            postal_code: cells.text(Column::PostalCode, fold::postal_code),
            address: cells.text(Column::Address, |raw| fold::text(raw, MAX_ADDRESS)),
            phone: cells.text(Column::Phone, phone),
            manager_name: cells.text(Column::ManagerName, |raw| fold::text(raw, MAX_NAME)),
            account_number: cells.value(Column::AccountNumber, |raw| self.macs(raw, account_number)),
            manager_birth: cells.value(Column::ManagerBirthDate, |raw| self.macs(raw, birth_date)),
            designated_on: cells.value(Column::DesignatedOn, fold::date),
            closed_on: cells.value(Column::ClosedOn, fold::date),
        };
        match (kind, code, name) {
            (Some(kind), Some(code), Some(name)) if cells.refused.is_empty() => {
                Ok(MasterRow { line, kind, code, name, rest })
            }
            _ => Err(cells.refused),
        }
    }

    fn kind_of(&self, cells: &mut Cells<'_, '_>) -> Option<FacilityKind> {
        let named = cells.take(Column::Kind, |raw| optional(raw, kind)).map(Option::flatten);
        match (named, self.kind) {
            (Some(Some(kind)), _) => Some(kind),
            // The cell was refused; its reason is noted.
            _ if cells.refused.iter().any(|cell| cell.column == Column::Kind.label()) => None,
            (_, Some(kind)) => Some(kind),
            _ => {
                cells.refuse(Column::Kind, "", FieldFault::Missing);
                None
            }
        }
    }

    fn macs(&self, raw: &str, read: fn(&str) -> Reading<TypedSecret>) -> Reading<Macs> {
        match staged::hashes(raw).filter(|_| self.staged) {
            Some(hashes) => Ok(hashes),
            None => read(raw).map(|secret| macs(self.keyring, &secret)),
        }
    }
}

/// The cells of one record, and what is wrong with them.
struct Cells<'l, 'r> {
    layout: &'l Layout,
    record: &'r StringRecord,
    line: u64,
    refused: Vec<RefusedCell>,
}

impl Cells<'_, '_> {
    /// Reads a cell: `None` without such a column, `Some(None)` when refused.
    fn take<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Reading<T>) -> Option<Option<T>> {
        let raw = self.layout.cell(self.record, column)?;
        Some(match read(raw) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.refuse(column, raw, fault);
                None
            }
        })
    }

    /// An optional cell: without the column, empty, or a value.
    fn value<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Reading<T>) -> Option<Option<T>> {
        self.take(column, |raw| optional(raw, read)).map(Option::flatten)
    }

    /// An optional cell whose empty value is the empty text.
    fn text(&mut self, column: Column, read: impl FnOnce(&str) -> Reading<String>) -> Option<String> {
        self.value(column, read).map(Option::unwrap_or_default)
    }

    fn refuse(&mut self, column: Column, raw: &str, fault: FieldFault) {
        let hidden = column.is_secret() || fault == FieldFault::PersonalNumber;
        let value =
            if hidden { "（表示しません）".to_owned() } else { raw.trim().chars().take(MAX_SHOWN).collect() };
        let reason = match fault {
            // A sentence of its own may repeat what was written.
            FieldFault::Sentence(_) if hidden => {
                format!("{}を読み取れません。書き方を確かめてください", column.label())
            }
            fault => fault.sentence(column.label()),
        };
        self.refused.push(RefusedCell { line: self.line, column: column.label().to_owned(), value, reason });
    }
}

/// An empty cell is no value and no fault.
fn optional<T>(raw: &str, read: impl FnOnce(&str) -> Reading<T>) -> Reading<Option<T>> {
    match read(raw) {
        Ok(value) => Ok(Some(value)),
        Err(FieldFault::Missing) => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The stable text of a kind, or its words.
fn kind(raw: &str) -> Reading<FacilityKind> {
    /// The words as they are compared, folded once for all rows.
    static LABELS: LazyLock<Vec<(String, FacilityKind)>> =
        LazyLock::new(|| KINDS.iter().map(|entry| (fold::search_key(entry.label), entry.kind)).collect());
    let typed = fold::text(raw, MAX_NAME)?;
    let by_label = || {
        let key = fold::search_key(&typed);
        LABELS.iter().find(|(label, _)| *label == key).map(|(_, kind)| *kind)
    };
    FacilityKind::parse(&typed).or_else(by_label).ok_or_else(|| {
        FieldFault::Sentence("所属機関の種類が分かりません。一覧にある名前で入力してください".to_owned())
    })
}

/// Ten digits; or seven beside a prefecture; or the bureaus' nine (prefecture and seven).
fn code_of(cells: &mut Cells<'_, '_>, layout: &Layout, kind: FacilityKind) -> Option<FacilityCode> {
    let prefecture = match layout {
        Layout::BureauList => None,
        Layout::Headed { .. } => cells.take(Column::Prefecture, |raw| optional(raw, prefecture)).flatten().flatten(),
    };
    cells.take(Column::Code, |raw| read_code(kind, raw, prefecture)).flatten()
}

fn read_code(kind: FacilityKind, raw: &str, prefecture: Option<Prefecture>) -> Reading<FacilityCode> {
    let digits = fold::code_digits(raw)?;
    let seven = matches!(kind.entry().code, CodeEntry::SevenWithPrefecture { .. });
    if seven && digits.len() == 9 {
        let named = Prefecture::parse(&digits[..2]).ok_or_else(|| {
            FieldFault::Sentence("コードの先頭2桁が都道府県の番号（01から47）ではありません".to_owned())
        })?;
        return FacilityCode::read(kind, &digits[2..], Some(named));
    }
    FacilityCode::read(kind, &digits, prefecture)
}

fn prefecture(raw: &str) -> Reading<Prefecture> {
    let typed = fold::text(raw, MAX_NAME)?;
    Prefecture::parse(&typed)
        .or_else(|| Prefecture::parse(&fold::digits(&typed).ok()?))
        .ok_or_else(|| FieldFault::Sentence("都道府県の名前か番号（01から47）を入力してください".to_owned()))
}

/// Katakana where it is kana; the master's other readings are kept as they are.
fn kana(raw: &str) -> Reading<String> {
    fold::kana(raw, MAX_NAME).or_else(|_| fold::text(raw, MAX_NAME))
}

/// Digits where it is a phone number; the master's other ways to write are kept.
fn phone(raw: &str) -> Reading<String> {
    match fold::phone(raw) {
        Ok(phone) => Ok(phone.as_str().to_owned()),
        Err(_) => fold::text(raw, MAX_PHONE),
    }
}

fn account_number(raw: &str) -> Reading<TypedSecret> {
    fold::account_number(raw).map(TypedSecret::AccountNumber)
}

fn birth_date(raw: &str) -> Reading<TypedSecret> {
    fold::date(raw).map(TypedSecret::ManagerBirthDate)
}
