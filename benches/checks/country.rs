//! A country of devices, made by the database itself: facilities in the register,
//! each with some devices in use, and the tokens these would get.

use anyhow::Context;
use chrono::{DateTime, Duration, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use uketsuke_core::jose::AccessClaims;

/// A token's generation: as after one activation.
const GENERATION: i64 = 2;

/// So many devices, so many of them at each facility.
#[derive(Debug, Clone, Copy)]
pub struct Country {
    pub devices: u32,
    pub per_facility: u32,
}

/// The id of the nth row of a table, as a UUID.
fn id(table: u8, n: u32) -> String {
    format!("0190000{table}-0000-7000-8000-{n:012x}")
}

impl Country {
    /// 機関コード of a device's facility.
    #[allow(dead_code, reason = "the benchmark reads every answer, tests look at one word")]
    pub fn facility_code(self, device: u32) -> String {
        format!("13{:08}", device / self.per_facility)
    }

    /// The id of a device in its register.
    #[allow(dead_code, reason = "tests stop single devices, the benchmark does not")]
    pub fn device_id(self, device: u32) -> String {
        id(3, device)
    }

    /// The OAuth client id of a device.
    #[allow(dead_code, reason = "the benchmark reads every answer, tests look at one word")]
    pub fn client_id(self, device: u32) -> String {
        id(5, device)
    }

    /// What a fresh token of a device says.
    pub fn claims(self, device: u32, now: DateTime<Utc>) -> AccessClaims {
        // Longer than in earnest, so that a run ends before its tokens.
        let end = now + Duration::hours(12);
        AccessClaims::of(&id(5, device), &format!("{device:042}A"), now, end, GENERATION).expect("an id and a key")
    }

    /// Fills a migrated database.
    pub fn fill(self, url: &str) -> anyhow::Result<()> {
        match url.strip_prefix("sqlite:") {
            Some(path) => self.fill_sqlite(path),
            None => self.fill_postgres(url),
        }
    }

    fn fill_postgres(self, url: &str) -> anyhow::Result<()> {
        let mut conn = PgConnection::establish(url)?;
        let numbers =
            format!("create temp table numbers as select n from generate_series(0, {}) as n;", self.devices - 1);
        // No foreign keys checked and nothing logged: it is right by its making.
        conn.batch_execute(&format!("set session_replication_role = replica; {numbers}"))?;
        conn.batch_execute(&self.rows(
            |table, n| format!("'0190000{table}-0000-7000-8000-' || lpad(to_hex({n}), 12, '0')"),
            |width, n| format!("lpad(({n})::text, {width}, '0')"),
        ))?;
        // As the server leaves tables behind that have been there for a while.
        for table in ["facilities", "registrations", "devices", "credentials"] {
            conn.batch_execute(&format!("vacuum analyze {table}"))?;
        }
        Ok(())
    }

    fn fill_sqlite(self, path: &str) -> anyhow::Result<()> {
        #[derive(QueryableByName)]
        struct Made {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = Text)]
            sql: String,
        }
        let mut conn = SqliteConnection::establish(path)?;
        conn.batch_execute("pragma foreign_keys = off; pragma synchronous = off; pragma cache_size = -200000")?;
        let triggers: Vec<Made> =
            diesel::sql_query("select name, sql from sqlite_master where type = 'trigger' and name like 'standing%'")
                .load(&mut conn)?;
        for trigger in &triggers {
            conn.batch_execute(&format!("drop trigger {}", trigger.name))?;
        }
        conn.batch_execute(&format!(
            "begin; create temp table numbers (n integer primary key); with recursive up (n) as (select 0 union all \
             select n + 1 from up where n < {}) insert into numbers select n from up; {} commit;",
            self.devices - 1,
            self.rows(
                |table, n| format!("'0190000{table}-0000-7000-8000-' || printf('%012x', {n})"),
                |width, n| format!("printf('%0{width}d', {n})"),
            )
        ))?;
        for trigger in &triggers {
            conn.batch_execute(&trigger.sql).with_context(|| format!("{} comes back", trigger.name))?;
        }
        conn.batch_execute("analyze; pragma wal_checkpoint(truncate)")?;
        Ok(())
    }

    fn rows(self, id: impl Fn(u8, &str) -> String, padded: impl Fn(u8, &str) -> String) -> String {
        let Self { devices, per_facility } = self;
        let per_application = per_facility.min(20);
        let (facilities, applications) = (devices.div_ceil(per_facility), devices.div_ceil(per_application));
        let (facility, application) = (format!("n / {per_facility}"), format!("n / {per_application}"));
        let of_application = format!("n * {per_application} / {per_facility}");
        let at = "'2026-11-20 01:00:00'";
        format!(
            "insert into facilities (id, code, kind, prefecture, name, kana, postal_code, address, phone, manager_name,
                 search_key, search_grams, revision, created_at, updated_at)
             select {facility_id}, '13' || {code}, 'judo_therapy', 13, 'サクラ整骨院', '', '', '', '', '', '', '', 1, {at}, {at}
             from numbers where n < {facilities};
             insert into accounts (id, email, email_key, family_name, given_name, phone, password_hash, state, failures,
                 password_changed_at, revision, created_at, updated_at)
             select {account_id}, 'hanako@example.jp', 'hanako@example.jp', '花', '子', '', '', 'active', 0, {at}, 1, {at}, {at}
             from numbers where n < 1;
             insert into applications (id, kind, facility_id, account_id, state, document, revision, created_at, updated_at)
             select {application_id}, 'usage_start', {facility_of_application}, {account}, 'approved', '{{}}', 1, {at}, {at}
             from numbers where n < {applications};
             insert into registrations (id, facility_id, application_id, staff_count, approved_at)
             select {registration_id}, {facility_id}, {application_id}, 3, {at} from numbers where n < {facilities};
             insert into devices (id, facility_id, application_id, slot, user_id, label, state, generation, activated_at,
                 revision, created_at, updated_at)
             select {device_id}, {facility_of_device}, {application_of_device}, n % {per_application} + 1, 'W' || {user},
                 '', 'active', {GENERATION}, {at}, 1, {at}, {at} from numbers;
             insert into activations (id, device_id, code_mac, password_mac, tries, expires_at, used_at, created_at)
             select {activation_id}, {device_id}, 'c' || n, '', 0, {at}, {at}, {at} from numbers;
             insert into credentials (id, device_id, activation_id, jwk, thumbprint, registration_token_hash, metadata,
                 state, created_at)
             select {credential_id}, {device_id}, {activation_id}, '{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\",\"y\":\"\"}}',
                 {jkt} || 'A', 't' || n, '{{}}', 'active', {at} from numbers;",
            facility_id = id(1, "n"),
            code = padded(8, "n"),
            account_id = id(6, "n"),
            application_id = id(2, "n"),
            facility_of_application = id(1, &of_application),
            account = id(6, "0"),
            registration_id = id(7, "n"),
            device_id = id(3, "n"),
            facility_of_device = id(1, &facility),
            application_of_device = id(2, &application),
            user = padded(7, "n"),
            activation_id = id(4, "n"),
            credential_id = id(5, "n"),
            jkt = padded(42, "n"),
        )
    }
}
