//! The purchases, line by line, as typed: one group of boxes each, `purchases.3.yen`.
//! A line with nothing in it is none.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::programme::Programme;
use uketsuke_core::subsidy::rules::ItemKind;
use uketsuke_web::words;

/// Under which name faults are pinned to all lines.
pub(super) const PIN: &str = "purchases";
/// What the group is called.
pub(super) const LABEL: &str = "購入したもの";
/// Lines of the form.
pub(super) const MOST_LINES: usize = 10;
/// The boxes of a line, with their labels.
pub(super) const PARTS: [(&str, &str); 6] = [
    ("date", "購入日"),
    ("shop", "購入した店"),
    ("item", "品目"),
    ("model", "機種・型番"),
    ("count", "数量"),
    ("yen", "金額（税込の合計）"),
];

/// The most that one line costs, yen.
pub(super) const MOST_YEN: i64 = 100_000_000;
/// The most pieces of one line.
pub(super) const MOST_PIECES: i64 = 99;
/// The longest name of a shop or a model, letters.
const NAME_MAX: usize = 100;

/// The names of all boxes. They live as long as the program.
pub(super) static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let name = |line: usize, part: &str| -> &'static str { Box::leak(box_name(line, part).into_boxed_str()) };
    (1..=MOST_LINES).flat_map(|line| PARTS.map(|(part, _)| name(line, part))).collect()
});

/// The name of a box.
pub(super) fn box_name(line: usize, part: &str) -> String {
    format!("{PIN}.{line}.{part}")
}

/// What a box is called: the same words in the form and in what is wrong with it.
pub(super) fn box_label(line: usize, label: &str) -> String {
    format!("{line}行目の{label}")
}

/// One purchase as it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// Which line of the form, from 1.
    pub number: usize,
    pub bought_on: NaiveDate,
    pub shop: String,
    pub item: ItemKind,
    pub model: String,
    pub count: i64,
    /// For all pieces, tax included, yen.
    pub yen: i64,
}

impl Line {
    /// What it is, in one line.
    pub fn label(&self) -> String {
        format!("{}　{}　{}個", self.item.label(), self.model, self.count)
    }

    /// All of it, in one line.
    pub fn whole(&self) -> String {
        let (on, yen) = (words::date(self.bought_on), shown(self.yen));
        format!("{on}　{}　{}　{yen}", self.shop, self.label())
    }
}

/// Reads all lines; at least one must be filled in. `today` (Asia/Tokyo) is the last
/// day on which anything can have been bought.
pub(super) fn read<'t>(
    typed: impl Fn(&str) -> &'t str,
    programme: Option<&Programme>,
    today: NaiveDate,
) -> Result<Vec<Line>, FieldErrors> {
    let (mut lines, mut errors) = (Vec::new(), FieldErrors::default());
    for number in 1..=MOST_LINES {
        let part = |part: &str| typed(&box_name(number, part)).trim();
        if PARTS.iter().all(|(name, _)| part(name).is_empty()) {
            continue;
        }
        lines.extend(read_line(number, part, programme, today, &mut errors));
    }
    if lines.is_empty() && errors.is_empty() {
        let why = "購入したものを1つ以上入力してください".to_owned();
        errors.add(&box_name(1, "date"), LABEL, FieldFault::Sentence(why));
    }
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}

fn read_line<'t>(
    number: usize,
    part: impl Fn(&str) -> &'t str,
    programme: Option<&Programme>,
    today: NaiveDate,
    errors: &mut FieldErrors,
) -> Option<Line> {
    let mut take = Taker { number, errors };
    let bought_on = take.one(0, fold::date(part("date")).and_then(|day| fits(day, programme, today)));
    let shop = take.one(1, fold::text(part("shop"), NAME_MAX));
    let item = ItemKind::parse(part("item")).ok_or(FieldFault::NotChosen);
    let item = take.one(2, item.and_then(|item| covered(item, programme)));
    let model = take.one(3, fold::text(part("model"), NAME_MAX));
    let count = take.one(4, fold::number(part("count"), 1, MOST_PIECES));
    let yen = take.one(5, fold::yen(part("yen")).and_then(within));
    Some(Line { number, bought_on: bought_on?, shop: shop?, item: item?, model: model?, count: count?, yen: yen? })
}

struct Taker<'e> {
    number: usize,
    errors: &'e mut FieldErrors,
}

impl Taker<'_> {
    fn one<T>(&mut self, part: usize, read: Result<T, FieldFault>) -> Option<T> {
        let (name, label) = PARTS[part];
        self.errors.take(&box_name(self.number, name), &box_label(self.number, label), read)
    }
}

fn fits(day: NaiveDate, programme: Option<&Programme>, today: NaiveDate) -> Result<NaiveDate, FieldFault> {
    let from = programme.map(|programme| programme.rules.bought_from);
    match from {
        _ if day > today => Err(FieldFault::Sentence(
            "購入日に、これから先の日は入力できません。領収書の日付を入力してください".to_owned(),
        )),
        Some(from) if day < from => Err(FieldFault::Sentence(format!(
            "{}より前に購入したものは、この制度の対象になりません。領収書の日付をお確かめください",
            words::date(from)
        ))),
        _ => Ok(day),
    }
}

fn covered(item: ItemKind, programme: Option<&Programme>) -> Result<ItemKind, FieldFault> {
    match programme {
        Some(programme) if programme.rules.component_of(item).is_none() => Err(FieldFault::Sentence(format!(
            "「{}」は、この制度の対象になりません。ほかの品目を選んでください",
            item.label()
        ))),
        _ => Ok(item),
    }
}

fn within(yen: i64) -> Result<i64, FieldFault> {
    if (1..=MOST_YEN).contains(&yen) { Ok(yen) } else { Err(FieldFault::OutOfRange { min: 1, max: MOST_YEN }) }
}
