//! `uketsuke keys`: the keys that sign answers to the eligibility service, and what
//! stands under which master key. Operators.

use std::path::Path;

use anyhow::bail;
use chrono::Duration;
use clap::Subcommand;
use serde_json::Value;
use uketsuke_core::db::Actor;
use uketsuke_core::{eligibility, reseal};

use crate::cli::staff::in_words;
use crate::compose::Parts;

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the published keys, the one that signs first.
    List,
    /// Make another key; running processes sign with it within a minute.
    Rotate {
        /// For how many hours the earlier key stays published.
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=8_760))]
        overlap: u32,
    },
    /// Count what stands under which master key, to know when an old one can go.
    Status,
    /// After a new master key was put in front: seal everything anew under it.
    Reseal,
}

/// Runs it.
///
/// # Errors
/// When the database does not answer; for `reseal`, also when a value does not open.
pub async fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = super::parts(config)?;
    match command {
        Command::Status => return status(&parts),
        Command::Reseal => return seal_anew(&parts).await,
        Command::List | Command::Rotate { .. } => {}
    }
    if let Command::Rotate { overlap } = command {
        let overlap = Duration::hours(overlap.into());
        let work = |tx: &mut uketsuke_core::db::Tx<'_>| eligibility::rotate_signing_key(tx, &parts.keyring, overlap);
        println!("the new key is {}", parts.db.write_blocking(Actor::operator(), work)?);
    }
    for key in parts.db.read_blocking(eligibility::list_signing_keys)? {
        let public: Value = serde_json::from_str(&key.public_jwk)?;
        let until = key.published_until.map(|at| at.utc().to_rfc3339());
        let standing = until.map_or_else(|| "signs".to_owned(), |at| format!("published until {at}"));
        let kid = public["kid"].as_str().unwrap_or_default();
        println!("{kid}  made {}  {standing}", key.created_at.utc().to_rfc3339());
    }
    Ok(())
}

async fn seal_anew(parts: &Parts) -> anyhow::Result<()> {
    let mut closed = 0;
    for one in reseal::reseal(&parts.db, &Actor::operator()).await.map_err(in_words)? {
        println!("{}：{}件を新しい鍵で封印し直しました", one.kind, one.done);
        for id in &one.closed {
            println!("  開けません：{id}（封印した鍵が設定にありません）");
        }
        closed += one.closed.len();
    }
    if closed > 0 {
        bail!("{closed}件は、設定にある鍵では開けないため、そのままです");
    }
    Ok(())
}

fn status(parts: &Parts) -> anyhow::Result<()> {
    parts.db.migrate()?;
    let status = parts.db.read_blocking(|c| reseal::status(c, &parts.keyring)).map_err(in_words)?;
    for (place, key) in status.keys.iter().enumerate() {
        let sealed: Vec<String> = key.sealed.iter().map(|(kind, count)| format!("{kind} {count}件")).collect();
        let counts = format!(
            "{}、match_secrets {}件、audit_events {}件",
            sealed.join("、"),
            key.match_secrets,
            key.audit_events
        );
        match (key.id.as_str(), place) {
            ("", _) if !key.is_needed() && key.audit_events == 0 => {}
            ("", _) => println!("設定にない鍵：{counts}"),
            (id, 0) => println!("{id}（いまの鍵）：{counts}"),
            (id, _) if key.is_needed() => println!("{id}：{counts}　まだ必要です"),
            (id, _) if key.audit_events > 0 => println!("{id}：{counts}　証跡の検証だけに必要です"),
            (id, _) => println!("{id}：{counts}　外せます"),
        }
    }
    if status.older_recovery_codes > 0 {
        println!("前の鍵で作った回復コード：{}個（前の鍵を外すと使えません）", status.older_recovery_codes);
    }
    Ok(())
}
