//! Figures in Prometheus' text format: what is counted while the program works, and
//! how the queues and pools stand when somebody asks.
//!
//! Labels have few values each: a route's pattern, never a path; a kind, never an id.

use std::sync::OnceLock;

use anyhow::Context;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use uketsuke_core::db::Db;
use uketsuke_core::snapshot::Footing;
use uketsuke_core::vitals::{self, Vitals};

use crate::health::Probe;

/// Upper ends of the buckets of all latencies, seconds: from a check in memory to a
/// large upload.
const SECONDS: &[f64] = &[0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Every figure, with what it says.
const COUNTERS: &[(&str, &str)] = &[
    ("uketsuke_http_requests_total", "Requests answered, without checks"),
    ("uketsuke_checks_total", "Checks answered, by what was found"),
    ("uketsuke_jobs_run_total", "Attempts at background jobs, by how they ended"),
    ("uketsuke_mails_sent_total", "Letters handed to the mail server, by what it said"),
    ("uketsuke_bounces_read_total", "Files read in the maildir of bounces, by what they came to"),
    (
        "uketsuke_passwords_total",
        "Passwords to hash: queued, turned away because too many waited, given up after ten seconds",
    ),
    ("uketsuke_uploads_total", "Uploads let in, or turned away because too many were under way"),
    ("uketsuke_scans_total", "Files scanned for viruses, by what was found"),
    ("uketsuke_storage_faults_total", "Files that could not be kept, read or deleted"),
    ("uketsuke_db_faults_total", "Times that no connection to the database was to be had"),
];
const HISTOGRAMS: &[(&str, &str)] = &[
    ("uketsuke_http_request_seconds", "From a request's head to its answer's"),
    ("uketsuke_check_seconds", "From a check's body to its answer"),
    ("uketsuke_job_seconds", "How long an attempt at a job took"),
];
const GAUGES: &[(&str, &str)] = &[
    ("uketsuke_build_info", "1, with the version"),
    ("uketsuke_database_up", "1 while the database answers, else 0"),
    ("uketsuke_db_connections", "Connections of a pool, by whether they are in use"),
    ("uketsuke_jobs", "Jobs that wait, run or are dead"),
    ("uketsuke_jobs_oldest_due_seconds", "How long the oldest due job has waited"),
    ("uketsuke_mails", "Letters that wait for the mail server, were refused for good or came back"),
    ("uketsuke_applications", "Applications that wait for somebody"),
    (
        "uketsuke_applications_oldest_unassigned_seconds",
        "How long the oldest application without a reviewer has waited",
    ),
    ("uketsuke_files_unscanned", "Files without a verdict of the virus scanner"),
    ("uketsuke_checks_age_seconds", "How old the data is that checks are answered from"),
];

/// Begins to count; what happened before is not counted. A second call changes nothing.
///
/// # Errors
/// When another recorder is in place.
pub fn start() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let suffix = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(suffix, SECONDS).context("no buckets")?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| anyhow::anyhow!("{error}"))?;
    describe();
    gauge!("uketsuke_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(HANDLE.get_or_init(|| handle).clone())
}

fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(*name, *text);
    }
    for (name, text) in HISTOGRAMS {
        describe_histogram!(*name, Unit::Seconds, *text);
    }
    for (name, text) in GAUGES {
        describe_gauge!(*name, *text);
    }
}

/// Notes how pools and queues stand. What the database cannot tell keeps its last
/// figure, and `uketsuke_database_up` is 0.
pub async fn sample(pools: &[(&'static str, Db)]) {
    for (name, db) in pools {
        let (in_use, idle) = db.connections();
        gauge!("uketsuke_db_connections", "pool" => *name, "state" => "in_use").set(f64::from(in_use));
        gauge!("uketsuke_db_connections", "pool" => *name, "state" => "idle").set(f64::from(idle));
    }
    let Some((_, db)) = pools.first() else { return };
    let now = db.clock().now().into();
    let vitals = db.read(move |c| vitals::read(c, now)).await;
    gauge!("uketsuke_database_up").set(f64::from(u8::from(vitals.is_ok())));
    match vitals {
        Ok(vitals) => note(&vitals),
        Err(error) => tracing::warn!(%error, "the queues cannot be looked at"),
    }
}

/// Notes how old the data is that checks are answered from; infinite where there is none.
pub fn note_age(probe: &Probe) {
    let Probe::Checks(checks) = probe else { return };
    gauge!("uketsuke_checks_age_seconds").set(match checks.footing() {
        Footing::Fresh => 0.0,
        Footing::Aged(age) => age.as_secs_f64(),
        Footing::None => f64::INFINITY,
    });
}

// Counts below 2⁵² are exact.
#[allow(clippy::cast_precision_loss)]
fn note(vitals: &Vitals) {
    for (state, count) in &vitals.jobs {
        gauge!("uketsuke_jobs", "state" => state.as_str()).set(*count as f64);
    }
    for (state, count) in &vitals.mails {
        gauge!("uketsuke_mails", "state" => state.as_str()).set(*count as f64);
    }
    for (state, count) in &vitals.applications {
        gauge!("uketsuke_applications", "state" => state.as_str()).set(*count as f64);
    }
    gauge!("uketsuke_jobs_oldest_due_seconds").set(vitals.oldest_due_seconds as f64);
    gauge!("uketsuke_applications_oldest_unassigned_seconds").set(vitals.oldest_unassigned_seconds as f64);
    gauge!("uketsuke_files_unscanned").set(vitals.unscanned as f64);
}
