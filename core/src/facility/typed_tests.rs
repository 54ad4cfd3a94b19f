//! Forty-one ways in which people really type codes, dates and account numbers:
//! every one finds the same facility and matches it, as registration and usage
//! start read them. Wrong ones never do, and five of them close the way.

use chrono::{Duration, NaiveDate};

use Secret::{Account, Date};

use super::code::FacilityCode;
use super::kind::FacilityKind::JudoTherapy;
use super::prefecture::Prefecture;
use super::repo::find_by_kind_and_code;
use super::secret_match::{MatchOutcome, TypedSecret, check};
use crate::db::Actor;
use crate::fold::{account_number, date_parts};
use crate::form::FieldFault;
use crate::ids::{AccountId, FacilityId};
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, keyring, test_db};

const CODE: &str = "2712345000";
const BORN: Secret = Date(["ad", "1955", "4", "3"]);

/// What is typed into the code's field, with or without a picked prefecture.
const CODES: [(&str, Option<&str>); 14] = [
    ("2712345000", None),
    ("２７１２３４５０００", None),
    ("2712345000", Some("大阪府")),
    ("協27 12345-0-00", None),
    ("（協）2712345000", None),
    ("【契】２７１２３４５−０−００", None),
    ("協第2712345000号", None),
    ("登録記号番号：2712345000", None),
    ("27‐12345‐000", None),
    ("27ー12345ー000", None),
    ("27―12345―000", None),
    ("２７　１２３４５　０００", None),
    ("27.12345.000\n", None),
    ("\u{200B}「2712345000」", None),
];

/// What is typed into the four boxes of the birth date: era, year, month, day.
/// A whole date goes into the second one.
const DATES: [Secret; 14] = [
    BORN,
    Date(["showa", "30", "4", "3"]),
    Date(["showa", "３０年", "４月", "３日"]),
    Date(["showa", "1955", "4", "3"]),
    Date(["", "昭和30年4月3日", "", ""]),
    Date(["", "昭和３０年　４月　３日生まれ", "", ""]),
    Date(["", "S30.4.3", "", ""]),
    Date(["", "Ｓ３０．０４．０３", "", ""]),
    Date(["", "㍼30/4/3", "", ""]),
    Date(["", "昭３０・４・３", "", ""]),
    Date(["", "3300403", "", ""]),
    Date(["", "1955-04-03", "", ""]),
    Date(["", "19550403", "", ""]),
    Date(["", "1955年（昭和30年）4月3日", "", ""]),
];

/// What is typed into the field of the account number, which is 0123456.
const ACCOUNTS: [Secret; 13] = [
    Account("0123456"),
    Account("123456"),
    Account("０１２３４５６"),
    Account("012-3456"),
    Account("0 1 2 3 4 5 6"),
    Account("口座番号：0123456"),
    Account("普通預金　０１２３４５６"),
    Account("(普) 123456"),
    Account("No.0123456"),
    Account("記号 10120　番号 1234561"),
    Account("ゆうちょ銀行 記号：１０１２０／番号：１２３４５６１"),
    Account("10120ー1234561"),
    Account("1012001234561"),
];

/// Codes of other places, or of none.
const WRONG_CODES: [&str; 6] = ["2712345001", "2712354000", "2812345000", "271234500", "27123450000", "27123O5000"];

/// Near misses, and what means something else.
const WRONG_SECRETS: [Secret; 12] = [
    Date(["ad", "1955", "3", "4"]),
    Date(["ad", "1955", "4", "4"]),
    Date(["ad", "1930", "4", "3"]),
    Date(["heisei", "30", "4", "3"]),
    Date(["taisho", "14", "4", "3"]),
    Date(["", "4300403", "", ""]),
    Date(["", "30/4/3", "", ""]),
    Account("1234560"),
    Account("0123457"),
    Account("12345"),
    Account("10120-1234567"),
    Account("19550403"),
];

#[derive(Debug, Clone, Copy)]
enum Secret {
    Date([&'static str; 4]),
    Account(&'static str),
}

impl Secret {
    fn read(self) -> Result<TypedSecret, FieldFault> {
        match self {
            Date([era, year, month, day]) => date_parts(era, year, month, day).map(TypedSecret::ManagerBirthDate),
            Account(typed) => account_number(typed).map(TypedSecret::AccountNumber),
        }
    }
}

/// The facility in the master, the one before it, and a person.
struct World {
    db: TestDb,
    facility: FacilityId,
    person: AccountId,
}

impl World {
    fn new() -> Self {
        let db = test_db();
        let place = NewFacility {
            code: CODE,
            account_number: Some("0123456"),
            manager_birth: NaiveDate::from_ymd_opt(1955, 4, 3),
            ..OFFICE
        };
        let other = NewFacility { code: "2712345001", account_number: Some("1"), ..place };
        let (facility, person) = db
            .write_blocking(Actor::system(), |tx| {
                add_facility(tx, other)?;
                let facility = add_facility(tx, place)?;
                let person = add_member(tx, &facility, "taro@example.jp", false)?;
                Ok((facility, person.account().clone()))
            })
            .unwrap();
        Self { db, facility, person }
    }

    /// The facility that registration finds.
    fn find(&self, typed: &str, picked: Option<&str>) -> Option<FacilityId> {
        let code = FacilityCode::read(JudoTherapy, typed, picked.and_then(Prefecture::parse)).ok()?;
        let found = self.db.read_blocking(|c| find_by_kind_and_code(c, JudoTherapy, &code)).unwrap();
        found.map(|facility| facility.id)
    }

    /// What 「施設の確認」 answers to what was typed; `None` when it cannot be read.
    fn attempt(&self, secret: Secret) -> Option<MatchOutcome> {
        let typed = secret.read().ok()?;
        let outcome = self.db.write_blocking(Actor::system(), |tx| {
            let facility = super::repo::get(tx.conn(), &self.facility)?;
            check(tx, &keyring(), &facility, &self.person, &typed)
        });
        Some(outcome.unwrap())
    }
}

#[test]
fn forty_one_ways_of_typing_find_and_match_the_same_facility() {
    let world = World::new();
    let mut ways = 0;
    for (typed, picked) in CODES {
        assert_eq!(world.find(typed, picked).as_ref(), Some(&world.facility), "{typed:?}");
        ways += 1;
    }
    for secret in DATES.into_iter().chain(ACCOUNTS) {
        assert_eq!(world.attempt(secret), Some(MatchOutcome::Matched), "{secret:?}");
        // Ten tries a day are a facility's, right ones too.
        world.db.clock.advance(Duration::days(1));
        ways += 1;
    }
    assert_eq!(ways, 41);
}

#[test]
fn what_is_wrong_never_finds_or_matches_it() {
    let world = World::new();
    for typed in WRONG_CODES {
        assert_ne!(world.find(typed, None).as_ref(), Some(&world.facility), "{typed:?}");
    }
    for secret in WRONG_SECRETS {
        let outcome = World::new().attempt(secret);
        assert!(matches!(outcome, None | Some(MatchOutcome::Wrong { left: 4 })), "{secret:?}: {outcome:?}");
    }
}

#[test]
fn after_five_wrong_tries_none_of_the_ways_is_open() {
    let world = World::new();
    for left in [4, 3, 2, 1] {
        assert_eq!(world.attempt(Account("7654321")), Some(MatchOutcome::Wrong { left }));
    }
    assert_eq!(world.attempt(Date(["showa", "31", "4", "3"])), Some(MatchOutcome::Closed), "the fifth closes");
    for secret in DATES.into_iter().chain(ACCOUNTS) {
        assert_eq!(world.attempt(secret), Some(MatchOutcome::Closed), "right, but too late: {secret:?}");
    }
}
