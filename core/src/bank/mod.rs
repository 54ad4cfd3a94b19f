//! Banks and their branches by the public codes of domestic transfers (金融機関コード,
//! 店番). The list is data: it is taken in anew whenever it changes, and a sample
//! comes with the program.

mod import;
#[cfg(test)]
mod tests;

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::fold::search_key;
use crate::schema::{bank_branches, banks};

pub use import::{BadLine, SAMPLE, import};

/// A bank or a branch.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Place {
    /// Four digits of a bank, three of a branch.
    pub code: String,
    /// Its name.
    pub name: String,
    /// In full-width kana.
    pub kana: String,
}

/// What a search by code or name finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This one.
    One(Place),
    /// One of these, by code.
    Several(Vec<Place>),
    /// Nothing.
    Nothing,
    /// There is no list to search in: codes are taken as typed.
    NoList,
}

/// More are of no help to choose from.
const MOST_CHOICES: usize = 20;
/// What people leave out or add.
const BANK_WORDS: [&str; 2] = ["銀行", "ぎんこう"];
const BRANCH_WORDS: [&str; 3] = ["支店", "出張所", "してん"];

/// Finds a bank by code, name or kana.
///
/// # Errors
/// From the database only.
pub fn find_bank(conn: &mut Conn, typed: &str) -> Result<Found> {
    let all: Vec<Place> = banks::table.order(banks::code).select((banks::code, banks::name, banks::kana)).load(conn)?;
    Ok(find(all, typed, &BANK_WORDS))
}

/// Finds a branch of a bank by code, name or kana.
///
/// # Errors
/// From the database only.
pub fn find_branch(conn: &mut Conn, bank: &str, typed: &str) -> Result<Found> {
    let all: Vec<Place> = bank_branches::table
        .filter(bank_branches::bank_code.eq(bank))
        .order(bank_branches::code)
        .select((bank_branches::code, bank_branches::name, bank_branches::kana))
        .load(conn)?;
    Ok(find(all, typed, &BRANCH_WORDS))
}

/// How many banks and branches the list holds.
///
/// # Errors
/// From the database only.
pub fn counts(conn: &mut Conn) -> Result<(i64, i64)> {
    Ok((banks::table.count().get_result(conn)?, bank_branches::table.count().get_result(conn)?))
}

/// A code or a whole name wins over a part of one.
fn find(all: Vec<Place>, typed: &str, words: &[&str]) -> Found {
    if all.is_empty() {
        return Found::NoList;
    }
    let sought = bare(typed, words);
    if sought.is_empty() {
        return Found::Nothing;
    }
    let exact = |place: &&Place| place.code == sought || names(place, words).contains(&sought);
    let part = |place: &&Place| names(place, words).iter().any(|name| name.contains(&sought));
    let mut hits: Vec<Place> = all.iter().filter(exact).cloned().collect();
    if hits.is_empty() {
        hits = all.iter().filter(part).cloned().collect();
    }
    match (hits.pop(), hits.len()) {
        (None, _) => Found::Nothing,
        (Some(one), 0) => Found::One(one),
        (Some(last), others) if others < MOST_CHOICES => {
            hits.push(last);
            Found::Several(hits)
        }
        _ => Found::Several(Vec::new()),
    }
}

fn names(place: &Place, words: &[&str]) -> [String; 2] {
    [bare(&place.name, words), bare(&place.kana, words)]
}

/// One width, one kana; small kana large, as the list has them, and one sign for long
/// vowels.
fn key(name: &str) -> String {
    const SMALL: [(&str, &str); 2] =
        [("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ"), ("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")];
    let large = |letter: char| {
        let pair =
            SMALL.iter().find_map(|(small, large)| small.chars().zip(large.chars()).find(|(one, _)| *one == letter));
        pair.map_or(letter, |(_, large)| large)
    };
    let long = |letter: char| if matches!(letter, '-' | '－' | '‐' | '―') { 'ー' } else { letter };
    search_key(name).chars().filter(|letter| !letter.is_whitespace()).map(large).map(long).collect()
}

/// The key a name is compared by: one width, one kana, without 銀行 or 支店.
fn bare(name: &str, words: &[&str]) -> String {
    let key = key(name);
    let word = words.iter().find_map(|word| {
        let word = self::key(word);
        key.strip_suffix(word.as_str()).map(str::to_owned)
    });
    word.filter(|rest| !rest.is_empty()).unwrap_or(key)
}
