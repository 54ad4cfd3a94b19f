//! A row of the file against the facility as the master has it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::row::{Macs, MasterRow};
use crate::facility::code::FacilityCode;
use crate::facility::kind::FacilityKind;
use crate::ids::FacilityId;

/// One field that changes, in words. Secrets say only that they differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field's words.
    pub label: String,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// What the import knows of a facility and may write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Values {
    pub name: String,
    pub kana: String,
    pub postal_code: String,
    pub address: String,
    pub phone: String,
    pub manager_name: String,
    pub account_number_mac: Option<String>,
    pub manager_birth_mac: Option<String>,
    pub designated_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
}

/// A facility as stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub id: FacilityId,
    pub kind: FacilityKind,
    pub code: FacilityCode,
    pub revision: i64,
    pub values: Values,
}

impl Values {
    /// What a row says of a facility the master does not know yet.
    pub(super) fn opening(row: &MasterRow) -> Self {
        let rest = row.rest.clone();
        Self {
            name: row.name.clone(),
            kana: rest.kana.unwrap_or_default(),
            postal_code: rest.postal_code.unwrap_or_default(),
            address: rest.address.unwrap_or_default(),
            phone: rest.phone.unwrap_or_default(),
            manager_name: rest.manager_name.unwrap_or_default(),
            account_number_mac: rest.account_number.flatten().and_then(current),
            manager_birth_mac: rest.manager_birth.flatten().and_then(current),
            designated_on: rest.designated_on.flatten(),
            closed_on: rest.closed_on.flatten(),
        }
    }

    /// These values after a row: what the file has no column for stays; a
    /// facility that is named without a closing date is open.
    pub(super) fn after(&self, row: &MasterRow) -> Self {
        let (old, rest) = (self.clone(), row.rest.clone());
        Self {
            name: row.name.clone(),
            kana: rest.kana.unwrap_or(old.kana),
            postal_code: rest.postal_code.unwrap_or(old.postal_code),
            address: rest.address.unwrap_or(old.address),
            phone: rest.phone.unwrap_or(old.phone),
            manager_name: rest.manager_name.unwrap_or(old.manager_name),
            account_number_mac: after(old.account_number_mac, rest.account_number),
            manager_birth_mac: after(old.manager_birth_mac, rest.manager_birth),
            designated_on: rest.designated_on.unwrap_or(old.designated_on),
            closed_on: rest.closed_on.flatten(),
        }
    }

    /// What differs after a row, field by field; a secret whose hash alone is
    /// another does not differ.
    pub(super) fn changes_by(&self, new: &Self, row: &MasterRow) -> Vec<FieldChange> {
        let (number, birth) = (row.rest.account_number.as_ref(), row.rest.manager_birth.as_ref());
        let macs = [number.and_then(Option::as_ref), birth.and_then(Option::as_ref)];
        self.differences(new, macs)
    }

    /// What differs, field by field.
    pub(super) fn changes_to(&self, new: &Self) -> Vec<FieldChange> {
        self.differences(new, [None, None])
    }

    fn differences(&self, new: &Self, macs: [Option<&Macs>; 2]) -> Vec<FieldChange> {
        let texts = [
            ("名称", &self.name, &new.name),
            ("フリガナ", &self.kana, &new.kana),
            ("郵便番号", &self.postal_code, &new.postal_code),
            ("住所", &self.address, &new.address),
            ("電話番号", &self.phone, &new.phone),
            ("施術管理者", &self.manager_name, &new.manager_name),
        ];
        let [number, birth] = macs;
        let secrets = [
            ("口座番号", &self.account_number_mac, &new.account_number_mac, number),
            ("施術管理者の生年月日", &self.manager_birth_mac, &new.manager_birth_mac, birth),
        ];
        let dates = [("指定日", self.designated_on, new.designated_on), ("廃止日", self.closed_on, new.closed_on)];
        let texts = texts.into_iter().map(|(label, old, new)| (label, old != new, old.clone(), new.clone()));
        let secrets = secrets.into_iter().map(|(label, old, new, macs)| {
            (label, !same(old, new, macs), secret_words(old, "登録あり"), secret_words(new, "別の値を登録"))
        });
        let dates = dates.into_iter().map(|(label, old, new)| (label, old != new, date_words(old), date_words(new)));
        texts
            .chain(secrets)
            .chain(dates)
            .filter(|(_, differs, ..)| *differs)
            .map(|(label, _, before, after)| FieldChange { label: label.to_owned(), before, after })
            .collect()
    }
}

fn current(macs: Macs) -> Option<String> {
    macs.into_iter().next()
}

/// The current hash of what the row says.
fn after(old: Option<String>, new: Option<Option<Macs>>) -> Option<String> {
    match new {
        None => old,
        Some(new) => new.and_then(current),
    }
}

/// Whether two hashes are of one secret, of which the row knows every hash. A
/// hash that was made under an older key is no change.
fn same(old: &Option<String>, new: &Option<String>, row: Option<&Macs>) -> bool {
    old == new || old.as_ref().zip(row).is_some_and(|(old, macs)| macs.contains(old))
}

fn secret_words(mac: &Option<String>, some: &str) -> String {
    if mac.is_some() { some.to_owned() } else { "登録なし".to_owned() }
}

fn date_words(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "なし".to_owned(), |date| date.to_string())
}
