//! The internal listener, for whoever runs the machine: `/healthz`, `/readyz` and
//! `/metrics` of this process, also where it has no pages (workers).
//!
//! It belongs on an address that only operators reach; no proxy leads there.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use uketsuke_core::db::Db;

use crate::health::{self, Probe};
use crate::metrics;

/// How often what was measured is put into its buckets: until then it is in memory.
const UPKEEP: Duration = Duration::from_secs(5);

/// What the internal listener tells of.
#[derive(Clone)]
pub struct Inside {
    /// All must be well for the process to be ready.
    pub probes: Vec<Probe>,
    /// The pools of this process, by their users.
    pub pools: Vec<(&'static str, Db)>,
    /// What was counted.
    pub counted: PrometheusHandle,
}

/// Serves it with one thread.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, inside: Inside) -> std::io::Result<Server> {
    let inside = Data::new(inside);
    let app = move || {
        App::new()
            .app_data(inside.clone())
            .route("/healthz", web::get().to(async || HttpResponse::Ok().body("alive\n")))
            .route("/readyz", web::get().to(ready))
            .route("/metrics", web::get().to(figures))
    };
    let server = HttpServer::new(app).workers(1).max_connections(64).client_request_timeout(Duration::from_secs(5));
    Ok(server.shutdown_timeout(1).disable_signals().listen(listener)?.run())
}

/// Keeps what was measured from growing, until `stop` says so.
pub async fn keep_up(counted: PrometheusHandle, mut stop: watch::Receiver<bool>) {
    let mut ticks = interval(UPKEEP);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !*stop.borrow() {
        tokio::select! {
            _ = ticks.tick() => counted.run_upkeep(),
            _ = stop.changed() => return,
        }
    }
}

async fn ready(inside: Data<Inside>) -> HttpResponse {
    for probe in &inside.probes {
        if let Some(missing) = health::missing(probe).await {
            return HttpResponse::ServiceUnavailable().body(missing);
        }
    }
    HttpResponse::Ok().body("ready\n")
}

async fn figures(inside: Data<Inside>) -> HttpResponse {
    metrics::sample(&inside.pools).await;
    inside.probes.iter().for_each(metrics::note_age);
    // As Prometheus wants it (exposition formats, text-based format 0.0.4).
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(inside.counted.render())
}
