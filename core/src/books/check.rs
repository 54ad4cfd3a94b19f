//! Whether claims, decisions, payments and files agree. Each question is one
//! statement, so that nothing done meanwhile looks like a difference.

use chrono::NaiveDate;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

use crate::application::{ApplicationKind, State};
use crate::clock::tokyo_date;
use crate::db::{Actor, At, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, PaymentBatchId};
use crate::money::shown;
use crate::schema::{applications, book_checks, payment_batches, payment_items, subsidy_decisions};
use crate::scope::StaffScope;
use crate::secret::sha256_hex;
use crate::staff::role::Permission;
use crate::subsidy::decision::{self, Outcome};
use crate::subsidy::notice;
use crate::subsidy::payment::{self, Batch, BatchState};
use crate::subsidy::programme::fiscal_year_name;

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", content = "id", rename_all = "snake_case")]
pub enum Of {
    /// A claim.
    Application(ApplicationId),
    /// A batch of payments.
    Batch(PaymentBatchId),
    /// A fiscal year.
    Year(i32),
}

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// About what.
    #[serde(flatten)]
    pub of: Of,
    /// What, in words.
    pub sentence: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.of, self.sentence)
    }
}

/// What one night's check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    /// The day (Asia/Tokyo).
    pub on: NaiveDate,
    /// What does not agree.
    pub differences: Vec<Difference>,
    /// When.
    pub at: At,
}

/// Decisions read at once.
const PAGE: i64 = 500;
/// More differences of one sort tell nothing more.
const MOST: i64 = 100;

/// Everything that does not agree now.
///
/// # Errors
/// From the database, or when a stored document is damaged.
pub fn differences(conn: &mut Conn) -> Result<Vec<Difference>> {
    let mut found = Vec::new();
    amounts_decided(conn, &mut found)?;
    decisions_and_applications(conn, &mut found)?;
    transfers_and_decisions(conn, &mut found)?;
    batches(conn, &mut found)?;
    files(conn, &mut found)?;
    for year in notice::years_with_gaps(conn)? {
        let sentence = format!("{}の決定通知書の番号に、抜けがあります。", fiscal_year_name(year));
        found.push(Difference { of: Of::Year(year), sentence });
    }
    Ok(found)
}

fn about(application: ApplicationId, sentence: String) -> Difference {
    Difference { of: Of::Application(application), sentence }
}

/// A grant's amount is what its own explanation comes to; a refusal has none.
fn amounts_decided(conn: &mut Conn, found: &mut Vec<Difference>) -> Result<()> {
    let mut after = None;
    loop {
        let page = decision::list_after(conn, after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.application.clone());
        for one in page {
            let reckoned = match one.outcome {
                Outcome::Granted => one.decided.calculation.yen,
                Outcome::Refused => 0,
            };
            if one.yen != reckoned {
                let (yen, reckoned) = (shown(one.yen), shown(reckoned));
                let sentence = format!("決定の額（{yen}）が、計算した額（{reckoned}）と違います。");
                found.push(about(one.application, sentence));
            }
        }
    }
}

/// An approved claim has its grant, a rejected one its refusal, and none else has one.
fn decisions_and_applications(conn: &mut Conn, found: &mut Vec<Difference>) -> Result<()> {
    let granted = applications::state.eq(State::Approved).and(subsidy_decisions::outcome.eq(Outcome::Granted));
    let refused = applications::state.eq(State::Rejected).and(subsidy_decisions::outcome.eq(Outcome::Refused));
    let strange: Vec<ApplicationId> = subsidy_decisions::table
        .inner_join(applications::table)
        .filter(not(granted.or(refused)))
        .select(subsidy_decisions::application_id)
        .limit(MOST)
        .load(conn)?;
    found.extend(strange.into_iter().map(|id| about(id, "決定の内容が、申請の状態と合いません。".to_owned())));
    let own = subsidy_decisions::table.filter(subsidy_decisions::application_id.eq(applications::id));
    let lacking: Vec<ApplicationId> = applications::table
        .filter(applications::kind.eq(ApplicationKind::Subsidy))
        .filter(applications::state.eq_any([State::Approved, State::Rejected]))
        .filter(not(exists(own)))
        .select(applications::id)
        .limit(MOST)
        .load(conn)?;
    found.extend(lacking.into_iter().map(|id| about(id, "判断が済んでいるのに、決定の記録がありません。".to_owned())));
    Ok(())
}

/// A live transfer pays exactly what was granted.
fn transfers_and_decisions(conn: &mut Conn, found: &mut Vec<Difference>) -> Result<()> {
    let rows: Vec<(ApplicationId, i64, i64)> = payment_items::table
        .inner_join(subsidy_decisions::table)
        .filter(payment_items::released_at.is_null())
        .filter(payment_items::yen.ne(subsidy_decisions::yen))
        .select((subsidy_decisions::application_id, payment_items::yen, subsidy_decisions::yen))
        .limit(MOST)
        .load(conn)?;
    for (id, paid, granted) in rows {
        let sentence = format!("振込の額（{}）が、交付決定額（{}）と違います。", shown(paid), shown(granted));
        found.push(about(id, sentence));
    }
    Ok(())
}

/// A batch says what its transfers come to.
fn batches(conn: &mut Conn, found: &mut Vec<Difference>) -> Result<()> {
    let rows: Vec<(PaymentBatchId, i32, i64, i64, i64)> = payment_batches::table
        .left_join(payment_items::table)
        .group_by((payment_batches::id, payment_batches::items, payment_batches::yen))
        .select((
            payment_batches::id,
            payment_batches::items,
            payment_batches::yen,
            sql::<BigInt>("count(payment_items.id)"),
            sql::<BigInt>("cast(coalesce(sum(payment_items.yen), 0) as bigint)"),
        ))
        .load(conn)?;
    for (id, items, yen, count, sum) in rows {
        if (i64::from(items), yen) != (count, sum) {
            let (yen, sum) = (shown(yen), shown(sum));
            let sentence =
                format!("振込データの件数・金額（{items}件・{yen}）が、明細の合計（{count}件・{sum}）と違います。");
            found.push(Difference { of: Of::Batch(id), sentence });
        }
    }
    Ok(())
}

/// A batch whose file was fetched still gives the same bytes.
fn files(conn: &mut Conn, found: &mut Vec<Difference>) -> Result<()> {
    let fetched: Vec<Batch> = payment_batches::table
        .filter(payment_batches::state.eq_any([BatchState::Exported, BatchState::Settled]))
        .order(payment_batches::id)
        .select(Batch::as_select())
        .load(conn)?;
    for batch in fetched {
        let now = payment::render(conn, &batch).map(|bytes| sha256_hex(&bytes)).ok();
        if now.is_none() || now != batch.sha256 {
            let sentence = "出力済みの振込ファイルを、同じ内容で作ることができません。".to_owned();
            found.push(Difference { of: Of::Batch(batch.id), sentence });
        }
    }
    Ok(())
}

/// Looks, and writes down what was found today; answers it.
///
/// # Errors
/// As [`differences`].
pub async fn check_night(db: &Db) -> Result<Vec<Difference>> {
    let found = db.read(differences).await?;
    let told = found.clone();
    db.write(Actor::system(), move |tx| write_down(tx, &told)).await?;
    Ok(found)
}

fn write_down(tx: &mut Tx<'_>, found: &[Difference]) -> Result<()> {
    let (now, text) = (tx.now(), serde_json::to_string(found)?);
    let on = tokyo_date(now.utc());
    let row = (book_checks::checked_on.eq(on), book_checks::differences.eq(&text), book_checks::checked_at.eq(now));
    if !tx.insert_once(|c| diesel::insert_into(book_checks::table).values(row).execute(c))? {
        diesel::update(book_checks::table.find(on))
            .set((book_checks::differences.eq(&text), book_checks::checked_at.eq(now)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The last checks, newest first, at most `most`.
///
/// # Errors
/// `Forbidden` without the permission; `Internal` when a row is damaged.
pub fn last_nights(conn: &mut Conn, scope: &StaffScope, most: i64) -> Result<Vec<Night>> {
    if !scope.may(Permission::ReadSubsidies) {
        return Err(Error::Forbidden);
    }
    let rows: Vec<(NaiveDate, String, At)> = book_checks::table
        .order(book_checks::checked_on.desc())
        .limit(most)
        .select((book_checks::checked_on, book_checks::differences, book_checks::checked_at))
        .load(conn)?;
    let night =
        |(on, text, at): (NaiveDate, String, At)| Ok(Night { on, differences: serde_json::from_str(&text)?, at });
    rows.into_iter().map(night).collect()
}
