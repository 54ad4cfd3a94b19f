//! Tables of addresses and numbers as people type them, for `contact.rs`.

use super::*;
use FieldFault::*;

#[test]
fn mail_addresses_fold() {
    let rows = [
        ("taro@example.jp", "taro@example.jp", "taro@example.jp"),
        (" Taro.Yamada@Example.JP\u{3000}", "Taro.Yamada@example.jp", "taro.yamada@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp", "taro@example.jp"),
        ("taro@example。jp", "taro@example.jp", "taro@example.jp"),
        ("taro @ example . jp", "taro@example.jp", "taro@example.jp"),
        ("ta\u{200B}ro@example.jp\u{202C}", "taro@example.jp", "taro@example.jp"),
        ("a_b-c+tag@sub.example-x.co.jp", "a_b-c+tag@sub.example-x.co.jp", "a_b-c+tag@sub.example-x.co.jp"),
    ];
    for (raw, typed, key) in rows {
        let read = email(raw, 40).unwrap_or_else(|fault| panic!("{raw:?}: {fault:?}"));
        assert_eq!((read.as_typed(), read.key()), (typed, key), "{raw:?}");
    }
}

#[test]
fn what_is_no_mail_address_is_said() {
    assert_eq!(email("", 40), Err(Missing));
    assert_eq!(email("　\u{200B}", 40), Err(Missing));
    let long = format!("{}@example.jp", "a".repeat(30));
    assert_eq!(email(&long, 40), Err(TooLong { max: 40, now: 41 }));
    assert!(email(&long, 254).is_ok());
    let shapes = [
        "taro",
        "@example.jp",
        "taro@",
        "taro@@example.jp",
        "a@b@example.jp",
        "taro@example",
        "taro@.jp",
        "taro@example..jp",
        "taro@-example.jp",
        "taro@example-.jp",
        "taro@ex_ample.jp",
        "taro@192.168.0.1",
        "taro@[192.168.0.1]",
        ".taro@example.jp",
        "ta..ro@example.jp",
        "太郎@example.jp",
        "taro@例え.jp",
        "taro😀@example.jp",
        "taro\0@example.jp",
        "\"a b\"@example.jp",
        "a'or'1'='1@example.jp",
        "<taro@example.jp>",
        "taro@example.jp,x@example.jp",
        "taro@example.jp%0ABcc:x",
    ];
    for raw in shapes {
        assert_eq!(email(raw, 40), Err(MailShape), "{raw:?}");
    }
}

#[test]
fn a_line_break_never_reaches_a_mail_header() {
    for raw in ["taro@example.jp\r\nBcc: x@example.jp", "taro\n@example.jp"] {
        if let Ok(read) = email(raw, 254) {
            assert!(!read.as_typed().contains(['\r', '\n']), "{raw:?}");
        }
    }
}

#[test]
fn phone_numbers_fold() {
    let rows = [
        ("0312345678", "0312345678"),
        ("03-1234-5678", "0312345678"),
        ("（03）1234−5678", "0312345678"),
        ("０３ー１２３４ー５６７８", "0312345678"),
        ("+81 3 1234 5678", "0312345678"),
        ("+81-(0)3-1234-5678", "0312345678"),
        ("090.1234.5678", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("050-1234-5678", "05012345678"),
        ("0800-123-4567", "08001234567"),
        ("0120-123-456", "0120123456"),
    ];
    for (raw, folded) in rows {
        assert_eq!(phone(raw).as_ref().map(Phone::as_str), Ok(folded), "{raw:?}");
    }
}

#[test]
fn what_is_no_phone_number_is_said() {
    let rows = [
        ("", Missing),
        ("　", Missing),
        ("-", NotDigits),
        ("1234-5678", PhoneAreaCode),
        ("00-1234-5678", PhoneAreaCode),
        ("03-1234-567", DigitCount { want: 10, now: 9 }),
        ("03-1234-56789", DigitCount { want: 10, now: 11 }),
        ("090-1234-567", DigitCount { want: 11, now: 10 }),
        ("03-1234-5678 内線9", NotDigits),
        ("+1 202 555 0100", NotDigits),
        ("０三-1234-5678", NotDigits),
        ("☎03-1234-5678", NotDigits),
        ("03\u{0}12345678", NotDigits),
        ("0' OR '1", NotDigits),
    ];
    for (raw, fault) in rows {
        assert_eq!(phone(raw), Err(fault), "{raw:?}");
    }
}

#[test]
fn postal_codes_fold() {
    for raw in ["1000001", "〒100-0001", "１００ー０００１", " 〒 １００－０００１"] {
        assert_eq!(postal_code(raw).as_deref(), Ok("100-0001"), "{raw:?}");
    }
    assert_eq!(postal_code("100-001"), Err(DigitCount { want: 7, now: 6 }));
    assert_eq!(postal_code("〒"), Err(Missing));
    assert_eq!(postal_code("東京都"), Err(NotDigits));
}

#[test]
fn they_travel_as_plain_strings() {
    let address = email("Taro@Example.jp", 40).expect("reads");
    let json = serde_json::to_string(&address).expect("writes");
    assert_eq!(json, r#""Taro@example.jp""#);
    assert_eq!(serde_json::from_str::<Email>(&json).expect("reads back"), address);
    assert!(serde_json::from_str::<Email>(r#""nobody""#).is_err());
    assert!(serde_json::from_str::<Phone>(r#""03""#).is_err());
    assert_eq!(address.to_string(), "Taro@example.jp");
    assert_eq!(address.local_part(), "taro");
}
