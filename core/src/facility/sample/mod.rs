//! Made-up facilities in any number, for trying the import at national scale:
//! `uketsuke facilities generate`, tests and the benchmark.
//!
//! 1. `mix` says how many of each kind stand in each prefecture.
//! 2. `codes` counts them, so that every code is its own without a memory of the others.
//! 3. `name`, `person` and `place` say what they are called, who runs them and where.
//!
//! The same seed gives the same facilities in the same order, however many are
//! taken; what is kept does not grow with them. None is real: the municipalities
//! and the telephone exchanges do not exist. A code may happen to be a real one's.

mod codes;
mod mix;
mod name;
mod person;
mod place;
#[cfg(test)]
mod tests;

use std::io;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use super::code::FacilityCode;
use super::kind::{FacilityKind, KINDS, MatchSecret};

/// The headings of [`write_csv`], all of which the import knows.
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

/// Designations begin on this day and spread over so many days.
const DESIGNATED: (NaiveDate, u64) = (NaiveDate::from_ymd_opt(1986, 4, 1).expect("a day"), 14_000);

/// One made-up facility, written as masters are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// 機関コード, with its check digit where the kind has one.
    pub code: FacilityCode,
    /// 所属機関.
    pub kind: FacilityKind,
    /// At most 55 characters, the most that published lists have.
    pub name: String,
    /// How the name is read, in katakana.
    pub kana: String,
    /// In the digits of its prefecture.
    pub postal_code: String,
    /// From the prefecture on, digits as often full-width as not.
    pub address: String,
    /// With hyphens.
    pub phone: String,
    /// Some without their leading zeros; empty where the kind is matched by a birth date.
    pub account_number: String,
    /// Family and given name; insurers have none.
    pub manager_name: String,
    /// ISO or wareki; empty where the kind is matched by an account number.
    pub manager_birth: String,
    /// Designated since.
    pub designated_on: NaiveDate,
}

/// Facilities without end, by seed.
#[derive(Debug, Clone)]
pub struct Samples {
    rng: Rng,
    only: Option<FacilityKind>,
    codes: codes::Codes,
    made: usize,
}

impl Samples {
    /// The most that may be taken: beyond it the codes of the largest prefectures run out.
    pub const MOST: usize = 5_000_000;

    /// Facilities of all kinds, or of one only.
    pub fn new(seed: u64, only: Option<FacilityKind>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let codes = codes::Codes::new(&mut rng);
        Self { rng, only, codes, made: 0 }
    }

    /// The first ones are of each kind in turn, so that a small file has all of them.
    fn kind(&mut self) -> FacilityKind {
        let first = KINDS.get(self.made).map(|entry| entry.kind);
        self.made += 1;
        self.only.or(first).unwrap_or_else(|| mix::kind(&mut self.rng))
    }
}

impl Iterator for Samples {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let kind = self.kind();
        let rng = &mut self.rng;
        let prefecture = mix::prefecture(rng);
        let secret = kind.entry().secret;
        let (name, kana) = name::facility(rng, kind);
        Some(Sample {
            code: self.codes.next(kind, prefecture),
            kind,
            name,
            kana,
            postal_code: place::postal_code(rng, prefecture),
            address: place::address(rng, prefecture),
            phone: place::phone(rng, prefecture),
            account_number: match secret {
                MatchSecret::AccountNumber => account_number(rng),
                MatchSecret::ManagerBirthDate => String::new(),
            },
            manager_name: if kind == FacilityKind::Insurer { String::new() } else { person::full_name(rng) },
            manager_birth: match secret {
                MatchSecret::ManagerBirthDate => person::birth_date(rng),
                MatchSecret::AccountNumber => String::new(),
            },
            designated_on: DESIGNATED.0 + Days::new(rng.u64(..DESIGNATED.1)),
        })
    }
}

/// Writes facilities as a CSV in UTF-8, with a row of headings.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_csv(out: impl io::Write, samples: impl Iterator<Item = Sample>) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADINGS).map_err(unwritable)?;
    for sample in samples {
        csv.write_record(cells(sample)).map_err(unwritable)?;
    }
    csv.flush()
}

/// Under the headings, in their order.
fn cells(sample: Sample) -> [String; HEADINGS.len()] {
    [
        sample.code.to_string(),
        sample.kind.label().to_owned(),
        sample.name,
        sample.kana,
        sample.postal_code,
        sample.address,
        sample.phone,
        sample.account_number,
        sample.manager_name,
        sample.manager_birth,
        sample.designated_on.to_string(),
    ]
}

/// The system's own error, which tells a closed pipe from a full disk.
fn unwritable(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Up to seven digits. One in eight went through a spreadsheet, which drops leading zeros.
fn account_number(rng: &mut Rng) -> String {
    let number = rng.u32(1..10_000_000);
    if rng.u8(..8) == 0 { number.to_string() } else { format!("{number:07}") }
}

/// One of a list.
fn pick<'l, T>(rng: &mut Rng, list: &'l [T]) -> &'l T {
    &list[rng.usize(..list.len())]
}

/// The place of one of these weights, each as likely as it is heavy.
fn weighted<const N: usize>(rng: &mut Rng, weights: &[u32; N]) -> usize {
    let mut left = rng.u32(..weights.iter().sum::<u32>());
    weights
        .iter()
        .position(|weight| {
            let here = left < *weight;
            left = left.saturating_sub(*weight);
            here
        })
        .unwrap_or(N - 1)
}
