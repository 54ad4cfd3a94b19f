//! Who runs a made-up facility.

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use super::name::Word;
use super::pick;
use crate::fold::wareki;

/// Births begin on this day and spread over so many days, to the end of 1998.
const BORN: (NaiveDate, u64) = (NaiveDate::from_ymd_opt(1940, 1, 1).expect("a day"), 21_549);

/// Family names and how they are read, some in the variant kanji of registers.
pub(super) const FAMILIES: [Word; 64] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("高橋", "タカハシ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("伊藤", "イトウ"),
    ("渡辺", "ワタナベ"),
    ("渡邉", "ワタナベ"),
    ("渡邊", "ワタナベ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("吉田", "ヨシダ"),
    ("𠮷田", "ヨシダ"),
    ("山田", "ヤマダ"),
    ("佐々木", "ササキ"),
    ("山口", "ヤマグチ"),
    ("松本", "マツモト"),
    ("井上", "イノウエ"),
    ("木村", "キムラ"),
    ("林", "ハヤシ"),
    ("斎藤", "サイトウ"),
    ("齋藤", "サイトウ"),
    ("清水", "シミズ"),
    ("山崎", "ヤマザキ"),
    ("山﨑", "ヤマザキ"),
    ("森", "モリ"),
    ("阿部", "アベ"),
    ("池田", "イケダ"),
    ("橋本", "ハシモト"),
    ("山下", "ヤマシタ"),
    ("石川", "イシカワ"),
    ("中島", "ナカジマ"),
    ("前田", "マエダ"),
    ("藤田", "フジタ"),
    ("小川", "オガワ"),
    ("後藤", "ゴトウ"),
    ("岡田", "オカダ"),
    ("長谷川", "ハセガワ"),
    ("村上", "ムラカミ"),
    ("近藤", "コンドウ"),
    ("石井", "イシイ"),
    ("坂本", "サカモト"),
    ("遠藤", "エンドウ"),
    ("青木", "アオキ"),
    ("藤井", "フジイ"),
    ("西村", "ニシムラ"),
    ("福田", "フクダ"),
    ("太田", "オオタ"),
    ("三浦", "ミウラ"),
    ("岡本", "オカモト"),
    ("松田", "マツダ"),
    ("中川", "ナカガワ"),
    ("中野", "ナカノ"),
    ("原田", "ハラダ"),
    ("小野", "オノ"),
    ("竹内", "タケウチ"),
    ("濵田", "ハマダ"),
    ("宮﨑", "ミヤザキ"),
    ("𠮷川", "ヨシカワ"),
    ("金城", "キンジョウ"),
    ("比嘉", "ヒガ"),
    ("五十嵐", "イガラシ"),
];

const GIVEN: [&str; 40] = [
    "太郎",
    "花子",
    "一郎",
    "次郎",
    "三郎",
    "健一",
    "誠",
    "浩",
    "隆",
    "茂",
    "豊",
    "博",
    "和夫",
    "正",
    "清",
    "勇",
    "大輔",
    "翔太",
    "拓也",
    "直樹",
    "和子",
    "幸子",
    "恵子",
    "洋子",
    "久美子",
    "由美",
    "明美",
    "真由美",
    "智子",
    "陽子",
    "愛",
    "美咲",
    "さくら",
    "まり",
    "ひろ子",
    "みつゑ",
    "惠",
    "龍一",
    "德之",
    "凛",
];

/// Family and given name, apart by a blank of one width or the other.
pub(super) fn full_name(rng: &mut Rng) -> String {
    let (family, given) = (pick(rng, &FAMILIES).0, pick(rng, &GIVEN));
    let blank = if rng.u8(..3) == 0 { ' ' } else { '　' };
    format!("{family}{blank}{given}")
}

/// A birth date, ISO; one in eight as the notice has it, 「昭和30年4月3日」.
pub(super) fn birth_date(rng: &mut Rng) -> String {
    let day = BORN.0 + Days::new(rng.u64(..BORN.1));
    if rng.u8(..8) == 0 { wareki(day) } else { day.to_string() }
}
