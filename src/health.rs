//! `/healthz` (the process lives) and `/readyz` (it can serve), on every
//! listener, for whoever runs the machine: others are told there is no such
//! page.

use std::net::IpAddr;

use actix_web::http::header::FORWARDED;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use uketsuke_core::db::Db;
use uketsuke_core::snapshot::{Footing, Snapshot};

/// What must be well for a listener to serve.
#[derive(Clone)]
pub enum Probe {
    /// The database answers, and its tables are up to date.
    Database(Db),
    /// Checks can be answered from memory, with or without a database just now.
    Checks(Snapshot),
}

/// Adds the two addresses.
pub fn configure(config: &mut ServiceConfig, probe: Probe) {
    config
        .app_data(Data::new(probe))
        .service(web::resource("/healthz").get(alive))
        .service(web::resource("/readyz").get(ready));
}

async fn alive(request: HttpRequest) -> HttpResponse {
    if is_internal(&request) { HttpResponse::Ok().body("alive\n") } else { HttpResponse::NotFound().finish() }
}

async fn ready(request: HttpRequest, probe: Data<Probe>) -> HttpResponse {
    if !is_internal(&request) {
        return HttpResponse::NotFound().finish();
    }
    match missing(&probe).await {
        None => HttpResponse::Ok().body("ready\n"),
        Some(missing) => HttpResponse::ServiceUnavailable().body(missing),
    }
}

/// What keeps it from serving, as a line for operators.
pub async fn missing(probe: &Probe) -> Option<&'static str> {
    match probe {
        Probe::Database(db) => match db.is_current().await {
            Ok(true) => None,
            Ok(false) => Some("the tables are not up to date\n"),
            Err(_) => Some("the database does not answer\n"),
        },
        Probe::Checks(checks) if checks.footing() == Footing::None => Some("checks are not loaded, or too old\n"),
        Probe::Checks(_) => None,
    }
}

/// Asked from this machine or its private network, and not through a proxy.
fn is_internal(request: &HttpRequest) -> bool {
    let proxied = request.headers().contains_key(FORWARDED) || request.headers().contains_key("x-forwarded-for");
    !proxied && request.peer_addr().is_some_and(|peer| is_private(peer.ip()))
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_its_private_network_are_internal() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("192.168.0.9", true),
            ("::1", true),
            ("fd00::1", true),
            ("::ffff:10.0.0.1", true),
            ("203.0.113.5", false),
            ("2001:db8::1", false),
            ("::ffff:203.0.113.5", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), expected, "{address}");
        }
    }
}
