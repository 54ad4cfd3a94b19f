//! A line of the list, as CSV and as JSON.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::facility::code::FacilityCode;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::FacilityId;

/// A facility as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Entry {
    /// Id, for the next page.
    pub id: FacilityId,
    /// 機関コード.
    pub code: FacilityCode,
    /// 所属機関.
    pub kind: FacilityKind,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub prefecture: Prefecture,
    /// NNN-NNNN; may be empty.
    pub postal_code: String,
    address: String,
    /// As the master writes it; may be empty.
    pub phone: String,
    /// 運用開始日 (Asia/Tokyo).
    pub starts_on: NaiveDate,
}

/// The headings of the CSV.
pub const COLUMNS: [&str; 8] =
    ["機関コード", "施設の種類", "施設名", "都道府県", "郵便番号", "所在地", "電話番号", "運用開始日"];

/// A line of the JSON, and of a frozen edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 機関コード.
    pub facility_code: String,
    /// 所属機関, by its stable text.
    pub facility_kind: FacilityKind,
    /// Its name.
    pub name: String,
    /// JIS X 0401 number, two digits.
    pub prefecture: String,
    /// NNN-NNNN; may be empty.
    pub postal_code: String,
    /// From the prefecture on.
    pub address: String,
    /// May be empty.
    pub phone: String,
    /// 運用開始日.
    pub operation_starts_on: NaiveDate,
}

impl Entry {
    /// Its address from the prefecture on; the bureaus' lists leave that out.
    pub fn whole_address(&self) -> String {
        let prefecture = self.prefecture.name();
        if self.address.starts_with(prefecture) {
            self.address.clone()
        } else {
            format!("{prefecture}{}", self.address)
        }
    }

    /// As JSON has it.
    pub fn line(&self) -> Line {
        Line {
            facility_code: self.code.as_str().to_owned(),
            facility_kind: self.kind,
            name: self.name.clone(),
            prefecture: self.prefecture.as_str().to_owned(),
            postal_code: self.postal_code.clone(),
            address: self.whole_address(),
            phone: self.phone.clone(),
            operation_starts_on: self.starts_on,
        }
    }
}

impl Line {
    /// The cells of the CSV, in the order of [`COLUMNS`].
    pub fn cells(&self) -> [String; 8] {
        let prefecture = Prefecture::parse(&self.prefecture).map_or("", Prefecture::name);
        [
            self.facility_code.clone(),
            self.facility_kind.entry().label.to_owned(),
            self.name.clone(),
            prefecture.to_owned(),
            self.postal_code.clone(),
            self.address.clone(),
            self.phone.clone(),
            self.operation_starts_on.to_string(),
        ]
    }
}
