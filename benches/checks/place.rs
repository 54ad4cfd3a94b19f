//! A database to measure on: a SQLite file, or a PostgreSQL server of its own on the
//! server's core, which can be stopped and started again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};

use crate::server::free_port;

pub enum Place {
    Sqlite { folder: PathBuf },
    Postgres(Cluster),
}

/// A PostgreSQL server of its own.
pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    port: u16,
}

impl Place {
    /// An empty database; nothing where PostgreSQL is not installed.
    pub fn make(kind: &str, folder: &Path, devices: u32) -> anyhow::Result<Option<Self>> {
        let folder = folder.join(format!("{kind}-{devices}"));
        std::fs::create_dir_all(&folder)?;
        if kind == "sqlite" {
            return Ok(Some(Self::Sqlite { folder }));
        }
        let Some(bin) = find_bin() else { return Ok(None) };
        let cluster = Cluster { folder, bin, port: free_port()? };
        cluster.init()?;
        cluster.start()?;
        Ok(Some(Self::Postgres(cluster)))
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Where files beside the database go.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Sqlite { folder } => folder,
            Self::Postgres(cluster) => &cluster.folder,
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => format!("sqlite:{}", folder.join("checks.db").display()),
            Self::Postgres(cluster) => format!("postgres://uketsuke@127.0.0.1:{}/postgres", cluster.port),
        }
    }

    pub fn can_restart(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub fn stop(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres(cluster) => cluster.stop(),
        }
    }

    pub fn start_again(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite { .. } => Ok(()),
            Self::Postgres(cluster) => cluster.start(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The next one must find room on the disk.
        let _ = self.stop();
        let _ = std::fs::remove_dir_all(self.folder());
    }
}

fn find_bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    versions.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists())
}

impl Cluster {
    fn data(&self) -> PathBuf {
        self.folder.join("pg")
    }

    /// A command of PostgreSQL's, on the server's core, as somebody who is not root.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]);
        if is_root() {
            command.args(["runuser", "-u", "postgres", "--"]);
        }
        command.arg(self.bin.join(name)).arg("-D").arg(self.data()).current_dir("/");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn init(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(self.data())?;
        if is_root() {
            run(Command::new("chmod").args(["-R", "a+rx"]).arg(self.folder.parent().context("a parent")?))?;
            run(Command::new("chown").arg("postgres").arg(self.data()))?;
        }
        run(self.command("initdb").args(["-U", "uketsuke", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]))
    }

    fn start(&self) -> anyhow::Result<()> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=512MB -c fsync=off",
            self.port
        );
        let log = self.data().join("log");
        run(self.command("pg_ctl").args(["-w", "-l"]).arg(log).args(["-o", &options, "start"]))
    }

    fn stop(&self) -> anyhow::Result<()> {
        run(self.command("pg_ctl").args(["-w", "-m", "fast", "stop"]))
    }
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status()?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n")
}
