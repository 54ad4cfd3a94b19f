//! Finding facilities by what somebody remembers: a code or its end, a phone
//! number, parts of the name or of its reading.
//!
//! Names are indexed by their pairs of neighbouring characters, because two
//! characters are what people type most, and trigrams do not help there
//! (`docs/decisions/search.md`). The pairs stand as words in a column: SQLite
//! indexes them by FTS5, PostgreSQL as a set by GIN. Both answer with a few rows
//! too many (the pairs need not be neighbours), so the name is looked at again.

use diesel::expression::SqlLiteral;
use diesel::expression::UncheckedBind;
use diesel::helper_types::AsExprOf;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::code::FacilityCode;
use super::prefecture::Prefecture;
use crate::db::{Backend, Conn, containing};
use crate::error::Result;
use crate::fold;
use crate::ids::FacilityId;
use crate::schema::facilities;

/// Digits after prefecture and 点数表.
const TAIL: usize = 7;

/// The key under which a facility is found: its name and its reading, folded.
pub(crate) fn key(name: &str, kana: &str) -> String {
    let (name, kana) = (fold::search_key(name), fold::search_key(kana));
    if kana.is_empty() { name } else { format!("{name} {kana}") }
}

/// The pairs of neighbouring characters of a key, each once; a word of one
/// character stands for itself.
pub(crate) fn grams(key: &str) -> String {
    let mut grams: Vec<String> = key.split(' ').flat_map(pairs).collect();
    grams.sort_unstable();
    grams.dedup();
    grams.join(" ")
}

fn pairs(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    match chars.len() {
        0 | 1 => vec![word.to_owned()],
        _ => chars.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

/// What somebody typed to find a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// The whole code, or a phone number of ten digits.
    CodeOrPhone(String),
    /// The code without prefecture and 点数表: seven digits.
    CodeTail(String),
    /// Prefecture and seven digits, as the bureaus' lists have it.
    CodeWithoutTable(Vec<FacilityCode>),
    /// A phone number.
    Phone(String),
    /// Parts of the name or its reading; all of them occur.
    NameParts(Vec<String>),
    /// Nothing that a facility could have.
    Nothing,
}

impl Sought {
    /// Reads what was typed; never fails.
    pub fn read(typed: &str) -> Self {
        match fold::code_digits(typed) {
            Ok(digits) if digits.len() >= TAIL => Self::of_digits(digits),
            _ => Self::of_name(typed),
        }
    }

    fn of_digits(digits: String) -> Self {
        match digits.len() {
            10 => Self::CodeOrPhone(digits),
            TAIL => Self::CodeTail(digits),
            9 => {
                let (prefecture, rest) = digits.split_at(2);
                let codes = (0..10).filter_map(|table| FacilityCode::parse(&format!("{prefecture}{table}{rest}")));
                Self::CodeWithoutTable(codes.collect())
            }
            _ => Self::Phone(digits),
        }
    }

    fn of_name(typed: &str) -> Self {
        let parts: Vec<String> =
            typed.split_whitespace().map(fold::search_key).filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { Self::Nothing } else { Self::NameParts(parts) }
    }
}

/// A condition on `facilities`, in the words of the database at hand.
type Literal = SqlLiteral<Bool, UncheckedBind<SqlLiteral<Bool>, AsExprOf<String, Text>>>;
/// A condition on a query over `S`, which `facilities` is part of.
pub type Condition<S> = Box<dyn BoxableExpression<S, Backend, SqlType = Bool>>;

/// The conditions that narrow a query to what is sought; all hold together.
pub fn conditions<S>(conn: &Conn, sought: Sought) -> Vec<Condition<S>>
where
    S: 'static,
    facilities::code: diesel::SelectableExpression<S>,
    facilities::phone: diesel::SelectableExpression<S>,
    facilities::search_key: diesel::SelectableExpression<S>,
{
    match sought {
        Sought::CodeOrPhone(digits) => {
            vec![Box::new(facilities::code.eq(digits.clone()).or(facilities::phone.eq(digits)))]
        }
        Sought::CodeTail(digits) => vec![Box::new(code_tail(digits))],
        Sought::CodeWithoutTable(codes) => vec![Box::new(facilities::code.eq_any(codes))],
        Sought::Phone(digits) => vec![Box::new(facilities::phone.eq(digits))],
        Sought::NameParts(parts) => parts.iter().flat_map(|part| name_conditions(conn, part)).collect(),
        Sought::Nothing => vec![Box::new(diesel::dsl::sql::<Bool>("1 = 0"))],
    }
}

fn name_conditions<S>(conn: &Conn, part: &str) -> Vec<Condition<S>>
where
    S: 'static,
    facilities::search_key: diesel::SelectableExpression<S>,
{
    let contains: Condition<S> = Box::new(facilities::search_key.like(containing(part)).escape('\\'));
    // One character has no pair: such a search walks the codes and looks.
    if part.chars().nth(1).is_none() {
        return vec![contains];
    }
    vec![Box::new(has_pairs(conn, part)), contains]
}

/// So many facilities are looked up for a list of what is theirs. Words that fit
/// more are common: then the list is walked and each name looked at, and its
/// pages fill soon.
const MOST: i64 = 500;

/// What words found, for a list of what facilities have.
pub(crate) enum Hits {
    /// These.
    Facilities(Vec<FacilityId>),
    /// All whose name has these parts.
    Named(Vec<String>),
}

/// Looks up whose things are meant.
///
/// # Errors
/// From the database only.
pub(crate) fn seek(conn: &mut Conn, words: &str) -> Result<Hits> {
    let sought = Sought::read(words);
    if let Sought::NameParts(parts) = &sought {
        // One character has no index to look it up in.
        let short = parts.iter().all(|part| part.chars().nth(1).is_none());
        if short || is_common(conn, parts, MOST)? {
            return Ok(Hits::Named(parts.clone()));
        }
    }
    let mut query = facilities::table.select(facilities::id).into_boxed();
    for condition in conditions(conn, sought.clone()) {
        query = query.filter(condition);
    }
    let ids: Vec<FacilityId> = query.limit(MOST + 1).load(conn)?;
    Ok(match sought {
        Sought::NameParts(parts) if ids.len() as i64 > MOST => Hits::Named(parts),
        _ => Hits::Facilities(ids),
    })
}

/// Whether more than `most` facilities have all pairs of these parts, looked up
/// no further than that. SQLite would gather every one before it shows the first;
/// PostgreSQL has numbers to plan by, and is not asked.
///
/// # Errors
/// From the database only.
fn is_common(conn: &mut Conn, parts: &[String], most: i64) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        found: i64,
    }
    let Conn::Sqlite(c) = conn else { return Ok(false) };
    let pairs: Vec<String> =
        parts.iter().filter(|part| part.chars().nth(1).is_some()).map(|part| quoted(&grams(part))).collect();
    let some = "select count(*) as found from \
        (select rowid from facility_names where facility_names match ? limit ?)";
    let Found { found } =
        diesel::sql_query(some).bind::<Text, _>(pairs.join(" ")).bind::<BigInt, _>(most + 1).get_result(c)?;
    Ok(found > most)
}

/// Pairs as FTS5 takes them literally.
fn quoted(pairs: &str) -> String {
    pairs.split(' ').map(|pair| format!("\"{pair}\"")).collect::<Vec<_>>().join(" ")
}

fn has_pairs(conn: &Conn, part: &str) -> Literal {
    let pairs = grams(part);
    match conn {
        Conn::Sqlite(_) => {
            diesel::dsl::sql("facilities.number in (select rowid from facility_names where facility_names match ")
                .bind::<Text, _>(quoted(&pairs))
                .sql(")")
        }
        Conn::Postgres(_) => diesel::dsl::sql("string_to_array(facilities.search_grams, ' ') @> string_to_array(")
            .bind::<Text, _>(pairs)
            .sql(", ' ')"),
    }
}

fn code_tail(digits: String) -> Literal {
    // Written out, so that both databases see the index's own expression.
    diesel::dsl::sql("substr(facilities.code, 4) = ").bind::<Text, _>(digits).sql("")
}

/// The codes of one prefecture: from the first, up to before the second.
pub fn codes_of(prefecture: Prefecture) -> (String, String) {
    let number = prefecture.number();
    (format!("{number:02}"), format!("{:02}", number + 1))
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
