//! What does not agree is found, each sort of it; done by SQL, as nothing of ours does it.

use super::*;
use crate::staff::role::Role;
use crate::subsidy::payment;
use crate::testing::subsidy::{granted, noticed};
use crate::testing::{OFFICE, TestDb, add_facility, add_member, add_staff, sql, test_db};
use crate::transfer::zengin::LineEnds;

/// One grant in a batch whose file was fetched.
fn paid() -> TestDb {
    let db = test_db();
    let clerk = add_staff(&db, Role::Administrator);
    db.write_blocking(clerk.actor(), |tx| {
        let facility = add_facility(tx, OFFICE)?;
        let scope = add_member(tx, &facility, "taro@example.jp", true)?;
        let id = granted(tx, &scope, 41_000)?;
        noticed(tx, &id)?;
        let payer = "0012345678,ｲ)ｵﾝﾗｲﾝｼｶｸｶｸﾆﾝ,0005,001,ordinary,1234567".parse().expect("an account");
        let on = chrono::NaiveDate::from_ymd_opt(2026, 11, 25).expect("a day");
        let batch = payment::prepare(tx, &clerk, (&payer, LineEnds::None), on)?;
        payment::export(tx, &clerk, &batch)
    })
    .expect("paid");
    db
}

#[tokio::test]
async fn each_sort_of_difference_is_found_and_written_down() {
    for (change, said) in [
        ("update subsidy_decisions set yen = 40999", "計算した額"),
        ("update applications set state = 'rejected' where kind = 'subsidy'", "申請の状態と合いません"),
        ("update payment_items set yen = 82000", "交付決定額（41,000円）と違います"),
        ("update payment_batches set yen = 1", "明細の合計（1件・41,000円）"),
        ("update payment_batches set items = 2", "振込データの件数・金額（2件・41,000円）"),
        ("update payment_batches set sha256 = 'other'", "同じ内容で作ることができません"),
        ("update payment_items set payee = '{}'", "同じ内容で作ることができません"),
        ("update subsidy_notices set number = 3", "番号に、抜けがあります"),
    ] {
        let db = paid();
        assert_eq!(db.read_blocking(differences).expect("compared"), [], "all agrees before");
        db.read_blocking(|c| sql(c, change)).expect("changed");
        let found = check_night(&db).await.expect("checked");
        assert!(found.iter().any(|one| one.sentence.contains(said)), "{change}: {found:?}");
        let auditor = add_staff(&db, Role::Auditor);
        let nights = db.read_blocking(|c| last_nights(c, &auditor, 5)).expect("reads");
        assert_eq!(nights.into_iter().map(|night| night.differences).collect::<Vec<_>>(), [found]);
    }
}

#[tokio::test]
async fn an_approved_claim_without_a_decision_is_found_and_a_second_look_replaces_the_first() {
    let db = paid();
    db.read_blocking(|c| {
        sql(
            c,
            "delete from payment_items; delete from payment_batches; delete from subsidy_covers; \
             delete from subsidy_notices; delete from subsidy_decisions;",
        )
    })
    .expect("removed");
    let found = check_night(&db).await.expect("checked");
    assert_eq!(found.len(), 1);
    assert!(found[0].sentence.contains("決定の記録がありません"), "{found:?}");
    db.read_blocking(|c| sql(c, "update applications set state = 'withdrawn' where kind = 'subsidy'")).expect("set");
    assert_eq!(check_night(&db).await.expect("checked"), []);
    let auditor = add_staff(&db, Role::Auditor);
    let nights = db.read_blocking(|c| last_nights(c, &auditor, 5)).expect("reads");
    assert_eq!(nights.iter().map(|night| night.differences.len()).collect::<Vec<_>>(), [0], "one row for a day");
}

#[test]
fn the_budget_is_used_up_by_what_is_granted_and_only_those_who_may_read_the_books() {
    let db = paid();
    let admin = add_staff(&db, Role::Administrator);
    let year = db
        .write_blocking(admin.actor(), |tx| {
            let first = list(tx.conn(), &admin)?.remove(0);
            assert_eq!((first.budget, first.left()), (None, None));
            crate::subsidy::programme::set_budget(tx, &admin, &first.programme, first.fiscal_year, 100_000)?;
            crate::subsidy::programme::set_budget(tx, &admin, &first.programme, first.fiscal_year, 40_000)?;
            Ok(list(tx.conn(), &admin)?.remove(0))
        })
        .expect("set");
    assert_eq!((year.budget, year.left()), (Some(40_000), Some(-1_000)));
    assert_eq!((year.granted, year.in_transfer), (Sum { count: 1, yen: 41_000 }, Sum { count: 1, yen: 41_000 }));
    let publisher = add_staff(&db, Role::Support);
    assert!(matches!(db.read_blocking(|c| list(c, &publisher)), Err(crate::error::Error::Forbidden)));
}
