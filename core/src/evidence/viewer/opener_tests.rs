//! The server's side, with programs that misbehave in the process's place.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;

use super::*;
use crate::evidence::viewer::{Ask, LIMITS, Limits};
use crate::storage::{Area, Storage};

/// One at a time: a process that starts while another test writes its script would
/// hold that file open, and a file open for writing cannot be run.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Starts a shell script as the process, and feeds it a file.
async fn played(script: &str, content: Vec<u8>, wall: Duration) -> (std::result::Result<View, ViewFault>, TempDir) {
    let _turn = TURN.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).unwrap();
    let storage = Storage::local(&folder.path().join("store")).unwrap();
    let mut upload = storage.upload().await.unwrap();
    upload.write(Bytes::from(content)).await.unwrap();
    let stored = storage.keep(Area::Evidence, upload.finish().await.unwrap()).await.unwrap();
    let order = Order {
        media_type: "application/pdf".into(),
        size_bytes: stored.size_bytes,
        font: None,
        limits: Limits { wall, ..LIMITS },
        ask: Ask { part: 1, width: 10, turn: 0 },
    };
    let download = storage.read(&stored.key).await.unwrap();
    (Opener::Program(program).open(&order, download).await.unwrap(), folder)
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(Path::new(folder.path()).join(name)).unwrap()
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn the_process_gets_the_order_and_the_file_and_no_environment() {
    let script = r#"here=$(dirname "$0"); env > "$here/env"; printf %s "$1" > "$here/command"; cat > "$here/in"
        printf '{"parts":7,"size":null,"table":null,"notices":["scripts"]}\npicture'"#;
    let content: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
    let (look, folder) = played(script, content.clone(), LONG).await;
    let view = look.unwrap();
    assert_eq!((view.shown.parts, &view.png[..]), (7, &b"picture"[..]));
    assert_eq!(read(&folder, "command"), child::COMMAND);
    assert!(std::fs::read(folder.path().join("in")).unwrap() == content);
    for line in read(&folder, "env").lines() {
        // What the shell makes up by itself.
        assert!(line.starts_with("PWD=/") || line.starts_with("_=") || line.starts_with("SHLVL="), "{line}");
    }
}

#[tokio::test]
async fn every_way_to_end_badly_is_a_fault_with_its_reason() {
    for (script, fault) in [
        ("exit 3", ViewFault::Broken),
        ("exit 4", ViewFault::NoSuchPart),
        ("exit 101", ViewFault::Broken),
        ("kill -SEGV $$", ViewFault::Broken),
        ("kill -ABRT $$", ViewFault::TooLarge),
        ("kill -XCPU $$", ViewFault::TooSlow),
        ("kill -KILL $$", ViewFault::TooSlow),
        ("cat >/dev/null; printf 'no json\\n'", ViewFault::TooLarge),
        ("exec cat /dev/zero", ViewFault::Broken),
    ] {
        // Larger than a pipe, so that a process that does not read is met too.
        let (look, _folder) = played(script, vec![0; 200_000], LONG).await;
        assert_eq!(look.err(), Some(fault), "{script}");
    }
}

#[tokio::test]
async fn who_takes_too_long_is_ended() {
    let script = r#"echo $$ > "$(dirname "$0")/pid"; exec sleep 600"#;
    let (look, folder) = played(script, vec![0; 200_000], Duration::from_secs(2)).await;
    assert_eq!(look.err(), Some(ViewFault::TooSlow));
    let process = format!("/proc/{}", read(&folder, "pid").trim());
    assert!(!Path::new(&process).exists(), "gone, and waited for");
}
