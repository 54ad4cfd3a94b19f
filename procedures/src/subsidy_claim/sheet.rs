//! 領収書内訳書: the purchases as a sheet of Excel, written with what the draft has,
//! and read back however people have moved it about. What stands in its cells goes
//! into the boxes as if typed there; the step's check judges it.

use chrono::{Datelike, Days, NaiveDate};
use uketsuke_core::application::procedure::{FilledIn, Misread, StepForm};
use uketsuke_core::application::{Answers, Case};
use uketsuke_core::evidence::viewer::book::{Row, Table};
use uketsuke_core::fold;
use uketsuke_core::spreadsheet::{Cell, FormColumn, FormSheet, Takes};
use uketsuke_core::subsidy::rules::ItemKind;

use super::PURCHASES_STEP;
use super::filing::{PROGRAMME, Under, mark};
use super::pages::items;
use super::purchases::{MOST_LINES, MOST_PIECES, MOST_YEN, PARTS, box_name};

const TITLE: &str = "領収書内訳書";
const NOTES: [&str; 3] = [
    "領収書を見ながら、買ったものを1行に1つずつ記入してください。10行まで記入できます。",
    "記入したら保存して、申請の「書類の添付」の画面で添付し、「購入したもの」の画面で読み込んでください。",
    "見出しと機関コードは変えないでください。",
];
const CODE: &str = "機関コード";
const NAME: &str = "施設名";
const NUMBER: &str = "行";
const SUM: &str = "合計";

/// Widths of the columns, beginning with the one of [`NUMBER`].
const WIDTHS: [u8; 7] = [5, 16, 28, 26, 30, 8, 22];
/// The column of the amounts.
const YEN_AT: u16 = 6;
/// So many of the headings make a sheet the form, if not a whole one.
const ALMOST: usize = 3;
/// Days as Excel counts them, from 2000-01-01 to 2099-12-31: five digits, which are
/// no date that people write.
const SERIALS: std::ops::RangeInclusive<u64> = 36_526..=73_050;
/// Excel's day 0, for all days after February 1900.
const DAY_ZERO: Option<NaiveDate> = NaiveDate::from_ymd_opt(1899, 12, 30);
/// Excel's days begin in this year.
const FIRST_YEAR: i32 = 1900;

/// The form of a draft.
pub(super) fn form(case: &Case) -> StepForm {
    let under = mark::<Under>(case, PROGRAMME);
    let mut facts = vec![(CODE, case.facility.code.as_str().to_owned()), (NAME, case.facility.name.clone())];
    facts.extend(under.as_ref().map(|under| ("制度", under.rules.name.clone())));
    let labels = items(under.as_ref()).map(|item| item.label().to_owned()).collect();
    let number = |most| Takes::Number(1, i32::try_from(most).unwrap_or(i32::MAX));
    let takes = [
        Takes::Given,
        Takes::Date,
        Takes::Text,
        Takes::Choice(labels),
        Takes::Text,
        number(MOST_PIECES),
        number(MOST_YEN),
    ];
    let headings = std::iter::once(NUMBER).chain(PARTS.map(|(_, label)| label));
    let columns = headings.zip(WIDTHS).zip(takes);
    let sheet = FormSheet {
        title: TITLE,
        notes: NOTES.to_vec(),
        facts,
        columns: columns.map(|((heading, width), takes)| FormColumn { heading, width, takes }).collect(),
        rows: (1..=MOST_LINES).map(|line| cells(case, line)).collect(),
        sum: Some(("金額の合計", YEN_AT)),
    };
    StepForm { step: PURCHASES_STEP, sheet }
}

/// What the draft has of a line; what is not understood stays a text.
fn cells(case: &Case, line: usize) -> Vec<Cell> {
    let number = Cell::Number(i64::try_from(line).unwrap_or(i64::MAX));
    let part = |(part, _): (&str, &str)| {
        let typed = case.document.answer(&box_name(line, part)).trim();
        let read = match part {
            "date" => fold::date(typed).ok().filter(|day| day.year() > FIRST_YEAR).map(Cell::Date),
            "item" => ItemKind::parse(typed).map(|item| Cell::text(item.label())),
            "count" => fold::number(typed, 0, MOST_YEN).ok().map(Cell::Number),
            "yen" => fold::yen(typed).ok().map(Cell::Number),
            _ => None,
        };
        read.unwrap_or_else(|| Cell::text(typed))
    };
    std::iter::once(number).chain(PARTS.map(part)).collect()
}

/// Reads a form that came back.
pub(super) fn read(case: &Case, table: &Table) -> Result<FilledIn, Misread> {
    let (at, columns) = headings(table)?;
    if names_another(&table.rows[..at], case.facility.code.as_str()) {
        return refused(
            "別の施設の内訳書です（機関コードが、この施設のものと違います）。この画面から内訳書をダウンロードして、記入してください。",
        );
    }
    let first = table.rows[at].number;
    let filled = table.rows[at + 1..].iter().filter(|row| is_line(row, &columns));
    let lines: Vec<(usize, [String; 6])> = filled
        .map(|row| (row.number.saturating_sub(first) as usize, columns.map(|column| text(row, column))))
        .collect();
    if lines.is_empty() {
        return refused("内訳書に何も記入されていません。買ったものを記入して保存し、もう一度添付してください。");
    }
    if lines.len() > MOST_LINES || table.left_out.rows {
        return refused(&format!(
            "内訳書に記入できるのは{MOST_LINES}行までです。似たものを1行にまとめて、もう一度添付してください。"
        ));
    }
    // Lines keep their places, unless rows were put in between.
    let placed =
        lines.is_sorted_by(|(a, _), (b, _)| a < b) && lines.iter().all(|(line, _)| (1..=MOST_LINES).contains(line));
    let mut answers = Answers::new();
    for (count, (line, values)) in (1..).zip(&lines) {
        let line = if placed { *line } else { count };
        for ((part, _), value) in PARTS.iter().zip(values) {
            answers.insert(box_name(line, part), typed(part, value));
        }
    }
    Ok(FilledIn { answers, lines: lines.len() })
}

fn refused<T>(why: &str) -> Result<T, Misread> {
    Err(Misread::Refused(why.to_owned()))
}

/// The row of the headings, and the column of each part.
fn headings(table: &Table) -> Result<(usize, [usize; 6]), Misread> {
    let mut almost = None;
    for (at, row) in table.rows.iter().enumerate() {
        let keys: Vec<String> = row.cells.iter().map(|cell| fold::search_key(&cell.text)).collect();
        let found = PARTS.map(|(_, label)| {
            let key = fold::search_key(label);
            keys.iter().position(|one| *one == key)
        });
        if let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] = found {
            return Ok((at, [a, b, c, d, e, f]));
        }
        let missing = PARTS.iter().zip(found).filter(|(_, column)| column.is_none()).map(|((_, label), _)| *label);
        let missing: Vec<_> = missing.collect();
        if PARTS.len() - missing.len() >= ALMOST {
            almost.get_or_insert(missing);
        }
    }
    match almost {
        None => Err(Misread::NotTheForm),
        Some(missing) => refused(&format!(
            "内訳書に「{}」の見出しがありません。見出しは、ダウンロードしたときのままにしてください。",
            missing.join("」「")
        )),
    }
}

/// Whether the rows above the table name another facility than this. Excel may have
/// taken the zeros off the front of a code.
fn names_another(above: &[Row], own: &str) -> bool {
    let label = fold::search_key(CODE);
    let named = above.iter().find_map(|row| {
        let at = row.cells.iter().position(|cell| fold::search_key(&cell.text) == label)?;
        row.cells[at + 1..].iter().map(|cell| cell.text.trim()).find(|text| !text.is_empty())
    });
    let bare = |code: &str| code.trim_start_matches('0').to_owned();
    named.is_some_and(|text| fold::code_digits(text).map_or(true, |code| bare(&code) != bare(own)))
}

/// Whether something was filled in. A sum that people put below is no line.
fn is_line(row: &Row, columns: &[usize; 6]) -> bool {
    let [date, _, item, ..] = *columns;
    let total = fold::search_key(SUM);
    let is_sum = row.cells.iter().any(|cell| fold::search_key(&cell.text) == total);
    let bare = |column| text(row, column).is_empty();
    let bare_sum = is_sum && (bare(date) || fold::search_key(&text(row, date)) == total) && bare(item);
    !bare_sum && columns.iter().any(|column| !bare(*column))
}

/// A cell in one line.
fn text(row: &Row, column: usize) -> String {
    let text = row.cells.get(column).map_or("", |cell| cell.text.as_str());
    text.replace(['\r', '\n'], " ").trim().to_owned()
}

/// What somebody would have typed into the box.
fn typed(part: &str, value: &str) -> String {
    let known = match part {
        "date" => day(value),
        "item" => {
            let key = fold::search_key(value);
            let meant = ItemKind::ALL.iter().find(|item| fold::search_key(item.label()) == key);
            meant.map(|item| item.as_str().to_owned())
        }
        _ => None,
    };
    known.unwrap_or_else(|| value.to_owned())
}

/// A date that only Excel would write: a number of days, or one with a time.
fn day(value: &str) -> Option<String> {
    if fold::date(value).is_ok() {
        return None;
    }
    let serial = fold::narrowed(value).parse().ok().filter(|days| SERIALS.contains(days));
    if let Some(days) = serial {
        return DAY_ZERO?.checked_add_days(Days::new(days)).map(|day| day.to_string());
    }
    let (day, _time) = value.split_once(' ')?;
    fold::date(day).ok().map(|day| day.to_string())
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
