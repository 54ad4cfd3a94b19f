//! Payments on a database of each test's own. Files are read by the reader that
//! was made from the published layout, not from the writer.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use chrono::{Datelike, Duration, NaiveDate};

use super::*;
use crate::books;
use crate::clock::tokyo_date;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::holiday;
use crate::ids::{ApplicationId, PaymentBatchId};
use crate::refusal::Refusal;
use crate::scope::{FacilityScope, StaffScope};
use crate::staff::role::Role;
use crate::subsidy::decision;
use crate::subsidy::payee::Payee;
use crate::testing::subsidy::{granted, noticed, payee};
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, add_member, add_staff, letters, test_db};
use crate::transfer::Payer;
use crate::transfer::zengin::LineEnds;
use crate::transfer::zengin::reader::{head, item, records, tail};

struct House {
    db: TestDb,
    clerk: StaffScope,
    offices: Vec<FacilityScope>,
}

fn house() -> House {
    let db = test_db();
    let clerk = add_staff(&db, Role::Administrator);
    House { db, clerk, offices: Vec::new() }
}

fn payer() -> Payer {
    "0012345678,ｲ)ｵﾝﾗｲﾝｼｶｸｶｸﾆﾝ,0005,001,ordinary,1234567".parse().expect("an account")
}

impl House {
    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(self.clerk.actor(), work)
    }

    /// A facility of its own with a grant whose notice is made.
    fn grant(&mut self, cost: i64) -> ApplicationId {
        let code = format!("13{:08}", self.offices.len() + 1);
        let made = self.write(|tx| {
            let facility = add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
            let scope = add_member(tx, &facility, &format!("{code}@example.jp"), true)?;
            let id = granted(tx, &scope, cost)?;
            noticed(tx, &id)?;
            Ok((scope, id))
        });
        let (scope, id) = made.expect("granted");
        self.offices.push(scope);
        id
    }

    fn today(&self) -> NaiveDate {
        tokyo_date(self.db.clock.now())
    }

    /// The next day on which banks transfer.
    fn pay_day(&self) -> NaiveDate {
        let calendar = self.db.read_blocking(holiday::calendar).expect("reads");
        let days = self.today().iter_days().skip(1);
        days.into_iter().find(|day| calendar.is_business_day(*day)).expect("a business day")
    }

    fn prepare(&self) -> Result<PaymentBatchId> {
        let on = self.pay_day();
        self.write(|tx| prepare(tx, &self.clerk, (&payer(), LineEnds::None), on))
    }

    fn export(&self, id: &PaymentBatchId) -> Result<Vec<u8>> {
        self.write(|tx| export(tx, &self.clerk, id))
    }

    /// Exported and carried out; it is the day after.
    fn pay(&self, id: &PaymentBatchId) -> Vec<u8> {
        let file = self.export(id).expect("a file");
        self.write(|tx| settle(tx, &self.clerk, id)).expect("settled");
        let on = self.batch(id).pay_on;
        self.db.clock.advance(Duration::days((on - self.today()).num_days() + 1));
        file
    }

    fn batch(&self, id: &PaymentBatchId) -> Batch {
        self.db.read_blocking(|c| get(c, id)).expect("there")
    }

    fn items(&self, id: &PaymentBatchId) -> Vec<Item> {
        self.db.read_blocking(|c| items(c, id, 0, 1_000)).expect("reads")
    }

    fn bring_back(&self, batch: &PaymentBatchId, of: &ApplicationId) -> Result<()> {
        let item = self.items(batch).into_iter().find(|item| item.application_id == *of).expect("in it");
        let on = self.today();
        self.write(|tx| return_transfer(tx, &self.clerk, (batch, &item.id), (on, "該当口座なし")))
    }

    fn books(&self) -> books::YearBooks {
        let mut all = self.db.read_blocking(|c| books::list(c, &self.clerk)).expect("reads");
        assert_eq!(all.len(), 1, "one programme, one year");
        all.remove(0)
    }

    fn differences(&self) -> Vec<books::Difference> {
        self.db.read_blocking(books::differences).expect("compared")
    }
}

/// Sum and count of the transfers of a file, by its own trailer, which must agree
/// with its data records.
fn sum_of_file(file: &[u8]) -> (i64, i64) {
    let all = records(file, false);
    let kinds: String = all.iter().map(|record| record.kind()).collect();
    assert_eq!(kinds, format!("1{}89", "2".repeat(all.len() - 3)));
    let transfers = &all[1..all.len() - 2];
    let sum: i64 = transfers.iter().map(|record| record.number(item::YEN)).sum();
    let trailer = &all[all.len() - 2];
    assert_eq!(trailer.number(tail::SUM), sum);
    assert_eq!(trailer.number(tail::COUNT), i64::try_from(transfers.len()).unwrap());
    (sum, trailer.number(tail::COUNT))
}

#[test]
fn a_batch_pays_everything_that_waits_once_and_its_file_never_changes() {
    let mut house = house();
    let (first, second) = (house.grant(41_000), house.grant(12_345));
    let unnoticed = {
        let scope = house.offices[0].clone();
        house.write(|tx| {
            let facility = add_facility(tx, NewFacility { code: "1300000099", ..OFFICE })?;
            let scope = crate::testing::scope(&facility, scope.account(), true);
            granted(tx, &scope, 9_000)
        })
    }
    .expect("granted");
    let id = house.prepare().expect("a batch");
    let in_it: Vec<_> = house.items(&id).into_iter().map(|item| item.application_id).collect();
    let mut both = vec![first, second];
    both.sort();
    assert_eq!(in_it, both, "a grant whose notice is not made waits: {unnoticed}");
    assert!(matches!(house.prepare(), Err(Error::Refused(Refusal::NothingToPay))));
    let file = house.export(&id).expect("a file");
    assert_eq!(sum_of_file(&file), (53_000, 2));
    let all = records(&file, false);
    assert_eq!(all[0].text(head::PAYER_CODE), "0012345678");
    let on = house.batch(&id).pay_on;
    assert_eq!(all[0].text(head::DAY), format!("{:02}{:02}", on.month(), on.day()));
    assert_eq!(all[1].text(item::HOLDER).trim_end(), "ｶ)ｻｸﾗｾﾂｺﾂｲﾝ");
    assert_eq!((all[1].text(item::BANK), all[1].text(item::ACCOUNT)), ("0001".into(), "0123456".into()));
    // Whatever happens later, the file stays what it was.
    house.pay(&id);
    house.bring_back(&id, &both[0]).expect("booked");
    assert_eq!(house.export(&id).expect("again"), file);
    assert_eq!(house.differences(), []);
}

#[test]
fn states_follow_one_another_and_nothing_else() {
    let mut house = house();
    let claim = house.grant(41_000);
    let id = house.prepare().expect("a batch");
    let refused = |outcome: Result<()>| assert!(matches!(outcome, Err(Error::Refused(Refusal::NotInThisState))));
    refused(house.write(|tx| settle(tx, &house.clerk, &id)));
    refused(house.bring_back(&id, &claim));
    house.write(|tx| dissolve(tx, &house.clerk, &id)).expect("given up");
    refused(house.export(&id).map(drop));
    refused(house.write(|tx| dissolve(tx, &house.clerk, &id)));
    // Its claims wait again, and are in one live batch only.
    let again = house.prepare().expect("another batch");
    house.export(&again).expect("a file");
    refused(house.write(|tx| dissolve(tx, &house.clerk, &again)));
    let live = house.db.read_blocking(|c| find_live(c, &claim)).expect("reads").expect("live").1;
    assert_eq!((live.id, live.state), (again.clone(), BatchState::Exported));
    house.write(|tx| settle(tx, &house.clerk, &again)).expect("settled");
    refused(house.write(|tx| settle(tx, &house.clerk, &again)));
    assert_eq!(house.differences(), []);
}

#[test]
fn the_day_of_payment_is_a_business_day_to_come() {
    let mut house = house();
    house.grant(41_000);
    for on in ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-23", "2026-12-31", "2027-03-01"] {
        let on: NaiveDate = on.parse().unwrap();
        let outcome = house.write(|tx| prepare(tx, &house.clerk, (&payer(), LineEnds::CrLf), on));
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{on}");
    }
    let reviewer = add_staff(&house.db, Role::Reviewer);
    let on = house.pay_day();
    let outcome = house.write(|tx| prepare(tx, &reviewer, (&payer(), LineEnds::CrLf), on));
    assert!(matches!(outcome, Err(Error::Forbidden)));
    let id = house.write(|tx| prepare(tx, &house.clerk, (&payer(), LineEnds::CrLf), on)).expect("a batch");
    let file = house.export(&id).expect("a file");
    assert_eq!(records(&file, true).len(), 4, "CR LF after each, where the bank asks for it");
}

#[test]
fn a_returned_transfer_is_told_corrected_and_paid_again() {
    let mut house = house();
    let (good, bad) = (house.grant(41_000), house.grant(20_000));
    let id = house.prepare().expect("a batch");
    house.pay(&id);
    let item = house.items(&id).into_iter().find(|item| item.application_id == bad).expect("in it");
    let today = house.today();
    for (on, because) in
        [(today + Duration::days(1), "該当口座なし"), (today - Duration::days(30), "該当口座なし"), (today, " ")]
    {
        let outcome = house.write(|tx| return_transfer(tx, &house.clerk, (&id, &item.id), (on, because)));
        assert!(matches!(outcome, Err(Error::Invalid(_))), "{on} {because}");
    }
    house.bring_back(&id, &bad).expect("booked");
    assert!(house.bring_back(&id, &bad).is_err(), "once");
    let told = house.db.read_blocking(letters).expect("reads");
    assert_eq!(told.iter().filter(|(name, _)| name == "subsidy_transfer_returned").count(), 1, "{told:?}");
    let year = house.books();
    assert_eq!((year.paid.yen, year.returned.yen, year.waiting().yen), (41_000, 20_000, 20_000));
    // Nothing is paid to the wrong account again.
    assert!(matches!(house.prepare(), Err(Error::Refused(Refusal::NothingToPay))));
    let correct = |scope: &FacilityScope, of: &ApplicationId, number: &str| {
        let to = Payee { number: number.to_owned(), ..payee() };
        house.db.write_blocking(scope.actor(), |tx| correct_payee(tx, scope, of, &to))
    };
    let (own, stranger) = (&house.offices[1], &house.offices[0]);
    assert!(matches!(correct(stranger, &bad, "9999999"), Err(Error::NotFound)), "another facility's");
    let unverified = crate::testing::scope(own.facility(), own.account(), false);
    assert!(matches!(correct(&unverified, &bad, "9999999"), Err(Error::NotFound)));
    assert!(matches!(correct(stranger, &good, "9999999"), Err(Error::Refused(Refusal::NotInThisState))));
    correct(own, &bad, "7654321").expect("corrected");
    let again = house.prepare().expect("another batch");
    let file = house.pay(&again);
    assert_eq!(sum_of_file(&file), (20_000, 1));
    assert_eq!(records(&file, false)[1].text(item::ACCOUNT), "7654321");
    let year = house.books();
    assert_eq!((year.granted.yen, year.paid.yen, year.returned.yen, year.waiting().yen), (61_000, 61_000, 20_000, 0));
    assert_eq!(house.differences(), []);
}

#[test]
fn whoever_had_the_bank_put_it_right_is_paid_to_the_same_account() {
    let mut house = house();
    let claim = house.grant(41_000);
    let id = house.prepare().expect("a batch");
    house.pay(&id);
    let again = |who: &StaffScope| house.db.write_blocking(who.actor(), |tx| pay_again(tx, who, &claim));
    assert!(matches!(again(&house.clerk), Err(Error::Refused(Refusal::NotInThisState))));
    house.bring_back(&id, &claim).expect("booked");
    let held = house.db.read_blocking(|c| list_held(c, &house.clerk, 10)).expect("reads");
    assert_eq!(held.len(), 1);
    assert!(matches!(again(&add_staff(&house.db, Role::Auditor)), Err(Error::Forbidden)));
    again(&house.clerk).expect("let go");
    assert_eq!(house.db.read_blocking(|c| list_held(c, &house.clerk, 10)).expect("reads"), []);
    let file = house.pay(&house.prepare().expect("a batch"));
    assert_eq!(records(&file, false)[1].text(item::ACCOUNT), "0123456");
}

#[test]
fn of_two_clerks_who_build_a_batch_at_once_one_wins() {
    for _ in 0..5 {
        let mut house = house();
        for n in 0..20 {
            house.grant(10_000 + n * 1_000);
        }
        let won = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                let (house, won) = (&house, &won);
                scope.spawn(move || {
                    let outcome = loop {
                        match house.prepare() {
                            Err(Error::Unavailable { .. }) => {}
                            other => break other,
                        }
                    };
                    match outcome {
                        Ok(id) => won.lock().unwrap().push(id),
                        Err(Error::Conflict | Error::Refused(Refusal::NothingToPay)) => {}
                        Err(other) => panic!("{other}"),
                    }
                });
            }
        });
        let won = won.into_inner().unwrap();
        assert_eq!(won.len(), 1, "one wins, the other is told");
        let all = house.db.read_blocking(|c| list(c, &house.clerk, None, 10)).expect("reads");
        assert_eq!(all.len(), 1, "nothing half-made is left");
        assert_eq!((all[0].items, house.items(&won[0]).len()), (20, 20));
        assert_eq!(house.differences(), []);
    }
}

/// Copies of the one claim there is, under ids and with amounts of their own.
fn multiply(house: &House, claims: i64) {
    let others = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {})", claims - 1);
    let id = "'01a00000-0000-7000-8000-' || (100000000000 + i)";
    let statements = [
        format!(
            "insert into applications (id, number, kind, facility_id, account_id, state, document, submitted_at, \
             decided_at, revision, created_at, updated_at) {others} select {id}, {id}, kind, facility_id, account_id, \
             state, document, submitted_at, decided_at, revision, created_at, updated_at from applications, n"
        ),
        format!(
            "insert into subsidy_decisions (application_id, facility_id, programme_id, rules_version, fiscal_year, \
             outcome, yen, document, payee, decided_at) {others} select {id}, facility_id, programme_id, \
             rules_version, fiscal_year, outcome, 1000 + i, document, payee, decided_at from subsidy_decisions, n"
        ),
        format!(
            "insert into subsidy_notices (application_id, fiscal_year, number, issued_on, storage_key) {others} \
             select {id}, fiscal_year, number + i, issued_on, storage_key || i from subsidy_notices, n"
        ),
    ];
    for statement in statements {
        house.db.read_blocking(|c| crate::testing::sql(c, &statement)).expect("multiplied");
    }
}

#[test]
fn ten_thousand_claims_are_paid_by_one_file() {
    const CLAIMS: i64 = 10_000;
    let mut house = house();
    house.grant(41_000);
    multiply(&house, CLAIMS);
    let id = house.prepare().expect("a batch");
    let file = house.pay(&id);
    assert_eq!(i64::try_from(file.len()).unwrap(), (CLAIMS + 3) * 120);
    assert_eq!(sum_of_file(&file), (decided(&house), CLAIMS));
    let year = house.books();
    assert_eq!((year.paid.yen, year.paid.count, year.waiting().count), (decided(&house), CLAIMS, 0));
    let places: Vec<_> = records(&file, false)[1..=3].iter().map(|record| record.number(item::CUSTOMER_1)).collect();
    assert_eq!(places, [1, 2, 3], "what comes back is found by its place in the file");
}

/// Numbers from a seed, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Whatever is granted, paid, brought back, corrected and given up, in any order:
/// files, decisions and books come to the same sums.
#[test]
fn for_any_course_of_things_files_decisions_and_books_agree() {
    for seed in 0..12 {
        let (mut house, mut dice) = (house(), Dice(seed));
        let mut files: BTreeMap<PaymentBatchId, i64> = BTreeMap::new();
        let (mut batches, mut claims) = (Vec::new(), Vec::new());
        let mut returned = 0;
        house.grant(1_000 + i64::try_from(dice.below(60_000)).unwrap());
        for _ in 0..40 {
            match dice.below(8) {
                0 | 1 => claims.push(house.grant(1_000 + i64::try_from(dice.below(60_000)).unwrap())),
                2 => batches.extend(house.prepare().ok()),
                3 => {
                    let Some(id) = batches.get(dice.below(batches.len().max(1))) else { continue };
                    let _ = house.write(|tx| dissolve(tx, &house.clerk, id));
                }
                4 | 5 => {
                    let Some(id) = batches.get(dice.below(batches.len().max(1))) else { continue };
                    if let Ok(file) = house.export(id) {
                        let before = files.insert(id.clone(), sum_of_file(&file).0);
                        assert!(before.is_none_or(|sum| sum == sum_of_file(&file).0));
                    }
                }
                6 => {
                    let Some(id) = batches.get(dice.below(batches.len().max(1))) else { continue };
                    if house.write(|tx| settle(tx, &house.clerk, id)).is_ok() {
                        house.db.clock.advance(Duration::days(7));
                        let of = house.items(id)[0].clone();
                        if dice.below(2) == 0 && house.bring_back(id, &of.application_id).is_ok() {
                            returned += of.yen;
                            if dice.below(2) == 0 {
                                let _ = house.write(|tx| pay_again(tx, &house.clerk, &of.application_id));
                            }
                        }
                    }
                }
                _ => house.db.clock.advance(Duration::hours(5)),
            }
            agree(&house, &files, returned);
        }
        // To the end: everything that was granted is paid.
        for held in house.db.read_blocking(|c| list_held(c, &house.clerk, 1_000)).expect("reads") {
            house.write(|tx| pay_again(tx, &house.clerk, &held.application)).expect("let go");
        }
        batches.extend(house.prepare().ok());
        for id in &batches {
            match house.batch(id).state {
                BatchState::Dissolved | BatchState::Settled => {}
                _ => {
                    let file = house.pay(id);
                    files.insert(id.clone(), sum_of_file(&file).0);
                }
            }
        }
        let year = house.books();
        assert_eq!((year.waiting().yen, year.in_transfer.yen), (0, 0), "seed {seed}");
        assert_eq!(files.values().sum::<i64>() - returned, decided(&house), "seed {seed}");
        agree(&house, &files, returned);
    }
}

fn decided(house: &House) -> i64 {
    let all = house.db.read_blocking(|c| decision::list_after(c, None, 100_000)).expect("reads");
    all.iter().map(|decision| decision.yen).sum()
}

fn agree(house: &House, files: &BTreeMap<PaymentBatchId, i64>, returned: i64) {
    let year = house.books();
    assert_eq!(year.granted.yen, decided(house));
    assert_eq!(year.returned.yen, returned);
    let (live, prepared) = files_and_prepared(house, files);
    assert_eq!(live - returned + prepared, year.paid.yen + year.in_transfer.yen);
    assert_eq!(year.waiting().yen, year.granted.yen - (live - returned) - prepared);
    assert_eq!(house.differences(), []);
}

/// What the files come to, and the batches that have none yet.
fn files_and_prepared(house: &House, files: &BTreeMap<PaymentBatchId, i64>) -> (i64, i64) {
    let all = house.db.read_blocking(|c| list(c, &house.clerk, None, 1_000)).expect("reads");
    let waiting = all.iter().filter(|batch| batch.state == BatchState::Prepared);
    (files.values().sum(), waiting.map(|batch| batch.yen).sum())
}
