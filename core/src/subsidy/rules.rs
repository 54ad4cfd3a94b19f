//! What a programme (助成制度) grants: to which kinds, for what, how much, until
//! when. Amounts are whole yen, tax included.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::db::text_enum;
use crate::facility::kind::FacilityKind;
use crate::form::{FieldErrors, FieldFault};

text_enum! {
    /// What was bought (SPEC 4.5).
    pub enum ItemKind {
        /// スマートフォン
        Smartphone = "smartphone",
        /// タブレット
        Tablet = "tablet",
        /// 汎用カードリーダー
        CardReader = "card_reader",
        /// レセプトコンピュータ改修
        ReceiptComputer = "receipt_computer",
    }
}

impl ItemKind {
    /// In the words of the form.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Smartphone => "スマートフォン",
            Self::Tablet => "タブレット",
            Self::CardReader => "汎用カードリーダー",
            Self::ReceiptComputer => "レセプトコンピュータ改修",
        }
    }
}

/// A share (補助率): `of` parts `per` so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Numerator.
    pub of: i64,
    /// Denominator.
    pub per: i64,
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.of, self.per) {
            (1, 1) => f.write_str("10/10"),
            (of, per) => write!(f, "{of}/{per}"),
        }
    }
}

/// A part of the costs with a cap of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// What users read.
    pub label: String,
    /// What counts towards it.
    pub items: Vec<ItemKind>,
    /// The most of it that counts, yen.
    pub cap: i64,
}

/// One version of a programme's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Its name.
    pub name: String,
    /// The kinds of facility it is for.
    pub kinds: Vec<FacilityKind>,
    /// 補助率.
    pub rate: Rate,
    /// The parts of the costs.
    pub components: Vec<Component>,
    /// The most of all costs that counts, yen.
    pub total_cap: i64,
    /// The grant is cut down to a multiple of this, yen.
    pub rounding: i64,
    /// Purchases count from this day on (Asia/Tokyo).
    pub bought_from: NaiveDate,
    /// Claims are taken from this day on (Asia/Tokyo).
    pub opens_on: NaiveDate,
    /// The last day on which claims are taken (Asia/Tokyo); none when it is not fixed.
    pub closes_on: Option<NaiveDate>,
}

/// Whether claims are taken on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Not yet.
    Ahead,
    /// On this day.
    Open,
    /// Not any more.
    Closed,
}

impl Rules {
    /// Whether claims are taken on `day`.
    pub fn window(&self, day: NaiveDate) -> Window {
        match () {
            () if day < self.opens_on => Window::Ahead,
            () if self.closes_on.is_some_and(|last| last < day) => Window::Closed,
            () => Window::Open,
        }
    }

    /// The part of the costs that an item counts towards.
    pub fn component_of(&self, item: ItemKind) -> Option<&Component> {
        self.components.iter().find(|component| component.items.contains(&item))
    }

    /// The most that it grants, yen.
    pub fn most(&self) -> i64 {
        let full: Vec<_> = self.components.iter().filter_map(|part| Some((*part.items.first()?, part.cap))).collect();
        super::calculate::calculate(self, &full).yen
    }

    /// Whether the rules can be carried out at all.
    ///
    /// # Errors
    /// Names of fields: `name kinds rate components total_cap rounding closes_on`.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut must = |holds: bool, field: &str, label: &str, why: &str| {
            if !holds {
                errors.add(field, label, FieldFault::Sentence(why.to_owned()));
            }
        };
        must(!self.name.trim().is_empty(), "name", "制度の名前", "制度の名前を入力してください");
        must(!self.kinds.is_empty(), "kinds", "対象", "対象の所属機関を1つ以上選んでください");
        let share = self.rate.of >= 1 && self.rate.of <= self.rate.per && self.rate.per <= MOST_PARTS;
        must(share, "rate", "補助率", "補助率は、1/1000から1までの分数で入力してください（例：3/4）");
        let caps = self.components.iter().all(|part| (1..=MOST_CAP).contains(&part.cap) && !part.items.is_empty());
        let why = "費用の区分ごとに、品目と、1円から100億円までの上限額を入力してください";
        must(!self.components.is_empty() && caps, "components", "費用の区分", why);
        let twice = ItemKind::ALL.iter().any(|item| self.claims_twice(*item));
        must(!twice, "components", "費用の区分", "同じ品目を2つの区分に入れることはできません");
        let total = (1..=MOST_CAP).contains(&self.total_cap);
        must(total, "total_cap", "費用の上限額の合計", "1円から100億円までの金額を入力してください");
        let unit = [1, 10, 100, 1_000, 10_000].contains(&self.rounding);
        must(unit, "rounding", "端数処理", "端数処理の単位を選んでください");
        let ends = self.closes_on.is_none_or(|last| last >= self.opens_on);
        must(ends, "closes_on", "受付の終了日", "終了日は、開始日かそれより後の日にしてください");
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn claims_twice(&self, item: ItemKind) -> bool {
        self.components.iter().filter(|part| part.items.contains(&item)).count() > 1
    }
}

/// The finest share.
const MOST_PARTS: i64 = 1_000;
/// The highest cap, yen: sums of a few stay far below what 64 bits hold.
const MOST_CAP: i64 = 10_000_000_000;
