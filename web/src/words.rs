//! How dates, times, sizes, numbers, codes and contacts are shown to people.
//!
//! Plain functions, called from templates by their path:
//! `{{ uketsuke_web::words::date(filed_on) }}`.

use std::borrow::Borrow;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Asia::Tokyo;
use uketsuke_core::facility::amend::Contact;
use uketsuke_core::fold::Era;

/// 「令和8年」 for a date; empty before Meiji.
pub fn era_year(on: impl Borrow<NaiveDate>) -> String {
    let on = *on.borrow();
    Era::of(on).map_or(String::new(), |era| match on.year() - era.western_year(1) + 1 {
        1 => format!("{}元年", era.name()),
        year => format!("{}{year}年", era.name()),
    })
}

/// 「2026年11月20日（令和8年）」.
pub fn date(on: impl Borrow<NaiveDate>) -> String {
    let on = on.borrow();
    let era = era_year(on);
    let era = if era.is_empty() { era } else { format!("（{era}）") };
    format!("{}年{}月{}日{era}", on.year(), on.month(), on.day())
}

/// 「2026年11月20日」, inside a sentence.
pub fn plain_date(on: impl Borrow<NaiveDate>) -> String {
    let on = on.borrow();
    format!("{}年{}月{}日", on.year(), on.month(), on.day())
}

/// 「保存期間を過ぎたため消去しました（2031年11月20日）」, where something was.
pub fn erased(at: impl Borrow<DateTime<Utc>>) -> String {
    let on = at.borrow().with_timezone(&Tokyo).date_naive();
    format!("保存期間を過ぎたため消去しました（{}）", plain_date(on))
}

/// Whom to turn to at a facility, in one line; or that it is not known any more.
pub fn contact(of: &Contact) -> String {
    let named = || format!("{}　{}　{}", of.name, of.phone, of.email);
    of.erased_at.map_or_else(named, |at| erased(at.utc()))
}

/// 「11月20日」, where the year is plain from the context.
pub fn day(on: impl Borrow<NaiveDate>) -> String {
    let on = on.borrow();
    format!("{}月{}日", on.month(), on.day())
}

/// 「11月20日 15時30分」 in Japan.
pub fn date_time(at: impl Borrow<DateTime<Utc>>) -> String {
    let at = at.borrow().with_timezone(&Tokyo);
    format!("{} {}時{:02}分", day(at.date_naive()), at.hour(), at.minute())
}

/// 「2026年11月20日 15時30分」 in Japan, for records that live for years.
pub fn date_time_full(at: impl Borrow<DateTime<Utc>>) -> String {
    let at = *at.borrow();
    format!("{}年{}", at.with_timezone(&Tokyo).year(), date_time(at))
}

/// 「15:30」 in Japan, as it is typed.
pub fn clock(at: impl Borrow<DateTime<Utc>>) -> String {
    at.borrow().with_timezone(&Tokyo).format("%-H:%M").to_string()
}

/// For the `datetime` attribute of `<time>`: RFC 3339 with Japan's offset.
pub fn machine_time(at: impl Borrow<DateTime<Utc>>) -> String {
    at.borrow().with_timezone(&Tokyo).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A file's size as people say it: 「532バイト」「12KB」「1.4MB」「100MB」
/// (1 KB = 1,024 bytes).
pub fn file_size(bytes: impl Borrow<u64>) -> String {
    const KB: u64 = 1024;
    const MB: u64 = KB * KB;
    match *bytes.borrow() {
        small if small < KB => format!("{small}バイト"),
        middle if middle < MB => format!("{}KB", middle.div_ceil(KB)),
        large if large % MB == 0 || large >= 100 * MB => format!("{}MB", large.div_ceil(MB)),
        large => {
            let tenths = (large * 10).div_ceil(MB);
            format!("{}.{}MB", tenths / 10, tenths % 10)
        }
    }
}

/// 「41,000」.
pub fn digits(number: impl std::fmt::Display) -> String {
    let text = number.to_string();
    let (sign, figures) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let grouped: Vec<&str> = figures.as_bytes().rchunks(3).rev().filter_map(|c| std::str::from_utf8(c).ok()).collect();
    format!("{sign}{}", grouped.join(","))
}

/// 「ABCD-EFGH-JKLM-NPQR」: a code in groups of four, as it is read aloud.
pub fn fours(code: impl AsRef<str>) -> String {
    groups(code.as_ref()).join("-")
}

/// The groups of four one by one, for large print.
pub fn groups(code: &str) -> Vec<String> {
    let signs: Vec<char> = code.chars().filter(|c| *c != '-' && !c.is_whitespace()).collect();
    signs.chunks(4).map(|four| four.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use uketsuke_core::ids::{ApplicationId, FacilityId};

    use super::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_date_carries_its_era() {
        for (iso, shown) in [
            ("2026-11-20", "2026年11月20日（令和8年）"),
            ("2019-05-01", "2019年5月1日（令和元年）"),
            ("2019-04-30", "2019年4月30日（平成31年）"),
            ("1989-01-07", "1989年1月7日（昭和64年）"),
            ("1926-12-24", "1926年12月24日（大正15年）"),
            ("1867-12-31", "1867年12月31日"),
        ] {
            assert_eq!(date(on(iso)), shown);
        }
    }

    #[test]
    fn a_contact_is_named_until_it_is_erased() {
        let at: DateTime<Utc> = "2031-11-19T15:00:00Z".parse().expect("a time");
        let words = |name: &str, erased_at: Option<DateTime<Utc>>| {
            contact(&Contact {
                facility_id: FacilityId::mint(),
                application_id: ApplicationId::mint(),
                name: name.to_owned(),
                phone: name.to_owned(),
                email: name.to_owned(),
                changed_at: at.into(),
                erased_at: erased_at.map(Into::into),
            })
        };
        assert_eq!(words("a", None), "a　a　a");
        assert_eq!(words("", Some(at)), "保存期間を過ぎたため消去しました（2031年11月20日）");
    }

    #[test]
    fn times_are_told_in_japan() {
        let at: DateTime<Utc> = "2026-12-31T15:05:00Z".parse().expect("a time");
        assert_eq!(date_time(at), "1月1日 0時05分");
        assert_eq!(date_time_full(at), "2027年1月1日 0時05分");
        assert_eq!(machine_time(at), "2027-01-01T00:05:00+09:00");
    }

    #[test]
    fn sizes_are_rounded_up_so_that_a_limit_never_looks_kept() {
        for (bytes, shown) in [
            (0, "0バイト"),
            (1023, "1023バイト"),
            (1025, "2KB"),
            (1024 * 1024, "1MB"),
            (1_468_006, "1.4MB"),
            (104_857_600, "100MB"),
            (104_857_601, "101MB"),
        ] {
            assert_eq!(file_size(bytes), shown);
        }
    }

    #[test]
    fn digits_stand_in_threes_and_codes_in_fours() {
        assert_eq!([digits(0), digits(999), digits(41_000), digits(-1_234_567)], ["0", "999", "41,000", "-1,234,567"]);
        assert_eq!(fours("ABCDEFGHJKLMNPQR"), "ABCD-EFGH-JKLM-NPQR");
        assert_eq!(fours("abcd efg"), "abcd-efg");
    }
}
