//! Made-up facilities for demos, tests and measurements: plausible in every
//! field, and no real one among them. The same seed gives the same facilities,
//! and the first of many are the few.

mod words;

use std::io::Write;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use super::code::FacilityCode;
use super::kind::{FacilityKind, MatchSecret};
use super::prefecture::Prefecture;
use words::{BRANCHES, FAMILIES, GIVEN, OWNERS, PRETTY, SHARES, TOWNS, TRADES, Trade, Word};

/// Columns of the file, as the import reads them.
const HEADINGS: [&str; 11] = [
    "機関コード",
    "所属機関",
    "名称",
    "フリガナ",
    "郵便番号",
    "住所",
    "電話番号",
    "口座番号",
    "施術管理者",
    "施術管理者の生年月日",
    "指定日",
];

/// The most that have codes of their own: six digits in the smallest prefecture's share.
pub const MAX: u64 = 8_000_000;

/// A made-up facility, with the secrets it is matched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// 機関コード, with the right check digit where it has one.
    pub code: FacilityCode,
    /// 所属機関.
    pub kind: FacilityKind,
    /// Its name.
    pub name: String,
    /// Its reading, katakana.
    pub kana: String,
    /// Seven digits.
    pub postal_code: String,
    /// Its address, from the prefecture on.
    pub address: String,
    /// Ten digits.
    pub phone: String,
    /// 口座番号, for the kinds that are matched by it.
    pub account_number: Option<String>,
    /// 施術管理者.
    pub manager_name: String,
    /// Birth date of the 施術管理者, for the kinds that are matched by it.
    pub manager_birth: Option<NaiveDate>,
    /// 指定日.
    pub designated_on: NaiveDate,
}

/// Facility number `number` (below [`MAX`]) of those with this seed, of a kind
/// drawn by the kinds' shares or the one given.
pub fn sample(seed: u64, number: u64, kind: Option<FacilityKind>) -> Sample {
    // Each facility has a generator of its own: none depends on those before it.
    let mut rng = Rng::with_seed(seed ^ number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let trade = trade(&mut rng, kind);
    let code = code(seed, number, trade);
    let owner = pick(&mut rng, &FAMILIES);
    let (name, kana) = name(&mut rng, trade, owner);
    let prefecture = code.prefecture();
    let secret = trade.kind.entry().secret;
    Sample {
        kind: trade.kind,
        postal_code: format!("{:03}{:04}", u16::from(prefecture.number()) * 20 + rng.u16(0..20), rng.u16(0..9999)),
        address: address(&mut rng, prefecture),
        phone: format!("0{}{:07}", 30 + prefecture.number() % 60, rng.u32(0..10_000_000)),
        account_number: (secret == MatchSecret::AccountNumber).then(|| rng.u32(1..10_000_000).to_string()),
        manager_name: format!("{}　{}", owner.0, GIVEN[rng.usize(..GIVEN.len())]),
        manager_birth: (secret == MatchSecret::ManagerBirthDate).then(|| day(1935, rng.u64(0..55 * 365))),
        designated_on: day(1990, rng.u64(0..36 * 365)),
        code,
        name,
        kana,
    }
}

/// Writes `count` facilities as a CSV with headings.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_csv(out: impl Write, count: u64, seed: u64, kind: Option<FacilityKind>) -> csv::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADINGS)?;
    for number in 0..count {
        let Sample {
            code,
            kind,
            name,
            kana,
            postal_code,
            address,
            phone,
            account_number,
            manager_name,
            manager_birth,
            designated_on,
        } = sample(seed, number, kind);
        let birth = manager_birth.map_or(String::new(), |on| on.to_string());
        csv.write_record([
            code.as_str(),
            kind.as_str(),
            &name,
            &kana,
            &postal_code,
            &address,
            &phone,
            account_number.as_deref().unwrap_or_default(),
            &manager_name,
            &birth,
            &designated_on.to_string(),
        ])?;
    }
    Ok(csv.flush()?)
}

fn trade(rng: &mut Rng, kind: Option<FacilityKind>) -> &'static Trade {
    let all: usize = TRADES.iter().map(|trade| trade.share).sum();
    let mut drawn = rng.usize(..all);
    let by_share = TRADES.iter().find(|trade| {
        let hit = drawn < trade.share;
        drawn = drawn.wrapping_sub(trade.share);
        hit
    });
    let given = kind.and_then(|kind| TRADES.iter().find(|trade| trade.kind == kind));
    given.or(by_share).unwrap_or(&TRADES[0])
}

/// Numbers are dealt out to the prefectures by their shares; within one they
/// count up, and the count is scattered over the six digits without a repeat.
fn code(seed: u64, number: u64, trade: &Trade) -> FacilityCode {
    let round: usize = SHARES.iter().sum();
    let mut place = (number % round as u64) as usize;
    let mut prefecture = 0;
    while place >= SHARES[prefecture] {
        place -= SHARES[prefecture];
        prefecture += 1;
    }
    let counted = number / round as u64 * SHARES[prefecture] as u64 + place as u64;
    // A multiplier without the factors 2 and 5 visits every remainder of a million.
    let six = (counted * 387_421 + seed % 1_000_000) % 1_000_000;
    FacilityCode::with_check_digit(Prefecture::ALL[prefecture], trade.third_digit, six as u32)
}

fn name(rng: &mut Rng, trade: &Trade, owner: Word) -> (String, String) {
    let stem = if rng.bool() { owner } else { pick(rng, &PRETTY) };
    let before = if rng.u8(0..12) == 0 { pick(rng, &OWNERS) } else { ("", "") };
    let behind = if rng.u8(0..8) == 0 { pick(rng, &BRANCHES) } else { ("", "") };
    let parts = [before, stem, pick(rng, trade.endings), behind];
    (parts.map(|(written, _)| written).concat(), parts.map(|(_, read)| read).concat())
}

/// Digits full-width, as in nearly every real address.
fn address(rng: &mut Rng, prefecture: Prefecture) -> String {
    let town = TOWNS[rng.usize(..TOWNS.len())];
    let figures = format!("{}丁目{}番{}号", rng.u8(1..9), rng.u8(1..40), rng.u8(1..30));
    let wide: String = figures
        .chars()
        .map(|c| c.to_digit(10).and_then(|digit| char::from_u32('０' as u32 + digit)).unwrap_or(c))
        .collect();
    let floor = if rng.u8(0..5) == 0 { "　見本ビル２Ｆ" } else { "" };
    format!("{}{town}{wide}{floor}", prefecture.name())
}

fn pick(rng: &mut Rng, words: &[Word]) -> Word {
    words[rng.usize(..words.len())]
}

fn day(from_year: i32, days: u64) -> NaiveDate {
    let from = NaiveDate::from_ymd_opt(from_year, 1, 1).unwrap_or_default();
    from.checked_add_days(Days::new(days)).unwrap_or(from)
}

#[cfg(test)]
mod tests;
