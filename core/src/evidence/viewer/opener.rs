//! The side of the server: starts this program once more for one page, feeds it
//! the file and takes what it drew. The new process gets no environment, hence
//! no key and no password, and is ended when it takes too long or nobody waits
//! for it any more.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::child::{self, BROKEN, NO_SUCH_PART, Order};
use super::{Shown, View, ViewFault};
use crate::error::{Error, Result};
use crate::storage::{Download, StorageError};

/// More than the largest picture takes.
const MAX_OUTPUT_BYTES: u64 = 96 << 20;

/// Who opens files.
#[derive(Debug, Clone)]
pub enum Opener {
    /// This program, started once more.
    Program(PathBuf),
    /// The process that asks. For tests of pages: nothing is held in check.
    #[cfg(any(test, feature = "testing"))]
    Here,
}

impl Opener {
    /// The program that runs now, whatever lies under its name meanwhile.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn this_program() -> std::io::Result<Self> {
        let own = PathBuf::from("/proc/self/exe");
        Ok(Self::Program(if own.exists() { own } else { std::env::current_exe()? }))
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When the store fails, or no process can be started.
    pub(super) async fn open(&self, order: &Order, download: Download) -> Result<std::result::Result<View, ViewFault>> {
        match self {
            Self::Program(program) => run(program, order, download).await,
            #[cfg(any(test, feature = "testing"))]
            Self::Here => here(order.clone(), download).await,
        }
    }
}

async fn run(program: &PathBuf, order: &Order, download: Download) -> Result<std::result::Result<View, ViewFault>> {
    let mut child = Command::new(program)
        .arg(child::COMMAND)
        .arg(serde_json::to_string(order).map_err(Error::internal)?)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // A panic's words may hold what is in the file.
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(Error::internal)?;
    match timeout(order.limits.wall, talk(&mut child, download)).await {
        Ok(said) => {
            let (status, output) = said?;
            Ok(judge(status, output))
        }
        Err(_) => {
            let _ = child.kill().await;
            Ok(Err(ViewFault::TooSlow))
        }
    }
}

/// Feeds and listens at the same time: neither pipe may fill up.
async fn talk(child: &mut Child, download: Download) -> Result<(ExitStatus, Vec<u8>)> {
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Error::internal(std::io::Error::other("no pipes")));
    };
    let mut said = Vec::new();
    let listen = async {
        // Hung up afterwards: who talks without end ends so.
        output.take(MAX_OUTPUT_BYTES).read_to_end(&mut said).await
    };
    let (fed, heard) = tokio::join!(feed(input, download), listen);
    fed?;
    heard.map_err(Error::internal)?;
    Ok((child.wait().await.map_err(Error::internal)?, said))
}

/// Writes the file; a process that has heard enough is no error.
async fn feed(mut input: ChildStdin, mut download: Download) -> std::result::Result<(), StorageError> {
    while let Some(chunk) = download.next_chunk().await? {
        if input.write_all(&chunk).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// How it ended, and what it said.
fn judge(status: ExitStatus, output: Vec<u8>) -> std::result::Result<View, ViewFault> {
    match (status.code(), status.signal()) {
        (Some(0), _) => read(output).ok_or(ViewFault::TooLarge),
        (Some(code), _) if code == i32::from(NO_SUCH_PART) => Err(ViewFault::NoSuchPart),
        (Some(code), _) if code == i32::from(BROKEN) => Err(ViewFault::Broken),
        (_, Some(signal)) if signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw() => {
            Err(ViewFault::TooSlow)
        }
        // Memory that is not given ends a Rust program so, as does a stack that is used up.
        (_, Some(signal)) if signal == Signal::ABORT.as_raw() => Err(ViewFault::TooLarge),
        _ => Err(ViewFault::Broken),
    }
}

/// A line of JSON, then the picture.
fn read(output: Vec<u8>) -> Option<View> {
    let line = memchr::memchr(b'\n', &output)?;
    let shown: Shown = serde_json::from_slice(&output[..line]).ok()?;
    Some(View { shown, png: Bytes::from(output).slice(line + 1..) })
}

#[cfg(any(test, feature = "testing"))]
async fn here(order: Order, mut download: Download) -> Result<std::result::Result<View, ViewFault>> {
    let mut content = Vec::new();
    while let Some(chunk) = download.next_chunk().await? {
        content.extend_from_slice(&chunk);
    }
    let font = order.font.as_deref().and_then(|path| std::fs::File::open(path).ok());
    let drawn = tokio::task::spawn_blocking(move || child::answer(&order, content, font)).await;
    let drawn = drawn.unwrap_or(Err(ViewFault::Broken));
    Ok(drawn.map(|(shown, png)| View { shown, png: png.into() }))
}

#[cfg(test)]
#[path = "opener_tests.rs"]
mod tests;
