//! What can be typed.

use crate::form::FieldFault;
use crate::inquiry::canned::{CannedInput, CannedTyped};
use crate::secret::ReceiptNumber;

use super::*;

/// Changes what is typed.
type Slip = fn(&mut Typed);

fn faults(typed: &Typed, offered: Offered<'_>) -> Vec<(String, FieldFault)> {
    let read = typed.read(offered, EMAIL_MAX);
    read.err().map(|errors| errors.iter().map(|e| (e.field.clone(), e.fault.clone())).collect()).unwrap_or_default()
}

#[test]
fn every_fault_is_told_at_its_field_in_the_order_of_the_form() {
    let empty = faults(&Typed::default(), Offered::Any);
    let fields: Vec<&str> = empty.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["category", "text", "name", "email"]);
    let cases: [(Slip, &str, FieldFault); 8] = [
        (|t| t.category = "weather".into(), "category", FieldFault::NotChosen),
        (|t| t.text = "短い".into(), "text", FieldFault::TooShort { min: 20, now: 2 }),
        (|t| t.text = "あ".repeat(2_001), "text", FieldFault::TooLong { max: 2_000, now: 2_001 }),
        (|t| t.text = format!("{QUESTION}123456789018"), "text", FieldFault::PersonalNumber),
        (|t| t.text = format!("a\u{202e}{QUESTION}"), "text", FieldFault::Unprintable),
        (|t| t.name = "山田\n太郎".into(), "name", FieldFault::LineBreak),
        (|t| t.email = "taro".into(), "email", FieldFault::MailShape),
        (|t| t.email = format!("{}@example.jp", "a".repeat(40)), "email", FieldFault::TooLong { max: 40, now: 51 }),
    ];
    for (change, field, fault) in cases {
        let mut typed = typed("taro@example.jp");
        change(&mut typed);
        assert_eq!(faults(&typed, Offered::Any), [(field.to_owned(), fault)]);
    }
}

#[test]
fn a_question_of_the_shortest_and_the_longest_length_is_taken() {
    for length in [20, 2_000] {
        let typed = Typed { text: "あ".repeat(length), ..typed("taro@example.jp") };
        assert_eq!(faults(&typed, Offered::Any), []);
    }
}

#[test]
fn a_visitor_types_a_number_and_a_person_chooses_one_of_the_facilitys() {
    let (known, other) = (ReceiptNumber::mint(), ReceiptNumber::mint());
    let with = |number: &str| Typed { application: number.to_owned(), ..typed("taro@example.jp") };
    let offered = [known.clone()];
    let read = |typed: Typed, offered| typed.read(offered, EMAIL_MAX).map(|input| input.application);
    assert_eq!(read(with("　"), Offered::Of(&offered)), Ok(None));
    assert_eq!(read(with(known.as_str()), Offered::Of(&offered)), Ok(Some(known.clone())));
    assert_eq!(read(with(&other.as_str().replace('-', "ー")), Offered::Any), Ok(Some(other.clone())));
    assert_eq!(
        faults(&with(other.as_str()), Offered::Of(&offered)),
        [("application".to_owned(), FieldFault::NotChosen)]
    );
    let slip = faults(&with("1234"), Offered::Any);
    assert!(matches!(slip.as_slice(), [(field, FieldFault::Sentence(_))] if field == "application"), "{slip:?}");
}

#[test]
fn an_answer_kept_ready_leads_to_our_pages_or_to_safe_addresses() {
    let typed = |link: &str| CannedTyped {
        category: "device".into(),
        title: "コードが通らない".into(),
        body: ANSWER.into(),
        link: link.into(),
        ..CannedTyped::default()
    };
    for (link, good) in [
        ("", true),
        ("/faq/0193a7f0", true),
        ("https://example.jp/faq", true),
        ("//evil.example", false),
        ("http://example.jp", false),
        ("javascript:alert(1)", false),
        ("/faq\\x", false),
        ("よくある質問", false),
    ] {
        let read = CannedInput::read(&typed(link));
        assert_eq!(read.is_ok(), good, "{link}: {read:?}");
    }
    let empty = CannedInput::read(&CannedTyped { position: "0".into(), ..CannedTyped::default() }).unwrap_err();
    let fields: Vec<&str> = empty.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["category", "title", "body", "position"]);
}
