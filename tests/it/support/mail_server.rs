//! A mail server of the test's own, which keeps what comes in a folder.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/smtp.mjs");

/// Runs until it is dropped.
pub struct MailServer {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl MailServer {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut child = Command::new("node")
            .arg(PROGRAM)
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tests/run installs node");
        let mut line = String::new();
        let told = child.stdout.as_mut().expect("piped");
        BufReader::new(told).read_line(&mut line).expect("it tells its port");
        let port = line.trim().parse().expect("a port");
        Self { child, port, folder }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
