//! Tables of dates as people type them, for the reader in `date.rs`.

use super::*;
use FieldFault::*;

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

#[test]
fn one_day_in_many_spellings() {
    let spellings = [
        "1955-04-03",
        "1955/4/3",
        "1955.4.3",
        "1955 4 3",
        "1955年4月3日",
        "１９５５年４月３日",
        "１９５５ー０４ー０３",
        "1955−04−03",
        "19550403",
        "西暦1955年4月3日",
        "昭和30年4月3日",
        "昭和３０年４月３日生まれ",
        "昭和 30年 4月 3日",
        "昭30.4.3",
        "S30.4.3",
        "s.30.4.3",
        "S300403",
        "㍼30/4/3",
        "3300403",
        "1955年4月3日（昭和30年）",
        "1955年4月3日(日)",
        "\u{200B}1955-04-03\u{3000}",
    ];
    for raw in spellings {
        assert_eq!(date(raw), Ok(ymd(1955, 4, 3)), "{raw:?}");
    }
}

#[test]
fn the_first_year_and_the_newer_eras() {
    let rows = [
        ("令和元年5月1日", ymd(2019, 5, 1)),
        ("R元.5.1", ymd(2019, 5, 1)),
        ("㋿6年4月1日", ymd(2024, 4, 1)),
        ("令和6年4月1日", ymd(2024, 4, 1)),
        ("H31.4.30", ymd(2019, 4, 30)),
        ("㍻元年1月8日", ymd(1989, 1, 8)),
        ("大正15年12月24日", ymd(1926, 12, 24)),
        ("M45/7/29", ymd(1912, 7, 29)),
        ("5060401", ymd(2024, 4, 1)),
        ("2024-02-29", ymd(2024, 2, 29)),
    ];
    for (raw, day) in rows {
        assert_eq!(date(raw), Ok(day), "{raw:?}");
    }
}

#[test]
fn a_day_outside_its_era_is_refused_with_the_right_one() {
    let rows = [
        ("平成31年5月1日", "平成は31年4月30日までです。令和元年5月1日ではありませんか"),
        ("令和元年4月30日", "令和は元年5月1日からです。平成31年4月30日ではありませんか"),
        ("昭和64年1月8日", "昭和は64年1月7日までです。平成元年1月8日ではありませんか"),
        ("昭和元年12月24日", "昭和は元年12月25日からです。大正15年12月24日ではありませんか"),
        ("S99.1.1", "昭和は64年1月7日までです。令和6年1月1日ではありませんか"),
    ];
    for (raw, sentence) in rows {
        assert_eq!(date(raw), Err(Sentence(sentence.into())), "{raw:?}");
    }
}

#[test]
fn a_bad_part_is_named() {
    use DatePart::*;
    let out = |part, min, max| PartOutOfRange { part, min, max };
    let rows = [
        ("", Missing),
        (" 　\u{200B}", Missing),
        ("1955-13-03", out(Month, 1, 12)),
        ("1955-00-03", out(Month, 1, 12)),
        ("1955-04-31", out(Day, 1, 30)),
        ("2023-02-29", out(Day, 1, 28)),
        ("1955-04-99999999999", out(Day, 1, 30)),
        ("1800-04-03", out(Year, 1868, 2199)),
        ("9999-04-03", out(Year, 1868, 2199)),
        ("昭和0年4月3日", out(Year, 1, 99)),
        ("昭和1955年4月3日", out(Year, 1, 99)),
        ("30/4/3", EraNeeded),
        ("300403", EraNeeded),
        ("1955年4月", PartMissing(Day)),
        ("1955年4月日", PartMissing(Day)),
        ("1955年月3日", PartMissing(Month)),
        ("昭和年4月3日", PartMissing(Year)),
        ("1955", PartMissing(Month)),
        ("5/33/403/1", DateShape),
        ("3-300403-1-1", DateShape),
        ("9300403", DateShape),
        ("4月3日生", PartMissing(Year)),
        ("きのう", DateShape),
        ("1955-04-03T00:00", DateShape),
        ("1955-04-03'; --", DateShape),
        ("1955-04-0😀", DateShape),
        ("1955\0-04-03", DateShape),
        ("٢٠٢٤-٠١-٠١", DateShape),
    ];
    for (raw, fault) in rows {
        assert_eq!(date(raw), Err(fault), "{raw:?}");
    }
}

#[test]
fn the_four_part_control_reads_its_boxes() {
    let day = ymd(1955, 4, 3);
    let rows = [
        ("ad", "1955", "4", "3"),
        ("", "１９５５", "０４", "０３"),
        ("showa", "30", "4", "3"),
        ("showa", "30年", "4月", " 3日"),
        ("showa", "1955", "4", "3"),
        ("ad", "昭和30", "4", "3"),
        ("ad", "S30.4.3", "", ""),
        ("showa", "30/4/3", "", ""),
        ("reiwa", "1955-04-03", "", ""),
        ("reiwa", "19550403", "　", ""),
    ];
    for (era, year, month, typed_day) in rows {
        assert_eq!(date_parts(era, year, month, typed_day), Ok(day), "{era} {year}");
    }
    assert_eq!(date_parts("reiwa", "元", "5", "1"), Ok(ymd(2019, 5, 1)));
}

#[test]
fn the_four_part_control_names_the_bad_box() {
    use DatePart::*;
    let out = |part, min, max| PartOutOfRange { part, min, max };
    let rows = [
        (["ad", "", "", ""], Missing),
        (["ad", "1955", "", ""], PartMissing(Month)),
        (["ad", "1955", "4", ""], PartMissing(Day)),
        (["ad", "", "4", "3"], PartMissing(Year)),
        (["ad", "30", "4", "3"], EraNeeded),
        (["ad", "1955", "四", "3"], out(Month, 1, 12)),
        (["ad", "1955", "4", "😀"], out(Day, 1, 30)),
        (["ad", "<script>", "4", "3"], out(Year, 1868, 2199)),
        (["heisei", "1955", "4", "3"], Sentence("平成は元年1月8日からです。昭和30年4月3日ではありませんか".into())),
        (["showa", "1955", "13", "3"], out(Month, 1, 12)),
        (["forged", "30", "4", "3"], NotChosen),
    ];
    for ([era, year, month, day], fault) in rows {
        assert_eq!(date_parts(era, year, month, day), Err(fault), "{era} {year} {month} {day}");
    }
}

#[test]
fn the_sentences_name_field_and_part() {
    let fault = date("1955-13-03").expect_err("no such month");
    assert_eq!(fault.sentence("生年月日"), "生年月日の「月」は1から12までの数字で入力してください");
    assert_eq!(fault.date_part().map(DatePart::suffix), Some("month"));
}
