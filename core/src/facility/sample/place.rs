//! Where a made-up facility stands: real prefectures, municipalities that do not
//! exist, and telephone exchanges that begin with 0, which none does.

use fastrand::Rng;

use super::name::{TOWNS, WORDS};
use super::pick;
use crate::facility::prefecture::Prefecture;

/// The first three digits of postal codes and the area code, by prefecture.
/// Osaka goes by 072: behind 06 an exchange with 0 would look like a mobile number.
const NUMBERS: [(&str, &str); 47] = [
    ("060", "011"),
    ("030", "017"),
    ("020", "019"),
    ("980", "022"),
    ("010", "018"),
    ("990", "023"),
    ("960", "024"),
    ("310", "029"),
    ("320", "028"),
    ("371", "027"),
    ("330", "048"),
    ("260", "043"),
    ("100", "03"),
    ("231", "045"),
    ("950", "025"),
    ("930", "076"),
    ("920", "076"),
    ("910", "0776"),
    ("400", "055"),
    ("380", "026"),
    ("500", "058"),
    ("420", "054"),
    ("460", "052"),
    ("514", "059"),
    ("520", "077"),
    ("600", "075"),
    ("530", "072"),
    ("650", "078"),
    ("630", "0742"),
    ("640", "073"),
    ("680", "0857"),
    ("690", "0852"),
    ("700", "086"),
    ("730", "082"),
    ("753", "083"),
    ("770", "088"),
    ("760", "087"),
    ("790", "089"),
    ("780", "088"),
    ("810", "092"),
    ("840", "0952"),
    ("850", "095"),
    ("860", "096"),
    ("870", "097"),
    ("880", "0985"),
    ("890", "099"),
    ("900", "098"),
];

/// Municipalities that no prefecture has.
const MUNICIPALITIES: [&str; 14] = [
    "見本市",
    "見本市中央区",
    "見本市北区",
    "架空市",
    "架空市南区",
    "例題市",
    "仮名市",
    "模擬市",
    "試作市",
    "見本郡例題町",
    "架空郡仮名町",
    "例題郡試作村",
    "ひながた市",
    "おためし市",
];

/// The special wards that Tokyo does not have.
const WARDS: [&str; 4] = ["見本区", "架空区", "例題区", "仮名区"];

const TOKYO: u8 = 13;

fn numbers(prefecture: Prefecture) -> (&'static str, &'static str) {
    NUMBERS[usize::from(prefecture.number()) - 1]
}

/// Seven digits, most with their hyphen.
pub(super) fn postal_code(rng: &mut Rng, prefecture: Prefecture) -> String {
    let (area, rest) = (numbers(prefecture).0, rng.u16(9000..10_000));
    match rng.u8(..10) {
        0 => format!("{area}{rest}"),
        1 => format!("〒{area}-{rest}"),
        _ => format!("{area}-{rest}"),
    }
}

/// Ten digits with hyphens.
pub(super) fn phone(rng: &mut Rng, prefecture: Prefecture) -> String {
    let area = numbers(prefecture).1;
    let width = 5 - area.len();
    let exchange = rng.u32(..10_u32.pow(width as u32));
    let number = format!("{area}-0{exchange:0width$}-{:04}", rng.u32(..10_000));
    if rng.u8(..20) == 0 { wide(&number) } else { number }
}

/// From the prefecture to the floor.
pub(super) fn address(rng: &mut Rng, prefecture: Prefecture) -> String {
    let tokyo = prefecture.number() == TOKYO && rng.u8(..10) < 7;
    let municipality = if tokyo { pick(rng, &WARDS) } else { pick(rng, &MUNICIPALITIES) };
    let town = pick(rng, &TOWNS).0;
    let (block, lot, house) = (rng.u32(1..10), rng.u32(1..40), rng.u32(1..30));
    let numbers = match rng.u8(..10) {
        0 => format!("{block}-{lot}-{house}"),
        1 => wide(&format!("{block}-{lot}-{house}")).replace('－', "ー"),
        2 => format!("字例示{}番地", wide(&format!("{}", lot * house))),
        3 => format!("{}番地の{}", wide(&lot.to_string()), wide(&house.to_string())),
        4 | 5 => wide(&format!("{block}-{lot}-{house}")),
        _ => wide(&format!("{block}丁目{lot}番{house}号")),
    };
    format!("{}{municipality}{town}{numbers}{}", prefecture.name(), building(rng))
}

/// A building and a floor, for one in four.
fn building(rng: &mut Rng) -> String {
    let (word, floor) = (pick(rng, &WORDS).0, rng.u8(1..10));
    match rng.u8(..16) {
        0 => format!("　{word}ビル{}Ｆ", wide(&floor.to_string())),
        1 => format!("　{word}プラザ{}階", wide(&floor.to_string())),
        2 => format!(" メゾン・ド・{word}{}", wide(&format!("{floor}0{}", rng.u8(1..9)))),
        3 => format!("　{word}センター街{floor}号室"),
        _ => String::new(),
    }
}

/// ASCII in its full width.
fn wide(text: &str) -> String {
    let widen = |c: char| if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(widen).collect()
}
