//! The program as a process of its own on core 0.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::db::Actor;
use uketsuke_core::eligibility::{self, NewClient};
use uketsuke_core::mail::{MemoryMail, Transport};
use uketsuke_core::secret::HashCost;

use crate::country::Country;
use crate::place::Place;

/// The longest a start may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the load is pointed at.
pub trait Target {
    fn address(&self) -> String;
    fn pid(&self) -> u32;
}

/// A filled database, and the eligibility service's credential in it.
pub struct Prepared {
    environment: Vec<(&'static str, String)>,
    pub service: NewClient,
}

/// Makes the tables and fills them.
pub fn prepare(place: &Place, country: Country) -> anyhow::Result<Prepared> {
    let environment = environment(place)?;
    let value = |key: &str| environment.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone());
    let config = Config::from_lookup(value)?;
    let parts = Parts::with(config, Clock::System, HashCost::FOR_TESTS, Transport::Memory(MemoryMail::default()))?;
    parts.db.migrate()?;
    country.fill(&place.url())?;
    let service = parts.db.write_blocking(Actor::operator(), |tx| eligibility::add(tx, "bench"))?;
    Ok(Prepared { environment, service })
}

/// A server that is ready.
pub struct Server {
    child: Child,
    pub ready_seconds: f64,
    api: String,
    pub portal: String,
}

impl Server {
    pub fn start(place: &Place, prepared: &Prepared) -> anyhow::Result<Self> {
        let value = |key: &str| {
            let found = prepared.environment.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone());
            found.context("an address")
        };
        let log = File::create(place.folder().join("server.log"))?;
        let began = Instant::now();
        let mut command = on_core(0, Path::new(env!("CARGO_BIN_EXE_uketsuke")));
        command.arg("serve").env_clear().envs(prepared.environment.iter().cloned());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let (api, portal) = (value("UKETSUKE_DEVICE_API_LISTEN")?, value("UKETSUKE_PORTAL_LISTEN")?);
        let mut server = Self { child, ready_seconds: 0.0, api, portal };
        let url = format!("http://{}/readyz", server.api);
        while !ureq::get(&url).call().is_ok_and(|answer| answer.status() == 200) {
            ensure!(began.elapsed() < PATIENCE, "the server does not become ready");
            std::thread::sleep(Duration::from_millis(10));
        }
        server.ready_seconds = began.elapsed().as_secs_f64();
        Ok(server)
    }

    pub fn resident_megabytes(&self) -> anyhow::Result<f64> {
        self.memory("VmRSS:")
    }

    pub fn peak_megabytes(&self) -> anyhow::Result<f64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("a line of memory")?;
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}

impl Target for Server {
    fn address(&self) -> String {
        self.api.clone()
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program on one core.
pub fn on_core(core: u8, program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// As [`on_core`], behind everything else there.
pub fn behind_on_core(core: u8, program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/taskset");
    command.args(["-c", &core.to_string(), "nice", "-n", "19"]).arg(program);
    command
}

pub fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn environment(place: &Place) -> anyhow::Result<Vec<(&'static str, String)>> {
    let path = |name: &str| place.folder().join(name).display().to_string();
    let mut environment = vec![
        ("UKETSUKE_DATABASE_URL", place.url()),
        ("UKETSUKE_EVIDENCE", format!("file:{}", path("evidence"))),
        ("UKETSUKE_MAIL", format!("file:{}", path("mail"))),
        // Everybody who logs in would otherwise come from one address, which is throttled.
        ("UKETSUKE_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
    ];
    for name in ["UKETSUKE_PORTAL_LISTEN", "UKETSUKE_ADMIN_LISTEN", "UKETSUKE_DEVICE_API_LISTEN"] {
        environment.push((name, format!("127.0.0.1:{}", free_port()?)));
    }
    Ok(environment)
}
