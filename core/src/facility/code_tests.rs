//! Tables of codes as people type them, for `code.rs`, and some published ones.

use super::*;
use FacilityKind::*;
use FieldFault::{DigitCount, Missing, NotDigits};

fn prefecture(number: i64) -> Option<Prefecture> {
    Some(Prefecture::from_number(number).expect("a prefecture"))
}

#[test]
fn typed_codes_are_composed() {
    let rows = [
        (JudoTherapy, "2712345000", None, "2712345000"),
        (JudoTherapy, "協２７１２３４５－０－００", prefecture(27), "2712345000"),
        (AcupunctureMassage, "（契）27 12345 000", None, "2712345000"),
        (Midwifery, "1234567", prefecture(13), "1301234567"),
        (PaperMedical, "01.1248.9", prefecture(1), "0110112489"),
        (PaperMedical, "0110112489", None, "0110112489"),
        (Clinic, "0110112489", prefecture(1), "0110112489"),
        (PaperDental, "３０１２３４５", prefecture(11), "1133012345"),
        (Pharmacy, "4012345", prefecture(47), "4744012345"),
        (Insurer, "1312345678", None, "1312345678"),
    ];
    for (kind, raw, picked, code) in rows {
        let read = FacilityCode::read(kind, raw, picked);
        assert_eq!(read.as_ref().map(FacilityCode::as_str), Ok(code), "{raw:?}");
    }
}

#[test]
fn what_is_no_code_is_said() {
    let rows = [
        (JudoTherapy, "", None, Missing),
        (JudoTherapy, "　\u{200B}", None, Missing),
        (JudoTherapy, "協", None, Missing),
        (JudoTherapy, "271234500", None, DigitCount { want: 10, now: 9 }),
        (JudoTherapy, "27123450000", None, DigitCount { want: 10, now: 11 }),
        (JudoTherapy, "27123O5000", None, NotDigits),
        (JudoTherapy, "27123\u{0}5000", None, NotDigits),
        (JudoTherapy, "2712345000😀", None, NotDigits),
        (JudoTherapy, "2712345000'; --", None, NotDigits),
        (JudoTherapy, "0012345000", None, no_prefecture()),
        (JudoTherapy, "4812345000", None, no_prefecture()),
        (PaperMedical, "123456", prefecture(1), DigitCount { want: 7, now: 6 }),
        (PaperMedical, "123456789012", prefecture(1), DigitCount { want: 7, now: 12 }),
        (PaperMedical, "1234567", None, prefecture_needed()),
        (PaperMedical, "0130112489", None, other_kind(PaperMedical)),
    ];
    for (kind, raw, picked, fault) in rows {
        assert_eq!(FacilityCode::read(kind, raw, picked), Err(fault), "{raw:?}");
    }
    let fault = FacilityCode::read(JudoTherapy, "2712345000", prefecture(13)).expect_err("Tokyo");
    assert_eq!(
        fault.sentence("登録記号番号"),
        "コードの先頭2桁（27）は大阪府のものです。選んだ都道府県（東京都）と合いません"
    );
}

#[test]
fn a_stored_code_is_ten_plain_digits() {
    for text in ["", "271234500", "27123450000", "２７１２３４５０００", "27-1234500", "4812345000", "271234500\n"]
    {
        assert_eq!(FacilityCode::parse(text), None, "{text:?}");
    }
    let code = FacilityCode::parse("0110112489").expect("a code");
    let parts = code.parts();
    assert_eq!((parts.prefecture.name(), parts.third_digit, parts.seven), ("北海道", '1', "0112489"));
    assert_eq!(code.to_string(), "0110112489");
    assert!(serde_json::from_str::<FacilityCode>(r#""123""#).is_err());
}

/// Codes from the bureaus' published lists of September 2024.
#[test]
fn published_codes_obey_the_check_digit() {
    let obeying = [
        ("01", "0112489"),
        ("01", "0110210"),
        ("11", "0101303"),
        ("11", "0101337"),
        ("12", "0101980"),
        ("12", "0103085"),
        ("13", "0110049"),
        ("13", "0114611"),
        ("14", "0100065"),
        ("14", "0100735"),
        ("27", "0100153"),
        ("46", "0110365"),
    ];
    for (number, seven) in obeying {
        let code = FacilityCode::parse(&format!("{number}1{seven}")).expect("a code");
        assert_eq!(code.check_digit_ok(), Some(true), "{code}");
        assert_eq!(code.advice(PaperMedical), None, "{code}");
    }
    // Two of the nineteen published ones that do not obey: taken, with a question.
    for (number, seven) in [("27", "0202047"), ("30", "0110328")] {
        let code = FacilityCode::read(PaperMedical, seven, Prefecture::parse(number)).expect("taken");
        assert_eq!(code.check_digit_ok(), Some(false), "{code}");
        assert!(code.advice(PaperMedical).is_some());
        assert_eq!(code.advice(JudoTherapy), None);
    }
}

#[test]
fn every_single_slip_of_a_digit_is_noticed() {
    let right = "0110112489";
    for at in 3..10 {
        for digit in '0'..='9' {
            let mut slipped = right.to_owned();
            slipped.replace_range(at..=at, &digit.to_string());
            let code = FacilityCode::parse(&slipped).expect("a code");
            assert_eq!(code.check_digit_ok(), Some(slipped == right), "{slipped}");
        }
    }
    assert_eq!(FacilityCode::parse("1301234567").and_then(|code| code.check_digit_ok()), None);
}
