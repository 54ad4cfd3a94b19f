//! Running: the listeners and the workers, any choice of them in one process,
//! until a signal ends them. Requests and jobs under way then finish.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::{Server, ServerHandle};
use actix_web::web::{Data, ServiceConfig};
use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uketsuke_core::config::Config;
use uketsuke_core::db::Db;
use uketsuke_core::priority::Rank;
use uketsuke_web::patience::Patience;
use uketsuke_web::server;
use uketsuke_web::site::Sites;
use uketsuke_workers::runner::{self, Runner};

use crate::compose::Parts;
use crate::health::{self, Probe};
use crate::internal::{self, Inside};
use crate::metrics;

/// Jobs that run at the same time in one process.
const WORKERS: usize = 4;

/// One part of the program that can run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Pages for facilities.
    Portal,
    /// Pages for staff.
    Admin,
    /// The API of devices and of the eligibility service.
    DeviceApi,
    /// Background jobs.
    Workers,
}

/// Everything in one process.
pub const ALL: &[Part] = &[Part::Portal, Part::Admin, Part::DeviceApi, Part::Workers];

/// Listeners bound before any site is built, so that a taken port is told at once.
#[derive(Debug, Default)]
pub struct Listeners {
    parts: Vec<(Part, TcpListener)>,
    internal: Option<TcpListener>,
}

impl Listeners {
    /// Binds what `choice` needs.
    ///
    /// # Errors
    /// When an address is taken or not ours.
    pub fn bind(config: &Config, choice: &[Part]) -> anyhow::Result<Self> {
        let mut bound = Vec::new();
        for part in choice {
            let address = match part {
                Part::Portal => config.portal_listen,
                Part::Admin => config.admin_listen,
                Part::DeviceApi => config.device_api_listen,
                Part::Workers => continue,
            };
            bound.push((*part, listen(address)?));
        }
        Ok(Self { parts: bound, internal: config.internal_listen.map(listen).transpose()? })
    }

    /// Names the addresses users see after the ports that were found free, where
    /// port 0 was asked for; that of the second site keeps its host name.
    pub fn name_urls(&self, config: &mut Config) {
        let url = |part| self.address(part).map(|address| format!("http://localhost:{}", address.port()));
        for (listen, address, part) in [
            (config.portal_listen, &mut config.portal_url, Part::Portal),
            (config.admin_listen, &mut config.admin_url, Part::Admin),
            (config.device_api_listen, &mut config.device_api_url, Part::DeviceApi),
        ] {
            if let Some(url) = url(part).filter(|_| listen.port() == 0) {
                *address = url;
            }
        }
        config.internal_listen = self.internal_address().or(config.internal_listen);
        let (csm, port) = (config.csm_url.take(), self.address(Part::Portal).map(|address| address.port()));
        config.csm_url = csm.map(|url| match (url.strip_suffix(":0"), port) {
            (Some(name), Some(port)) => format!("{name}:{port}"),
            _ => url,
        });
    }

    /// Where a part listens.
    pub fn address(&self, part: Part) -> Option<SocketAddr> {
        self.parts.iter().find(|(p, _)| *p == part).and_then(|(_, listener)| listener.local_addr().ok())
    }

    /// Where operators ask.
    pub fn internal_address(&self) -> Option<SocketAddr> {
        self.internal.as_ref().and_then(|listener| listener.local_addr().ok())
    }
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// What runs.
pub struct Running {
    servers: Vec<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    workers: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    /// What the internal listener will tell of.
    probes: Vec<Probe>,
    pools: Vec<(&'static str, Db)>,
}

/// Starts listeners, with `threads` threads each, and the workers if chosen.
///
/// # Errors
/// When a listener cannot be used.
pub fn start(parts: &Parts, listeners: Listeners, choice: &[Part], threads: usize) -> anyhow::Result<Running> {
    let (stop, stopped) = watch::channel(false);
    // Before anything is built that counts.
    let counted = listeners.internal.is_some().then(metrics::start).transpose()?;
    // Checks go on without the database for a while; nothing else does.
    let needs_database = choice.iter().any(|part| *part != Part::DeviceApi);
    let probes = if needs_database { vec![Probe::Database(parts.db.clone())] } else { Vec::new() };
    let pools = vec![("pages", parts.db.clone())];
    let mut running = Running { servers: Vec::new(), workers: Vec::new(), stop, probes, pools };
    for (part, listener) in listeners.parts {
        let server = running.server_of(parts, part, listener, threads)?;
        running.add(server);
    }
    if choice.contains(&Part::Workers) {
        running.start_workers(parts, &stopped)?;
    }
    if let (Some(listener), Some(counted)) = (listeners.internal, counted) {
        running.tell_operators(listener, counted, stopped)?;
    }
    Ok(running)
}

/// How many threads a listener gets on this machine.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
}

impl Running {
    /// Adds a server of another sort to what is stopped together.
    pub fn add(&mut self, server: Server) {
        self.servers.push((server.handle(), tokio::task::spawn_local(server)));
    }

    fn server_of(
        &mut self,
        parts: &Parts,
        part: Part,
        listener: TcpListener,
        threads: usize,
    ) -> anyhow::Result<Server> {
        let db = parts.db.clone();
        Ok(match part {
            Part::Portal => {
                let portal = Data::new(parts.portal());
                let configure = move |c: &mut ServiceConfig| uketsuke_portal::configure(c, portal);
                serve(listener, threads, parts.portal_sites(), parts.patience, db, configure)?
            }
            Part::Admin => {
                let office = Data::new(parts.office());
                let configure = move |c: &mut ServiceConfig| uketsuke_admin::configure(c, office);
                serve(listener, threads, parts.office_site().into(), parts.patience, db, configure)?
            }
            Part::DeviceApi => {
                let api = Data::new(parts.device_api()?);
                let (gathering, stopped) = (api.clone().into_inner(), self.stop.subscribe());
                self.workers.push(tokio::spawn(async move { gathering.keep_writing_last_used(stopped).await }));
                let (site, probe) = (Data::new(parts.device_api_site().into()), Probe::Checks(api.checks.clone()));
                self.probes.push(probe.clone());
                self.pools.push(("device_api", api.db.clone()));
                let check = api.clone();
                let lean = move |c: &mut ServiceConfig| uketsuke_portal::device_api::configure_check(c, check);
                let configure = move |c: &mut ServiceConfig| {
                    health::configure(c, probe);
                    uketsuke_portal::device_api::configure(c, api);
                };
                // Threads of its own, and the check itself with nothing around it.
                server::bind_with_lean(listener, threads, site, parts.patience, lean, configure)?
            }
            Part::Workers => unreachable!("workers have no listener"),
        })
    }

    fn start_workers(&mut self, parts: &Parts, stopped: &watch::Receiver<bool>) -> anyhow::Result<()> {
        let works = parts.works()?;
        // Jobs run on this thread and on those that it starts; the listeners have theirs by now.
        Rank::Pages.take();
        self.pools.push(("jobs", works.db.clone()));
        let crew = Runner::crew(&works, WORKERS).into_iter();
        self.workers.extend(crew.map(|worker| tokio::spawn(worker.run(stopped.clone()))));
        self.workers.push(tokio::spawn(runner::run_timer(works.clone(), stopped.clone())));
        Ok(())
    }

    fn tell_operators(
        &mut self,
        listener: TcpListener,
        counted: PrometheusHandle,
        stopped: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        self.workers.push(tokio::spawn(internal::keep_up(counted.clone(), stopped)));
        let inside = Inside { probes: self.probes.clone(), pools: self.pools.clone(), counted };
        self.add(internal::serve(listener, inside)?);
        Ok(())
    }
}

fn serve(
    listener: TcpListener,
    threads: usize,
    sites: Sites,
    patience: Patience,
    db: uketsuke_core::db::Db,
    configure: impl FnOnce(&mut ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<Server> {
    server::bind(listener, threads, Data::new(sites), patience, move |config| {
        health::configure(config, Probe::Database(db));
        configure(config);
    })
}

impl Running {
    /// Runs until SIGINT or SIGTERM, or until a listener fails; then stops.
    ///
    /// # Errors
    /// When a listener failed.
    pub async fn until_signal(mut self) -> anyhow::Result<()> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let failed = tokio::select! {
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            failed = first_end(&mut self.servers) => failed,
        };
        tracing::info!("stopping");
        self.stop(true).await;
        failed.map_or(Ok(()), |error| Err(error).context("a listener failed"))
    }

    /// Stops; `gracefully` means that what is under way finishes first.
    pub async fn stop(self, gracefully: bool) {
        let _ = self.stop.send(true);
        for (handle, task) in self.servers {
            handle.stop(gracefully).await;
            task.abort();
        }
        for worker in self.workers {
            let _ = worker.await;
        }
    }
}

/// Waits until any listener ends by itself, for ever if there is none.
async fn first_end(servers: &mut [(ServerHandle, JoinHandle<std::io::Result<()>>)]) -> Option<std::io::Error> {
    if servers.is_empty() {
        return std::future::pending().await;
    }
    let ends = servers.iter_mut().map(|(_, task)| task);
    match futures_util::future::select_all(ends).await.0 {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(error) => Some(std::io::Error::other(error)),
    }
}
