//! The server: one way to build an application around a table of routes, and
//! one way to listen, with limits on whatever a client can draw out.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse, HttpServer};
use uketsuke_core::priority::Rank;

use crate::outer::outer;
use crate::patience::Patience;
use crate::site::Sites;

/// How long an idle connection stays open.
const IDLE: Duration = Duration::from_secs(30);
/// How long requests may run on after the signal to stop, seconds.
const LAST_ORDERS: u64 = 20;
/// Connections per worker.
const CONNECTIONS: usize = 2_000;

/// An application: `configure` adds its routes and data, everything else is the
/// same for all. Tests build it by itself, [`bind`] serves it.
pub fn app(
    sites: Data<Sites>,
    configure: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(sites)
        .configure(configure)
        .default_service(web::to(HttpResponse::NotFound))
        .wrap(Compress::default())
        .wrap(from_fn(outer))
}

/// An application of which `lean` answers at once, with nothing around it (no line
/// in the access log, no headers but its own), and `configure` as in [`app`].
pub fn app_with_lean(
    sites: Data<Sites>,
    lean: impl FnOnce(&mut ServiceConfig),
    configure: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let rest = web::scope("")
        .configure(configure)
        .default_service(web::to(HttpResponse::NotFound))
        .wrap(Compress::default())
        .wrap(from_fn(outer));
    App::new().app_data(sites).configure(lean).service(rest)
}

/// Lets handlers find out how patient they are.
fn with(patience: Patience, configure: impl FnOnce(&mut ServiceConfig)) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(patience);
        configure(config);
    }
}

/// One way to listen, whatever the application.
macro_rules! listening {
    ($listener:expr, $workers:expr, $patience:expr, $factory:expr) => {
        HttpServer::new($factory)
            .on_connect(move |connection, _| $patience.watch(connection))
            .workers($workers)
            .max_connections(CONNECTIONS)
            .client_request_timeout($patience.head)
            .client_disconnect_timeout(Duration::from_secs(5))
            .keep_alive(KeepAlive::Timeout(IDLE))
            .shutdown_timeout(LAST_ORDERS)
            .disable_signals()
            .listen($listener)?
            .run()
    };
}

/// Serves an application on a listener with `workers` threads, behind those of
/// [`bind_with_lean`], until it is told to stop; requests under way then finish.
///
/// # Errors
/// When the listener cannot be used.
pub fn bind<F>(
    listener: TcpListener,
    workers: usize,
    sites: Data<Sites>,
    patience: Patience,
    configure: F,
) -> std::io::Result<Server>
where
    F: FnOnce(&mut ServiceConfig) + Clone + Send + 'static,
{
    Ok(listening!(listener, workers, patience, move || {
        // Called once by each worker, in its own thread.
        Rank::Pages.take();
        app(sites.clone(), with(patience, configure.clone()))
    }))
}

/// As [`bind`], for [`app_with_lean`].
///
/// # Errors
/// When the listener cannot be used.
pub fn bind_with_lean<L, F>(
    listener: TcpListener,
    workers: usize,
    sites: Data<Sites>,
    patience: Patience,
    lean: L,
    configure: F,
) -> std::io::Result<Server>
where
    L: FnOnce(&mut ServiceConfig) + Clone + Send + 'static,
    F: FnOnce(&mut ServiceConfig) + Clone + Send + 'static,
{
    Ok(listening!(listener, workers, patience, move || {
        app_with_lean(sites.clone(), with(patience, lean.clone()), configure.clone())
    }))
}
