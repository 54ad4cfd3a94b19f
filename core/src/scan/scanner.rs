//! The way to clamd: a file is streamed to it (`INSTREAM`), and its one line read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clamav_client::tokio::{Socket, Tcp, TransportProtocol, ping, scan_file};
use metrics::counter;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Scan, ScanState};

/// A scan ends within this time, waiting for its turn included. 100 MB take a second or two.
const LIMIT: Duration = Duration::from_secs(60);
/// A scanner that lives answers a ping within this time.
const PING: Duration = Duration::from_secs(5);
/// Files at one moment, per process; clamd has ten threads unless told otherwise.
const AT_ONCE: usize = 4;
/// What is sent at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// The longest note kept, characters.
const NOTE_CHARS: usize = 200;

/// Where clamd listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerPlace {
    /// `HOST:PORT`.
    Tcp(String),
    /// `unix:PATH`.
    Socket(PathBuf),
}

impl FromStr for ScannerPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Self::Socket(path.into()));
        }
        let port = text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        if matches!(port, Some(Ok(_))) { Ok(Self::Tcp(text.to_owned())) } else { Err("use HOST:PORT or unix:PATH") }
    }
}

/// As it is configured.
impl fmt::Display for ScannerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Asks clamd; cheap to clone.
#[derive(Debug, Clone)]
pub struct Scanner {
    place: Arc<ScannerPlace>,
    turns: Arc<Semaphore>,
}

impl Scanner {
    /// A scanner at this place; nothing is asked of it yet.
    pub fn at(place: ScannerPlace) -> Self {
        Self { place: Arc::new(place), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Scans a file. A scanner that is away leaves it [`ScanState::Pending`].
    pub async fn scan(&self, file: &Path) -> Scan {
        let scan = match &*self.place {
            ScannerPlace::Tcp(address) => self.scan_by(file, &Tcp { host_address: address.as_str() }).await,
            ScannerPlace::Socket(path) => self.scan_by(file, &Socket { socket_path: path }).await,
        };
        counter!("uketsuke_scans_total", "state" => scan.state.as_str()).increment(1);
        scan
    }

    async fn scan_by<T: TransportProtocol>(&self, file: &Path, clamd: &T) -> Scan {
        let asked = timeout(LIMIT, async {
            let _turn = self.turns.acquire().await.map_err(std::io::Error::other)?;
            scan_file(file, clamd, Some(CHUNK_BYTES)).await
        });
        let fault = match asked.await {
            Ok(Ok(answer)) => match read(&answer) {
                Some(scan) => return scan,
                None => "an answer that is none".to_owned(),
            },
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        // Past its own limit of size clamd hangs up: what it says then is lost, but it lives.
        let lives = timeout(PING, ping(clamd)).await.is_ok_and(|pong| pong.is_ok_and(|pong| pong.starts_with(b"PONG")));
        let state = if lives { ScanState::Unscannable } else { ScanState::Pending };
        tracing::warn!(state = state.as_str(), fault, "a file was not scanned");
        Scan { state, note: Some(shorten(&fault)) }
    }
}

/// clamd's line: `stream: OK`, `stream: NAME FOUND`, or `… ERROR`.
fn read(answer: &[u8]) -> Option<Scan> {
    let answer = String::from_utf8_lossy(answer);
    let line = answer.trim_matches(['\0', '\n', ' ']);
    let said = line.strip_prefix("stream: ").unwrap_or(line);
    if said == "OK" {
        return Some(Scan { state: ScanState::Clean, note: None });
    }
    let (said, state) = match (said.strip_suffix(" FOUND"), said.strip_suffix(" ERROR")) {
        (Some(virus), _) => (virus, ScanState::Infected),
        (_, Some(fault)) => (fault, ScanState::Unscannable),
        _ => return None,
    };
    Some(Scan { state, note: Some(shorten(said)) })
}

fn shorten(note: &str) -> String {
    note.chars().filter(|c| !c.is_control()).take(NOTE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clamd_says_is_understood() {
        let scan = |state, note: &str| Some(Scan { state, note: Some(note.to_owned()) });
        for (answer, understood) in [
            ("stream: OK\0", Some(Scan { state: ScanState::Clean, note: None })),
            ("stream: Eicar-Signature FOUND\0", scan(ScanState::Infected, "Eicar-Signature")),
            ("INSTREAM size limit exceeded. ERROR\0", scan(ScanState::Unscannable, "INSTREAM size limit exceeded.")),
            ("stream: Can't allocate memory ERROR\n", scan(ScanState::Unscannable, "Can't allocate memory")),
            ("", None),
            ("stream: OK FOUNDATION", None),
        ] {
            assert_eq!(read(answer.as_bytes()), understood, "{answer:?}");
        }
    }

    #[test]
    fn a_place_is_a_host_with_a_port_or_a_socket() {
        assert_eq!("127.0.0.1:3310".parse(), Ok(ScannerPlace::Tcp("127.0.0.1:3310".into())));
        assert_eq!("unix:/run/clamd".parse(), Ok(ScannerPlace::Socket("/run/clamd".into())));
        for wrong in ["clamd", ":3310", "clamd:port", "unix:", "clamd:99999"] {
            assert!(wrong.parse::<ScannerPlace>().is_err(), "{wrong}");
        }
    }
}
