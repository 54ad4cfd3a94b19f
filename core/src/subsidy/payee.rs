//! The account that a grant is paid to, as typed and as transfers write it.

use serde::{Deserialize, Serialize};

use crate::bank::{self, Found, Place};
use crate::db::Conn;
use crate::error::Result;
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::transfer::{AccountType, kana};

/// An account that money can be transferred to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// 金融機関コード, four digits.
    pub bank: String,
    /// Its name; empty when the list of banks does not know it.
    pub bank_name: String,
    /// 店番, three digits.
    pub branch: String,
    /// Its name.
    pub branch_name: String,
    /// 預金種目.
    pub account_type: AccountType,
    /// 口座番号, seven digits.
    pub number: String,
    /// 口座名義カナ in the half-width letters of transfers.
    pub holder: String,
}

impl Payee {
    /// Bank and branch in words.
    pub fn place(&self) -> String {
        format!("{}（{}）　{}（{}）", self.bank_name, self.bank, self.branch_name, self.branch)
    }

    /// Type and the last three digits: enough to know one's own account by.
    pub fn masked(&self) -> String {
        let tail: String = self.number.chars().skip(4).collect();
        format!("{}　＊＊＊＊{tail}", self.account_type.label())
    }

    /// Type and number.
    pub fn account(&self) -> String {
        format!("{}　{}", self.account_type.label(), self.number)
    }

    /// The holder as people read it.
    pub fn holder_shown(&self) -> String {
        kana::shown(&self.holder)
    }
}

/// The form's fields: names and labels.
pub const BANK: (&str, &str) = ("payee.bank", "金融機関");
/// The bank chosen among several.
pub const BANK_CHOICE: &str = "payee.bank_choice";
/// 支店
pub const BRANCH: (&str, &str) = ("payee.branch", "支店");
/// The branch chosen among several.
pub const BRANCH_CHOICE: &str = "payee.branch_choice";
/// 預金種目
pub const TYPE: (&str, &str) = ("payee.type", "預金種目");
/// 口座番号
pub const NUMBER: (&str, &str) = ("payee.number", "口座番号");
/// 口座名義カナ
pub const HOLDER: (&str, &str) = ("payee.holder", "口座名義（カナ）");
/// The names of all fields.
pub const NAMES: &[&str] = &[BANK.0, BANK_CHOICE, BRANCH.0, BRANCH_CHOICE, TYPE.0, NUMBER.0, HOLDER.0];
/// Under which name a fault is pinned to all of them.
pub const PIN: (&str, &str) = ("payee", "振込先の口座");

/// 口座名義 in a transfer, letters.
const HOLDER_MAX: usize = 30;

/// What is wrong with what was typed, with banks or branches to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unclear {
    /// By field.
    pub errors: FieldErrors,
    /// Banks that were meant, perhaps.
    pub banks: Vec<(String, String)>,
    /// Branches that were meant, perhaps.
    pub branches: Vec<(String, String)>,
}

/// Reads what was typed.
///
/// # Errors
/// From the database only; what is unclear is an answer.
pub fn read<'t>(conn: &mut Conn, typed: impl Fn(&str) -> &'t str) -> Result<std::result::Result<Payee, Unclear>> {
    let mut unclear = Unclear::default();
    let found = bank::find_bank(conn, typed(BANK.0))?;
    let bank = settle(found, (typed(BANK.0), typed(BANK_CHOICE)), 4, BANK, &mut unclear.errors, &mut unclear.banks);
    let branch = match &bank {
        None => {
            if typed(BRANCH.0).trim().is_empty() {
                unclear.errors.add(BRANCH.0, BRANCH.1, FieldFault::Missing);
            }
            None
        }
        Some(bank) => {
            let found = bank::find_branch(conn, &bank.code, typed(BRANCH.0))?;
            let typed = (typed(BRANCH.0), typed(BRANCH_CHOICE));
            settle(found, typed, 3, BRANCH, &mut unclear.errors, &mut unclear.branches)
        }
    };
    let kind = AccountType::parse(typed(TYPE.0)).ok_or(FieldFault::NotChosen);
    let kind = unclear.errors.take(TYPE.0, TYPE.1, kind);
    let number = unclear.errors.take(NUMBER.0, NUMBER.1, fold::account_number(typed(NUMBER.0)));
    let holder = unclear.errors.take(HOLDER.0, HOLDER.1, holder(typed(HOLDER.0)));
    Ok(match (bank, branch, kind, number, holder) {
        (Some(bank), Some(branch), Some(account_type), Some(number), Some(holder)) => Ok(Payee {
            bank: bank.code,
            bank_name: bank.name,
            branch: branch.code,
            branch_name: branch.name,
            account_type,
            number: number.as_str().to_owned(),
            holder,
        }),
        _ => Err(unclear),
    })
}

/// One place, or what to say about it.
fn settle(
    found: Found,
    (typed, chosen): (&str, &str),
    digits: usize,
    (field, label): (&str, &str),
    errors: &mut FieldErrors,
    choices: &mut Vec<(String, String)>,
) -> Option<Place> {
    let fault = match found {
        _ if typed.trim().is_empty() => FieldFault::Missing,
        Found::One(place) => return Some(place),
        Found::NoList => match fold::digits_exact(typed, digits) {
            Ok(code) => return Some(Place { code, name: String::new(), kana: String::new() }),
            Err(fault) => fault,
        },
        Found::Nothing => FieldFault::Sentence(format!(
            "{label}が見つかりません。漢字かカナの名前、または{digits}桁の番号で入力してください"
        )),
        Found::Several(places) if places.is_empty() => {
            FieldFault::Sentence(format!("同じ文字を含む{label}がたくさんあります。名前をもう少し長く入力してください"))
        }
        Found::Several(places) => {
            if let Some(place) = places.iter().find(|place| place.code == chosen) {
                return Some(place.clone());
            }
            choices.extend(places.into_iter().map(|place| (place.code, place.name)));
            FieldFault::Sentence(format!("{label}を下の中から選んでください"))
        }
    };
    errors.add(field, label, fault);
    None
}

/// 口座名義 as a transfer can carry it.
fn holder(typed: &str) -> std::result::Result<String, FieldFault> {
    if typed.trim().is_empty() {
        return Err(FieldFault::Missing);
    }
    let folded = kana::fold(typed).map_err(|fault| {
        let letters: String = fault.chars.iter().map(|letter| format!("「{letter}」")).collect();
        FieldFault::Sentence(format!(
            "{letters}は、振込のデータに書けません。通帳の表紙の裏にあるカナの名義を入力してください"
        ))
    })?;
    match folded.chars().count() {
        0 => Err(FieldFault::Missing),
        now if now > HOLDER_MAX => Err(FieldFault::TooLong { max: HOLDER_MAX, now }),
        _ => Ok(folded),
    }
}

/// A payee as a row keeps it.
pub(super) fn text(payee: &Payee) -> Result<String> {
    Ok(serde_json::to_string(payee)?)
}

/// A payee from its row.
pub(super) fn parse(text: &str) -> Result<Payee> {
    Ok(serde_json::from_str(text)?)
}
