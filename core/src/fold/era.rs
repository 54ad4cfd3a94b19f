//! The Japanese eras: names, signs, digits and first days; a table, read both ways.

use chrono::{Datelike, NaiveDate};

/// An era since 1868.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// 明治
    Meiji,
    /// 大正
    Taisho,
    /// 昭和
    Showa,
    /// 平成
    Heisei,
    /// 令和
    Reiwa,
}

/// One era and all the ways to write it.
struct Entry {
    era: Era,
    /// The value of the era select.
    id: &'static str,
    name: &'static str,
    /// Name, sign, abbreviations; the longer first.
    written: [&'static str; 4],
    /// First day (year, month, day): 改元の詔書 and 政令 of each change.
    first: (i32, u32, u32),
}

/// In order; the position + 1 is the era digit of claim files.
const ERAS: [Entry; 5] = [
    entry(Era::Meiji, "meiji", "明治", ["明治", "㍾", "明", "M"], (1868, 1, 25)),
    entry(Era::Taisho, "taisho", "大正", ["大正", "㍽", "大", "T"], (1912, 7, 30)),
    entry(Era::Showa, "showa", "昭和", ["昭和", "㍼", "昭", "S"], (1926, 12, 25)),
    entry(Era::Heisei, "heisei", "平成", ["平成", "㍻", "平", "H"], (1989, 1, 8)),
    entry(Era::Reiwa, "reiwa", "令和", ["令和", "㋿", "令", "R"], (2019, 5, 1)),
];

const fn entry(
    era: Era,
    id: &'static str,
    name: &'static str,
    written: [&'static str; 4],
    first: (i32, u32, u32),
) -> Entry {
    Entry { era, id, name, written, first }
}

impl Era {
    fn entry(self) -> &'static Entry {
        &ERAS[self as usize]
    }

    /// The name users read: 「昭和」.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// Reads the value of the era select (`showa`).
    pub fn parse(id: &str) -> Option<Self> {
        ERAS.iter().find(|e| e.id == id).map(|e| e.era)
    }

    /// Reads the era digit of claim files: 1 明治 to 5 令和 (レセプト電算処理の年号区分).
    pub fn from_digit(digit: char) -> Option<Self> {
        let position = digit.to_digit(10)?.checked_sub(1)?;
        ERAS.get(position as usize).map(|e| e.era)
    }

    /// Cuts an era, however written, off the front of a narrowed text.
    pub fn strip(text: &str) -> Option<(Self, &str)> {
        ERAS.iter().find_map(|e| {
            let rest = e.written.iter().find_map(|word| strip_word(text, word))?;
            Some((e.era, rest))
        })
    }

    /// The era of a day; `None` before 明治.
    pub fn of(day: NaiveDate) -> Option<Self> {
        ERAS.iter().rev().find(|e| first_day(e) <= day).map(|e| e.era)
    }

    /// The Western year of the era's year `year` (1 is 元年).
    pub fn western_year(self, year: i32) -> i32 {
        self.entry().first.0 + year - 1
    }

    /// The era's first day.
    pub fn first(self) -> NaiveDate {
        first_day(self.entry())
    }

    /// The era's last day; `None` while it lasts.
    pub fn last(self) -> Option<NaiveDate> {
        ERAS.get(self as usize + 1).and_then(|next| first_day(next).pred_opt())
    }
}

/// A day in its era: 「昭和30年4月3日」, 「令和元年5月1日」; before 明治 the Western date.
pub fn wareki(day: NaiveDate) -> String {
    let Some(era) = Era::of(day) else {
        return format!("{}年{}月{}日", day.year(), day.month(), day.day());
    };
    format!("{}{}", era.name(), in_years_of(era, day))
}

/// A day counted in the years of `era`, without its name: 「元年5月1日」.
pub(super) fn in_years_of(era: Era, day: NaiveDate) -> String {
    let year = match day.year() - era.entry().first.0 + 1 {
        1 => "元".to_owned(),
        year => year.to_string(),
    };
    format!("{year}年{}月{}日", day.month(), day.day())
}

fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

fn first_day(entry: &Entry) -> NaiveDate {
    let (year, month, day) = entry.first;
    NaiveDate::from_ymd_opt(year, month, day).expect("the table holds real days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_era() {
        let rows = [
            ((1868, 1, 24), "1868年1月24日"),
            ((1868, 1, 25), "明治元年1月25日"),
            ((1912, 7, 29), "明治45年7月29日"),
            ((1912, 7, 30), "大正元年7月30日"),
            ((1926, 12, 24), "大正15年12月24日"),
            ((1926, 12, 25), "昭和元年12月25日"),
            ((1955, 4, 3), "昭和30年4月3日"),
            ((1989, 1, 7), "昭和64年1月7日"),
            ((1989, 1, 8), "平成元年1月8日"),
            ((2019, 4, 30), "平成31年4月30日"),
            ((2019, 5, 1), "令和元年5月1日"),
            ((2026, 11, 20), "令和8年11月20日"),
        ];
        for ((year, month, day), words) in rows {
            let day = NaiveDate::from_ymd_opt(year, month, day).expect("a day");
            assert_eq!(wareki(day), words);
        }
    }

    #[test]
    fn eras_are_cut_off_however_written() {
        for text in ["昭和30", "㍼30", "昭30", "S30", "s30"] {
            assert_eq!(Era::strip(text), Some((Era::Showa, "30")), "{text}");
        }
        for text in ["", "30", "西暦", "X30", "😀"] {
            assert_eq!(Era::strip(text), None, "{text}");
        }
        assert_eq!("12345".chars().filter_map(Era::from_digit).count(), 5);
        assert!("069x".chars().all(|c| Era::from_digit(c).is_none()));
    }
}
