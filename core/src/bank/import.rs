//! Taking the list in: CSV in UTF-8 with a header line, a line per branch. All or
//! nothing, repeatable; what the list does not name any more is dropped.

use std::collections::BTreeMap;
use std::io::Read;

use diesel::prelude::*;
use serde_json::json;

use crate::audit::Deed;
use crate::db::Tx;
use crate::error::Result;
use crate::on_backend;
use crate::schema::{bank_branches, banks};

/// The sample that comes with the program, for trying it out: a few banks, and of
/// each a few branches.
pub const SAMPLE: &str = include_str!("sample.csv");

/// Rows written in one statement.
const CHUNK: usize = 200;

/// A line that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, the header being 1.
    pub line: u64,
    /// What is wrong, for whoever imports.
    pub why: String,
}

#[derive(serde::Deserialize)]
struct Line {
    bank_code: String,
    bank_name: String,
    bank_kana: String,
    branch_code: String,
    branch_name: String,
    branch_kana: String,
}

type Banks = BTreeMap<String, (String, String)>;
type Branches = BTreeMap<(String, String), (String, String)>;

/// Replaces the list. Answers how many banks and branches it has, or what is wrong
/// with the file; then nothing changed.
///
/// # Errors
/// From the database only.
pub fn import(tx: &mut Tx<'_>, csv: impl Read) -> Result<std::result::Result<(usize, usize), Vec<BadLine>>> {
    let (all, branches) = match read(csv) {
        Ok(read) => read,
        Err(bad) => return Ok(Err(bad)),
    };
    diesel::delete(bank_branches::table).execute(tx.conn())?;
    diesel::delete(banks::table).execute(tx.conn())?;
    let rows: Vec<_> = all
        .iter()
        .map(|(code, (name, kana))| (banks::code.eq(code), banks::name.eq(name), banks::kana.eq(kana)))
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_backend!(tx.conn(), c => diesel::insert_into(banks::table).values(chunk.to_vec()).execute(c))?;
    }
    let rows: Vec<_> = branches
        .iter()
        .map(|((bank, code), (name, kana))| {
            (
                bank_branches::bank_code.eq(bank),
                bank_branches::code.eq(code),
                bank_branches::name.eq(name),
                bank_branches::kana.eq(kana),
            )
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_backend!(tx.conn(), c => diesel::insert_into(bank_branches::table).values(chunk.to_vec()).execute(c))?;
    }
    let told = json!({ "banks": all.len(), "branches": branches.len() });
    tx.record(Deed::new("banks.imported", "banks", "").with(told))?;
    Ok(Ok((all.len(), branches.len())))
}

fn read(csv: impl Read) -> std::result::Result<(Banks, Branches), Vec<BadLine>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
    let (mut all, mut branches, mut bad) = (Banks::new(), Branches::new(), Vec::new());
    for row in reader.deserialize::<Line>() {
        let line = match row {
            Ok(line) => line,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                bad.push(BadLine { line, why: error.to_string() });
                continue;
            }
        };
        let number = branches.len() as u64 + bad.len() as u64 + 2;
        if let Some(why) = fault(&line) {
            bad.push(BadLine { line: number, why: why.to_owned() });
            continue;
        }
        all.insert(line.bank_code.clone(), (line.bank_name, line.bank_kana));
        let place = (line.bank_code, line.branch_code);
        if branches.insert(place, (line.branch_name, line.branch_kana)).is_some() {
            bad.push(BadLine { line: number, why: "this branch stands twice".to_owned() });
        }
    }
    match (bad.is_empty(), branches.is_empty()) {
        (true, false) => Ok((all, branches)),
        (true, true) => Err(vec![BadLine { line: 1, why: "no branch in the file".to_owned() }]),
        (false, _) => Err(bad),
    }
}

fn fault(line: &Line) -> Option<&'static str> {
    let digits = |code: &str, want: usize| code.len() == want && code.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&line.bank_code, 4) {
        return Some("bank_code must have four digits");
    }
    if !digits(&line.branch_code, 3) {
        return Some("branch_code must have three digits");
    }
    let named = !line.bank_name.is_empty() && !line.branch_name.is_empty();
    (!named).then_some("bank_name and branch_name must not be empty")
}
