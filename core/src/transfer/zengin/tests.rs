//! Files read back by the independent reader, and every way in which writing fails.

use super::reader::{head, item, records, tail};
use super::*;

fn payer() -> Payer {
    Payer {
        code: "0012345678".into(),
        name: "ｲ)ｻｸﾗﾋﾞﾖｳｲﾝ".into(),
        bank: "0005".into(),
        bank_name: "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ".into(),
        branch: "341".into(),
        branch_name: "ｼﾝｼﾞﾕｸ".into(),
        account_type: AccountType::Current,
        account: "0123456".into(),
    }
}

fn transfer(number: usize) -> Transfer {
    Transfer {
        bank: "9900".into(),
        bank_name: "ﾕｳﾁﾖ".into(),
        branch: "018".into(),
        branch_name: String::new(),
        account_type: AccountType::Ordinary,
        account: "1234".into(),
        holder: "ﾔﾏﾀﾞ ﾀﾛｳ".into(),
        yen: 1 + i64::try_from(number).unwrap(),
        customer: number.to_string(),
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 5).unwrap()
}

fn fails(change: impl FnOnce(&mut Payer, &mut Transfer)) -> ZenginError {
    let (mut payer, mut second) = (payer(), transfer(2));
    change(&mut payer, &mut second);
    write(&payer, day(), &[transfer(1), second], LineEnds::None).unwrap_err()
}

#[test]
fn header_holds_the_payer() {
    let file = write(&payer(), day(), &[transfer(1)], LineEnds::None).unwrap();
    let all = records(&file, false);
    let read = &all[0];
    assert_eq!((read.text(head::CLASS), read.text(head::CODE_SET)), ("21".into(), "0".into()));
    assert_eq!(read.text(head::PAYER_CODE), "0012345678");
    assert_eq!(read.text(head::PAYER_NAME), format!("{:<40}", "ｲ)ｻｸﾗﾋﾞﾖｳｲﾝ"));
    assert_eq!(read.text(head::DAY), "0305");
    assert_eq!((read.text(head::BANK), read.text(head::BRANCH)), ("0005".into(), "341".into()));
    assert_eq!(read.text(head::BANK_NAME), "ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ  ");
    assert_eq!(read.text(head::BRANCH_NAME), "ｼﾝｼﾞﾕｸ         ");
    assert_eq!((read.text(head::KIND), read.text(head::ACCOUNT)), ("2".into(), "0123456".into()));
    assert!(read.blank(head::DUMMY));
}

#[test]
fn data_record_holds_the_transfer() {
    let holder = "ABZ09 ()-./,｢｣¥ｱﾝﾞﾟｶ";
    let sent = Transfer {
        holder: holder.into(), bank_name: "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀ".into(), ..transfer(77)
    };
    let file = write(&payer(), day(), &[sent], LineEnds::None).unwrap();
    let all = records(&file, false);
    let read = &all[1];
    assert_eq!((read.text(item::BANK), read.text(item::BRANCH)), ("9900".into(), "018".into()));
    assert_eq!(read.text(item::BANK_NAME), "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿ");
    assert!(read.blank(item::BRANCH_NAME) && read.blank(item::EDI) && read.blank(item::DUMMY));
    assert_eq!((read.number(item::CLEARING), read.number(item::NEW)), (0, 0));
    assert_eq!((read.text(item::KIND), read.text(item::ACCOUNT)), ("1".into(), "0001234".into()));
    assert_eq!(read.text(item::HOLDER), format!("{holder:<30}"));
    assert_eq!(read.bytes(item::HOLDER)[12..20], [0xA2, 0xA3, 0x5C, 0xB1, 0xDD, 0xDE, 0xDF, 0xB6]);
    assert_eq!((read.text(item::YEN), read.text(item::CUSTOMER_1)), ("0000000078".into(), "0000000077".into()));
    assert_eq!((read.number(item::CUSTOMER_2), read.number(item::MANNER)), (0, 7));
}

#[test]
fn ten_thousand_transfers_count_and_sum() {
    let list: Vec<Transfer> = (0..10_000).map(transfer).collect();
    for (ends, crlf) in [(LineEnds::None, false), (LineEnds::CrLf, true)] {
        let file = write(&payer(), day(), &list, ends).unwrap();
        assert_eq!(file, write(&payer(), day(), &list, ends).unwrap());
        let all = records(&file, crlf);
        let kinds: String = all.iter().map(|read| read.kind()).collect();
        assert_eq!(kinds, format!("1{}89", "2".repeat(10_000)));
        let (trailer, end) = (&all[10_001], &all[10_002]);
        let data = &all[1..=10_000];
        assert_eq!(trailer.number(tail::COUNT), 10_000);
        assert_eq!(trailer.number(tail::SUM), 10_000 * 10_001 / 2);
        assert_eq!(trailer.number(tail::SUM), data.iter().map(|read| read.number(item::YEN)).sum::<i64>());
        assert!(data.iter().zip(0..).all(|(read, number)| read.number(item::CUSTOMER_1) == number));
        assert!(trailer.blank(tail::DUMMY) && end.blank(tail::END_DUMMY));
    }
}

#[test]
fn widest_values_fit() {
    let wide = Transfer { holder: "ｱ".repeat(30), yen: 9_999_999_999, account: "7654321".into(), ..transfer(0) };
    let payer = Payer { name: "ｱ".repeat(40), ..payer() };
    let file = write(&payer, day(), &vec![wide.clone(); 100], LineEnds::None).unwrap();
    assert_eq!(records(&file, false)[101].text(tail::SUM), "999999999900");
    let error = write(&payer, day(), &vec![wide; 101], LineEnds::None).unwrap_err();
    assert_eq!(error, ZenginError::SumTooLarge { record: 102, yen: 1_009_999_999_899 });
}

#[test]
fn count_has_limits() {
    assert_eq!(write(&payer(), day(), &[], LineEnds::None), Err(ZenginError::NoTransfers));
    assert_eq!(check_count(999_999), Ok(()));
    assert_eq!(check_count(1_000_000), Err(ZenginError::TooManyTransfers { count: 1_000_000 }));
}

#[test]
fn numbers_must_be_ascii_digits_of_their_width() {
    let bad = |record, field, digits| ZenginError::BadDigits { record, field, digits };
    for code in ["", "123456789", "12345678901", "123456789A", "１２３"] {
        assert_eq!(fails(|p, _| p.code = code.into()), bad(0, Field::PayerCode, 10));
    }
    assert_eq!(fails(|p, _| p.bank = "005".into()), bad(0, Field::Bank, 4));
    assert_eq!(fails(|p, _| p.branch = "34 ".into()), bad(0, Field::Branch, 3));
    assert_eq!(fails(|p, _| p.account = "123456".into()), bad(0, Field::Account, 7));
    assert_eq!(fails(|_, t| t.bank = "99000".into()), bad(2, Field::Bank, 4));
    assert_eq!(fails(|_, t| t.branch = "-18".into()), bad(2, Field::Branch, 3));
    for account in ["", "12345678", "+123"] {
        assert_eq!(fails(|_, t| t.account = account.into()), bad(2, Field::Account, 7));
    }
    assert_eq!(fails(|_, t| t.customer = "12345678901".into()), bad(2, Field::Customer, 10));
}

#[test]
fn names_must_be_there_fit_and_be_writable() {
    let long = |record, field, max| ZenginError::TooLong { record, field, length: max + 1, max };
    assert_eq!(fails(|p, _| p.name = "ｱ".repeat(41)), long(0, Field::PayerName, 40));
    assert_eq!(fails(|_, t| t.holder = "ｱ".repeat(31)), long(2, Field::Holder, 30));
    assert_eq!(fails(|p, _| p.name = String::new()), ZenginError::Missing { record: 0, field: Field::PayerName });
    assert_eq!(fails(|_, t| t.holder = "  ".into()), ZenginError::Missing { record: 2, field: Field::Holder });
    let other = |record, field, chars: &str| ZenginError::NotWritable { record, field, chars: chars.chars().collect() };
    assert_eq!(fails(|p, _| p.name = "ｱ山a山".into()), other(0, Field::PayerName, "山a"));
    assert_eq!(fails(|p, _| p.bank_name = "ｦ".into()), other(0, Field::BankName, "ｦ"));
    assert_eq!(fails(|p, _| p.branch_name = "ｰ".into()), other(0, Field::BranchName, "ｰ"));
    assert_eq!(fails(|_, t| t.holder = "ア\r\n".into()), other(2, Field::Holder, "ア\r\n"));
    assert_eq!(fails(|_, t| t.bank_name = "\\".into()), other(2, Field::BankName, "\\"));
    assert_eq!(fails(|_, t| t.branch_name = "｡".into()), other(2, Field::BranchName, "｡"));
}

#[test]
fn amounts_are_one_to_ten_digits() {
    for yen in [0, -1, 10_000_000_000, i64::MIN, i64::MAX] {
        let error = fails(|_, t| t.yen = yen);
        assert_eq!(error, ZenginError::BadYen { record: 2, yen });
        assert!(error.to_string().starts_with("record 2: an amount of "));
    }
}
