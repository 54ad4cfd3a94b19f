//! Dates as people write them: ISO, slashes, 年月日, wareki in words, letters or
//! signs, and the run-together forms of claim files. Western and Japanese eras are
//! read alike; a date outside its era is refused with the right one named.

use chrono::{Datelike, NaiveDate};

use super::chars::{is_bidi, is_dash, is_zero_width, narrowed, trimmed};
use super::era::{Era, in_years_of, wareki};
use crate::form::{DatePart, FieldFault};

/// The Western years that forms take.
const YEARS: (i32, i32) = (1868, 2199);

/// Year, month and day as text, not judged yet.
type Parts = [String; 3];

/// Reads a whole date from one box.
pub fn date(raw: &str) -> Result<NaiveDate, FieldFault> {
    let typed = tidy(raw);
    if typed.is_empty() {
        return Err(FieldFault::Missing);
    }
    let (era, rest) = strip_era(&typed);
    let (era, parts) = split(era, rest)?;
    day_of(era, &parts)
}

/// Reads the four-part control: the era select (`ad`, `showa`, …; empty is `ad`) and
/// three boxes. A whole date pasted into the year's box is read as such.
pub fn date_parts(era: &str, year: &str, month: &str, day: &str) -> Result<NaiveDate, FieldFault> {
    let chosen = Era::parse(era);
    if chosen.is_none() && !matches!(era, "" | "ad") {
        return Err(FieldFault::NotChosen);
    }
    let [year, month, day] = [year, month, day].map(tidy);
    if month.is_empty() && day.is_empty() {
        return pasted(chosen, &year);
    }
    let (written, bare) = strip_era(&year);
    let western = written.is_none() && bare.trim_end_matches('年').len() == 4;
    let parts = [first_year(bare), month, day].map(|part| unlabelled(&part));
    match written.or(chosen) {
        // Four digits are a Western year, whatever the select still says, if the day fits it.
        Some(era) if western => within(era, day_of(None, &parts)?),
        era => day_of(era, &parts),
    }
}

/// The year's box alone: a whole date, with the chosen era if it names none.
fn pasted(chosen: Option<Era>, year: &str) -> Result<NaiveDate, FieldFault> {
    let short = unlabelled(year);
    if !short.is_empty() && short.len() <= 4 && is_digits(&short) {
        return Err(FieldFault::PartMissing(DatePart::Month));
    }
    match (date(year), chosen) {
        (Err(FieldFault::EraNeeded), Some(era)) => date(&format!("{}{year}", era.name())),
        (read, _) => read,
    }
}

/// Narrow, without invisible characters, brackets' content, 「生」 and 「生まれ」.
fn tidy(raw: &str) -> String {
    let narrow: String = narrowed(raw).chars().filter(|&c| !is_zero_width(c) && !is_bidi(c)).collect();
    let bare = match narrow.split_once('(') {
        Some((before, after)) => match after.split_once(')') {
            Some((_, rest)) => format!("{before}{rest}"),
            None => narrow,
        },
        None => narrow,
    };
    let bare = trimmed(&bare);
    bare.trim_end_matches("生まれ").trim_end_matches('生').trim_end().to_owned()
}

/// The era in front (西暦 is none) and what follows it.
fn strip_era(typed: &str) -> (Option<Era>, &str) {
    let (era, rest) = match Era::strip(typed) {
        Some((era, rest)) => (Some(era), rest),
        None => (None, typed.strip_prefix("西暦").unwrap_or(typed)),
    };
    (era, rest.trim_start_matches(|c: char| c == '.' || c.is_whitespace()))
}

/// Splits what follows the era into year, month and day.
fn split(era: Option<Era>, rest: &str) -> Result<(Option<Era>, Parts), FieldFault> {
    if is_digits(rest) {
        return run_together(era, rest);
    }
    let yearless = rest.chars().find(|&c| is_mark(c)) == Some('月');
    let marked: String = first_year(rest).chars().map(|c| if is_mark(c) { '/' } else { c }).collect();
    let mut parts: Vec<&str> = match marked.contains('/') {
        true => marked.split('/').map(str::trim).collect(),
        false => marked.split_whitespace().collect(),
    };
    if yearless {
        parts.insert(0, "");
    }
    if parts.len() == 4 && parts.last() == Some(&"") {
        parts.pop();
    }
    let known = parts.iter().all(|part| part.is_empty() || is_digits(part));
    if !known || parts.len() > 3 || parts.iter().all(|part| part.is_empty()) {
        return Err(FieldFault::DateShape);
    }
    parts.resize(3, "");
    Ok((era, [0, 1, 2].map(|at| parts[at].to_owned())))
}

/// 19550403, 3300403 (era digit first) or, after an era, 300403.
fn run_together(era: Option<Era>, digits: &str) -> Result<(Option<Era>, Parts), FieldFault> {
    let (era, year_length) = match (era, digits.len()) {
        (None, 8) => (None, 4),
        (None, 7) => {
            let era = digits.chars().next().and_then(Era::from_digit);
            return run_together(Some(era.ok_or(FieldFault::DateShape)?), &digits[1..]);
        }
        (Some(era), 6) => (Some(era), 2),
        (None, 6) => return Err(FieldFault::EraNeeded),
        (_, 1..=4) => return Err(FieldFault::PartMissing(DatePart::Month)),
        _ => return Err(FieldFault::DateShape),
    };
    let (year, rest) = digits.split_at(year_length);
    let (month, day) = rest.split_at(2);
    Ok((era, [year, month, day].map(str::to_owned)))
}

/// 「元年」 to 「1年」.
fn first_year(text: &str) -> String {
    match text.strip_prefix('元') {
        Some(rest) => format!("1{rest}"),
        None => text.to_owned(),
    }
}

/// A box's text without the word that stands beside the box anyway.
fn unlabelled(part: &str) -> String {
    part.trim_end_matches(['年', '月', '日']).trim().to_owned()
}

/// What stands between year, month and day, or after the day.
fn is_mark(c: char) -> bool {
    is_dash(c) || matches!(c, '年' | '月' | '日' | '/' | '.' | '。' | '｡' | '・' | ',' | '、')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Judges the parts in the order missing, impossible, outside the era.
fn day_of(era: Option<Era>, parts: &Parts) -> Result<NaiveDate, FieldFault> {
    let order = [DatePart::Year, DatePart::Month, DatePart::Day];
    if let Some(at) = parts.iter().position(String::is_empty) {
        return Err(FieldFault::PartMissing(order[at]));
    }
    let [year, month, day] = parts;
    let year = western_year(era, year)?;
    let month = part_in(month, DatePart::Month, 1, 12)?;
    let day = part_in(day, DatePart::Day, 1, days_in(year, month))?;
    let date = NaiveDate::from_ymd_opt(year, month as u32, day as u32).ok_or(FieldFault::DateShape)?;
    era.map_or(Ok(date), |era| within(era, date))
}

/// The Western year of a year typed with or without an era.
fn western_year(era: Option<Era>, year: &str) -> Result<i32, FieldFault> {
    let (first, last) = YEARS;
    match era {
        Some(era) => {
            let years = last - era.western_year(0);
            part_in(year, DatePart::Year, 1, years.min(99)).map(|year| era.western_year(year))
        }
        None if is_digits(year) && year.len() < 4 => Err(FieldFault::EraNeeded),
        None => part_in(year, DatePart::Year, first, last),
    }
}

fn part_in(text: &str, part: DatePart, min: i32, max: i32) -> Result<i32, FieldFault> {
    let number = if is_digits(text) { text.parse::<i32>().ok() } else { None };
    number.filter(|number| (min..=max).contains(number)).ok_or(FieldFault::PartOutOfRange { part, min, max })
}

/// The number of days in a month of a Western year.
fn days_in(year: i32, month: i32) -> i32 {
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    NaiveDate::from_ymd_opt(next.0, next.1 as u32, 1)
        .and_then(|first| first.pred_opt())
        .map_or(31, |last| last.day() as i32)
}

/// The day, if it lies in its era; else the era's bound and the right name for the day.
fn within(era: Era, day: NaiveDate) -> Result<NaiveDate, FieldFault> {
    let name = era.name();
    let bound = if day < era.first() {
        format!("{name}は{}からです", in_years_of(era, era.first()))
    } else {
        match era.last() {
            Some(last) if day > last => format!("{name}は{}までです", in_years_of(era, last)),
            _ => return Ok(day),
        }
    };
    Err(FieldFault::Sentence(format!("{bound}。{}ではありませんか", wareki(day))))
}

#[cfg(test)]
#[path = "date_tests.rs"]
mod tests;
