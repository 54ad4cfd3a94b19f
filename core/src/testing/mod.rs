//! For tests alone: a private database each (a SQLite file, or one on the PostgreSQL
//! server that `UKETSUKE_TEST_POSTGRES_URL` names), a clock turned by hand, cheap
//! password hashing, and people and places to start from.

pub mod content;
pub mod country;
mod place;
pub mod subsidy;
pub mod years;

pub use place::POSTGRES_URL;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Text};

use crate::application::{ApplicationKind, State};
use crate::clock::{Clock, tokyo_date};
use crate::config::PortalUrls;
use crate::db::{Actor, Backend, Conn, Db, Tx};
use crate::device::{self, HolderTyped};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::facility::search;
use crate::facility::secret_match::{mac_account_number, mac_birth_date};
use crate::fold::account_number;
use crate::grant::Grant;
use crate::ids::{AccountId, ApplicationId, FacilityId, MembershipId, SessionId, StaffId};
use crate::mail::{MailContext, MailJob, Message};
use crate::queue::Job;
use crate::registration;
use crate::schema::{accounts, activations, applications, consents, facilities, jobs, memberships, sessions, staff};
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::{HashCost, Keyring, PasswordHash, PasswordHasher, PlainToken};
use crate::staff::role::Role;
use place::Place;

/// When every test begins: 20 November 2026, 10:00 in Japan, a Friday.
pub fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_136_400, 0).expect("a time chrono knows")
}

/// A database of a test's own. It is gone when this is dropped.
pub struct TestDb {
    /// The database.
    pub db: Db,
    /// Its clock; `advance` turns it.
    pub clock: Clock,
    _place: Place,
}

impl std::ops::Deref for TestDb {
    type Target = Db;
    fn deref(&self) -> &Db {
        &self.db
    }
}

/// A fresh database with all tables.
///
/// # Panics
/// When it cannot be made.
pub fn test_db() -> TestDb {
    let clock = Clock::manual(start());
    let place = Place::fresh();
    let db = Db::open(&place.url(), 6, clock.clone(), keyring()).expect("the database opens");
    TestDb { db, clock, _place: place }
}

/// The keys of every test.
pub fn keyring() -> Arc<Keyring> {
    Arc::new(Keyring::from_master("test", &[7; 32]))
}

/// Hashing that costs next to nothing.
///
/// # Panics
/// When no thread can be started.
pub fn hasher() -> PasswordHasher {
    PasswordHasher::start_with(1, HashCost::FOR_TESTS).expect("a thread")
}

/// What letters are composed with.
pub fn mail_context() -> MailContext {
    MailContext {
        portals: PortalUrls::new("https://portal.example", Some("https://csm.example".into())),
        admin_url: "https://office.example".into(),
        call_centre_phone: "0120-000-000".into(),
        keyring: keyring(),
    }
}

/// The letters enqueued so far, in order, as (name, ids as JSON).
///
/// # Errors
/// From the database only.
pub fn letters(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let payloads: Vec<String> = jobs::table
        .filter(jobs::kind.eq(MailJob::KIND))
        .order((jobs::created_at, jobs::id))
        .select(jobs::payload)
        .load(conn)?;
    let job = |payload: &String| Ok(serde_json::from_str::<MailJob>(payload)?);
    payloads.iter().map(|payload| job(payload).map(|job| (job.letter, job.ids))).collect()
}

/// How many activation codes still have secrets that could be shown.
///
/// # Errors
/// From the database only.
pub fn sealed_secrets(conn: &mut Conn) -> Result<i64> {
    Ok(activations::table.filter(activations::sealed.is_not_null()).count().get_result(conn)?)
}

/// Composes the last letter of this name, as the worker would.
///
/// # Errors
/// From the composer; `NotFound` when no such letter was enqueued.
pub fn compose_last<L: crate::mail::Letter>(tx: &mut Tx<'_>) -> Result<Option<Message>> {
    let all = letters(tx.conn())?;
    let (_, ids) = all.iter().rev().find(|(name, _)| name == L::NAME).ok_or(crate::error::Error::NotFound)?;
    crate::mail::composer::<L>(tx, ids, &mail_context())
}

/// A facility to put into the master. Its code must begin with a prefecture.
#[derive(Debug, Clone, Copy)]
pub struct NewFacility<'a> {
    /// The kind.
    pub kind: FacilityKind,
    /// Ten digits.
    pub code: &'a str,
    /// The name.
    pub name: &'a str,
    /// First day of being closed, if it is.
    pub closed_on: Option<NaiveDate>,
    /// The 口座番号 as anybody types it, if the master has one.
    pub account_number: Option<&'a str>,
    /// The manager's birth date, if the master has one.
    pub manager_birth: Option<NaiveDate>,
}

/// An open judo-therapy office in Tokyo.
pub const OFFICE: NewFacility<'_> = NewFacility {
    kind: FacilityKind::JudoTherapy,
    code: "1312345678",
    name: "さくら接骨院",
    closed_on: None,
    account_number: None,
    manager_birth: None,
};

/// A clinic (居宅同意取得型) under the same code.
pub const CLINIC: NewFacility<'static> = NewFacility { kind: FacilityKind::Clinic, ..OFFICE };

/// Puts a facility into the master.
///
/// # Errors
/// From the database only.
pub fn add_facility(tx: &mut Tx<'_>, place: NewFacility<'_>) -> Result<FacilityId> {
    let (id, now, keyring) = (FacilityId::mint(), tx.now(), keyring());
    let search_key = search::key(place.name, "");
    let number = place.account_number.map(|typed| account_number(typed).expect("an account number"));
    diesel::insert_into(facilities::table)
        .values((
            facilities::id.eq(&id),
            facilities::code.eq(place.code),
            facilities::kind.eq(place.kind),
            facilities::prefecture.eq(Prefecture::parse(&place.code[..2]).expect("a prefecture")),
            facilities::name.eq(place.name),
            facilities::kana.eq(""),
            facilities::postal_code.eq("100-0001"),
            facilities::address.eq("東京都千代田区千代田1-1"),
            facilities::phone.eq("0312345678"),
            facilities::manager_name.eq("山田 太郎"),
            facilities::account_number_mac.eq(number.map(|number| mac_account_number(&keyring, &number))),
            facilities::manager_birth_mac.eq(place.manager_birth.map(|on| mac_birth_date(&keyring, on))),
            facilities::closed_on.eq(place.closed_on),
            facilities::search_key.eq(&search_key),
            facilities::search_grams.eq(search::grams(&search_key)),
            facilities::revision.eq(1_i64),
            facilities::created_at.eq(now),
            facilities::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(id)
}

/// Puts a person into the accounts and makes them a member of a facility.
///
/// # Errors
/// From the database only.
pub fn add_member(tx: &mut Tx<'_>, facility: &FacilityId, email: &str, verified: bool) -> Result<FacilityScope> {
    let (account, now) = (AccountId::mint(), tx.now());
    diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(&account),
            accounts::email.eq(email),
            accounts::email_key.eq(email.to_lowercase()),
            accounts::family_name.eq("山田"),
            accounts::given_name.eq("太郎"),
            accounts::phone.eq("0312345678"),
            accounts::password_hash.eq(PasswordHash::from("never matches".to_owned())),
            accounts::state.eq("active"),
            accounts::failures.eq(0),
            accounts::password_changed_at.eq(now),
            accounts::revision.eq(1_i64),
            accounts::created_at.eq(now),
            accounts::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    diesel::insert_into(memberships::table)
        .values((
            memberships::id.eq(MembershipId::mint()),
            memberships::account_id.eq(&account),
            memberships::facility_id.eq(facility),
            memberships::state.eq(if verified { "verified" } else { "unverified" }),
            memberships::created_at.eq(now),
            memberships::verified_at.eq(verified.then_some(now)),
        ))
        .execute(tx.conn())?;
    Ok(FacilityScope::mint(facility.clone(), account, verified))
}

/// The scope of a person at a facility, as a session would mint it.
pub fn scope(facility: &FacilityId, account: &AccountId, verified: bool) -> FacilityScope {
    FacilityScope::mint(facility.clone(), account.clone(), verified)
}

/// The usual start: [`OFFICE`] with one member.
///
/// # Panics
/// When it cannot be written.
pub fn office(db: &Db, verified: bool) -> FacilityScope {
    db.write_blocking(Actor::system(), |tx| {
        let facility = add_facility(tx, OFFICE)?;
        add_member(tx, &facility, "taro@example.jp", verified)
    })
    .expect("an office with a member")
}

/// A clinic (居宅同意取得型) with a verified member, in the register, that was given
/// so many places for accounts.
///
/// # Panics
/// When it cannot be written.
pub fn clinic(db: &Db, places: u32) -> (FacilityScope, Grant) {
    db.write_blocking(Actor::system(), |tx| {
        let facility = add_facility(tx, CLINIC)?;
        let scope = add_member(tx, &facility, "incho@example.jp", true)?;
        let grant = approved(tx, &scope)?;
        registration::register(tx, &grant, 3)?;
        device::give(tx, &keyring(), &grant, places, 30)?;
        Ok((scope, grant))
    })
    .expect("a clinic with places")
}

/// 田中's account at a clinic, by this ID, from today on.
pub fn holder(db: &Db, user_id: &str) -> HolderTyped {
    HolderTyped {
        role: "medical_information".into(),
        user_id: user_id.into(),
        name: "田中 花子".into(),
        kana: "タナカ ハナコ".into(),
        starts_on: Some(tokyo_date(db.clock().now())),
    }
}

/// A member of the back office with one role, as after both factors.
///
/// # Panics
/// When it cannot be written.
pub fn add_staff(db: &Db, role: Role) -> StaffScope {
    let id = StaffId::mint();
    let email = format!("{id}@example.jp");
    db.write_blocking(Actor::system(), |tx| {
        let now = tx.now();
        diesel::insert_into(staff::table)
            .values((
                staff::id.eq(&id),
                staff::email.eq(&email),
                staff::email_key.eq(&email),
                staff::name.eq("審査 一郎"),
                staff::roles.eq(role.as_str()),
                staff::state.eq("active"),
                staff::revision.eq(0),
                staff::created_at.eq(now),
                staff::updated_at.eq(now),
            ))
            .execute(tx.conn())?;
        Ok(())
    })
    .expect("a member of the staff");
    StaffScope::mint(id, vec![role])
}

/// A session of the scope's person; the token is the cookie's value.
///
/// # Errors
/// From the database only.
pub fn sign_in(tx: &mut Tx<'_>, scope: &FacilityScope) -> Result<PlainToken> {
    let (token, now) = (PlainToken::mint(), tx.now());
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(SessionId::mint()),
            sessions::token_hash.eq(token.hash()),
            sessions::account_id.eq(scope.account()),
            sessions::facility_id.eq(scope.facility()),
            sessions::address.eq("192.0.2.1"),
            sessions::user_agent.eq("test"),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::ends_at.eq(now + chrono::Duration::hours(12)),
        ))
        .execute(tx.conn())?;
    Ok(token)
}

/// An approved usage start of the scope's facility, and the grant it makes.
///
/// # Errors
/// From the database only; a facility has one.
pub fn approved(tx: &mut Tx<'_>, scope: &FacilityScope) -> Result<Grant> {
    approved_as(tx, scope, ApplicationKind::UsageStart)
}

/// An approved application of the scope's facility, and the grant it makes.
///
/// # Errors
/// From the database only; kinds of which there is one at most are refused a second.
pub fn approved_as(tx: &mut Tx<'_>, scope: &FacilityScope, kind: ApplicationKind) -> Result<Grant> {
    let (id, now) = (ApplicationId::mint(), tx.now());
    diesel::insert_into(applications::table)
        .values((
            applications::id.eq(&id),
            applications::number.eq(id.as_str()),
            applications::kind.eq(kind),
            applications::facility_id.eq(scope.facility()),
            applications::account_id.eq(scope.account()),
            applications::state.eq(State::Approved),
            applications::document.eq("{}"),
            applications::submitted_at.eq(now),
            applications::decided_at.eq(now),
            applications::revision.eq(1_i64),
            applications::created_at.eq(now),
            applications::updated_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(Grant::new(scope.facility().clone(), id, scope.account().clone(), now))
}

/// Makes every consent one to an older version of its text.
///
/// # Errors
/// From the database only.
pub fn age_consents(tx: &mut Tx<'_>) -> Result<()> {
    diesel::update(consents::table).set(consents::version.eq("2001-01-01")).execute(tx.conn())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_has_a_database_of_its_own() {
        let (one, other) = (test_db(), test_db());
        office(&one, true);
        office(&other, false);
        let count = |db: &Db| db.read_blocking(|c| Ok(facilities::table.count().get_result::<i64>(c)?));
        assert_eq!((count(&one).unwrap(), count(&other).unwrap()), (1, 1));
    }
}

/// How the database would run a query: its plan, as text.
///
/// # Errors
/// From the database only.
pub fn plan<Q>(conn: &mut Conn, query: Q) -> Result<String>
where
    Q: QueryFragment<Backend>,
{
    let explained = Explained(query);
    let lines: Vec<String> = match conn {
        Conn::Sqlite(_) => {
            let rows: Vec<(i32, i32, i32, String)> = diesel::RunQueryDsl::load(SqlitePlan(explained), conn)?;
            rows.into_iter().map(|(.., detail)| detail).collect()
        }
        Conn::Postgres(_) => diesel::RunQueryDsl::load(PostgresPlan(explained), conn)?,
    };
    Ok(lines.join("\n"))
}

struct Explained<Q>(Q);

/// A query with the database's word for "how would you" in front, and the
/// columns of the answer.
macro_rules! plan_of {
    ($name:ident, $word:literal, $columns:ty) => {
        struct $name<Q>(Explained<Q>);

        impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for $name<Q> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
                out.unsafe_to_cache_prepared();
                out.push_sql($word);
                self.0.0.walk_ast(out)
            }
        }

        impl<Q> QueryId for $name<Q> {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }

        impl<Q> Query for $name<Q> {
            type SqlType = $columns;
        }

        impl<Q> diesel::RunQueryDsl<Conn> for $name<Q> {}
    };
}
plan_of!(SqlitePlan, "EXPLAIN QUERY PLAN ", (Integer, Integer, Integer, Text));
plan_of!(PostgresPlan, "EXPLAIN ", Text);

/// Runs SQL as somebody with the database would.
///
/// # Errors
/// From the database.
pub fn sql(conn: &mut Conn, text: &str) -> Result<()> {
    // Filling a country takes longer than a page may, on a machine that tests share.
    let patience = |conn: &mut Conn, limit: &str| match conn {
        Conn::Postgres(c) => c.batch_execute(&format!("set statement_timeout = '{limit}'")),
        Conn::Sqlite(_) => Ok(()),
    };
    patience(conn, "5min")?;
    conn.batch_execute(text)?;
    Ok(patience(conn, "30s")?)
}
