//! A PostgreSQL of the test's own, that it may stop, restart and lose.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A server with one database; gone with everything when dropped.
pub struct Cluster {
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Starts one, empty.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("uketsuke-cluster").tempdir_in(room()).expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        let cluster = Self { folder, port };
        fs::create_dir(cluster.data()).expect("a folder");
        if is_root() {
            // PostgreSQL refuses to run as root; Debian's package made this user.
            run(Command::new("chown").arg("-R").arg("postgres").arg(cluster.folder.path()));
        }
        cluster.tool("initdb", &["-U", "uketsuke", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        cluster.configure();
        cluster.ctl(&["start"]);
        cluster
    }

    /// Where it is.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Where another database of it is.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://uketsuke@127.0.0.1:{}/{database}", self.port)
    }

    /// Restarts it: `fast` ends every connection, `immediate` kills it.
    pub fn restart(&self, mode: &str) {
        self.ctl(&["-m", mode, "restart"]);
    }

    fn configure(&self) {
        // What is killed here are processes, not the machine: nothing waits for the disk.
        let lines = format!(
            "port = {}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 300\n\
             fsync = off\nfull_page_writes = off\n",
            self.port
        );
        fs::write(self.data().join("postgresql.auto.conf"), lines).expect("the folder is writable");
    }

    fn ctl(&self, arguments: &[&str]) {
        let log = self.folder.path().join("log").display().to_string();
        self.tool("pg_ctl", &[&["-w", "-t", "60", "-l", log.as_str()], arguments].concat());
    }

    fn tool(&self, name: &str, arguments: &[&str]) {
        let mut command = as_postgres(&bin().join(name));
        run(command.arg("-D").arg(self.data()).args(arguments).current_dir("/"));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = as_postgres(&bin().join("pg_ctl"));
        let _ = stop.arg("-D").arg(self.data()).args(["-w", "-m", "immediate", "stop"]).stdout(Stdio::null()).status();
    }
}

/// The folder of PostgreSQL's programs, the newest there is.
pub fn bin() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").expect("tests/run installs PostgreSQL").flatten();
    let mut found: Vec<_> =
        versions.map(|one| one.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop().expect("tests/run installs PostgreSQL")
}

/// In memory where there is room, as `tests/run` does.
fn room() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.exists() { memory.to_owned() } else { std::env::temp_dir() }
}

fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

/// Output goes to a file or nowhere: a server that lives on would hold a pipe open.
fn run(command: &mut Command) {
    let done =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it can be run");
    assert!(done.success(), "{command:?}: {done}");
}
