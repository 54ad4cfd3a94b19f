//! A PostgreSQL of the test's own, which it may restart, kill, copy and promote.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::{Connection, PgConnection};
use tempfile::TempDir;

use super::database::execute;

const OPTIONS: &str = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300 \
                       -c fsync=off -c full_page_writes=off";

/// See the module.
pub struct Cluster {
    bin: PathBuf,
    pub address: SocketAddr,
    /// `data`, and what else the test puts there; owned by who runs the server.
    pub folder: TempDir,
}

impl Cluster {
    /// An empty one that runs; none where PostgreSQL's server is not installed.
    pub fn start() -> Option<Self> {
        let bin = bin()?;
        let cluster = Self { bin, address: free_address(), folder: folder() };
        let data = cluster.data();
        let made = ["-U", "uketsuke", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
        cluster.run("initdb", &[&made[..], &[data.as_str()]].concat());
        cluster.start_again();
        Some(cluster)
    }

    /// Its address as a URL, also for who goes by way of another address.
    pub fn url_by(&self, address: SocketAddr) -> String {
        format!("postgres://uketsuke@{address}/postgres")
    }

    pub fn url(&self) -> String {
        self.url_by(self.address)
    }

    /// Where another database of it is.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://uketsuke@{}/{database}", self.address)
    }

    /// Restarts it: `fast` ends every connection, `immediate` is as after a crash. Answers
    /// connections again when this returns.
    pub fn restart(&self, mode: &str) {
        self.control(&["restart", "-m", mode, "-w"]);
    }

    pub fn start_again(&self) {
        self.control(&["start", "-w"]);
    }

    /// SIGKILL to the server.
    pub fn kill(&self) {
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).expect("it runs");
        let pid = file.lines().next().expect("the first line is its number");
        assert!(Command::new("kill").args(["-9", pid]).status().expect("there is kill").success());
    }

    /// A copy that follows this one, and that this one waits for at each commit.
    pub fn standby(&self) -> Self {
        let standby = Self { bin: self.bin.clone(), address: free_address(), folder: folder() };
        let (port, data) = (self.address.port().to_string(), standby.data());
        let from = ["-h", "127.0.0.1", "-U", "uketsuke", "-R", "-X", "stream", "-c", "fast", "--no-sync", "-p"];
        standby.run("pg_basebackup", &[&from[..], &[port.as_str(), "-D", data.as_str()]].concat());
        standby.start_again();
        execute(&self.url(), "alter system set synchronous_standby_names = '*'");
        execute(&self.url(), "select pg_reload_conf()");
        let is_waited_for = "do $$ begin for n in 1..300 loop perform pg_stat_clear_snapshot(); \
            exit when exists (select from pg_stat_replication where sync_state = 'sync'); \
            perform pg_sleep(0.1); end loop; end $$";
        execute(&self.url(), is_waited_for);
        standby
    }

    pub fn promote(&self) {
        self.control(&["promote", "-w"]);
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn control(&self, command: &[&str]) {
        let (data, log) = (self.data(), self.folder.path().join("log").display().to_string());
        let options = format!("-p {} {OPTIONS}", self.address.port());
        let mut place = vec!["-D", data.as_str()];
        if command[0] != "promote" {
            place.extend(["-l", log.as_str(), "-o", options.as_str()]);
        }
        self.run("pg_ctl", &[command, place.as_slice()].concat());
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let path = self.bin.join(program);
        // PostgreSQL refuses to run as root; Debian's package made this user.
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&path);
            command
        } else {
            Command::new(&path)
        };
        // A server that is started here keeps no pipe of ours open.
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("out"));
        let log = log.expect("the folder is writable");
        let errors = log.try_clone().expect("a handle more");
        command.args(arguments).current_dir("/").stdin(Stdio::null()).stdout(log).stderr(errors);
        let done = command.status().expect("it starts");
        let told =
            || ["out", "log"].map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default());
        assert!(done.success(), "{program} {arguments:?}\n{}", told().join("\n"));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if PgConnection::establish(&self.url()).is_ok() {
            self.control(&["stop", "-m", "immediate", "-w"]);
        }
    }
}

/// The folder of PostgreSQL's programs, the newest there is.
pub fn bin() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.flatten().map(|version| version.path().join("bin"));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

/// In memory where there is such a place, and owned by who runs the server.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.exists() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = made.expect("a folder");
    give_away(folder.path());
    folder
}

/// To the user who runs PostgreSQL.
pub fn give_away(path: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg("postgres").arg(path).status().expect("there is chown").success());
    }
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Below what the system hands out, so that it is free after a restart as well.
fn free_address() -> SocketAddr {
    loop {
        let random = uketsuke_core::clock::Clock::System.now().timestamp_subsec_nanos();
        let port = 19_000 + u16::try_from(random / 64 % 9_000).expect("small");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return SocketAddr::from(([127, 0, 0, 1], port));
        }
    }
}
