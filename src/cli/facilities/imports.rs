//! `uketsuke facilities imports`: the newest imports, and what each did.
//! `uketsuke facilities undo`: takes one back.

use anyhow::Context;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::undo::undo;
use uketsuke_core::facility::import::{ImportRow, list_imports};
use uketsuke_core::ids::ImportId;

use crate::cli::staff::in_words;
use crate::compose::Parts;

/// Imports shown.
const SHOWN: i64 = 20;

/// Lists them, newest first.
///
/// # Errors
/// From the database.
pub fn list(parts: &Parts) -> anyhow::Result<()> {
    let imports = parts.db.read_blocking(|c| list_imports(c, SHOWN)).map_err(in_words)?;
    for import in &imports {
        println!("{}", line(import)?);
    }
    if imports.is_empty() {
        println!("取込はまだありません。");
    }
    Ok(())
}

fn line(import: &ImportRow) -> anyhow::Result<String> {
    let report = import.report().map_err(in_words)?;
    Ok(format!(
        "{}  {}  {}  {}：新規 {}、変更 {}、廃止の取消し {}、廃止 {}",
        import.id,
        import.uploaded_at.utc().format("%Y-%m-%d %H:%M UTC"),
        import.state.label(),
        import.file_name,
        report.opened,
        report.changed,
        report.reopened,
        report.closed,
    ))
}

/// Takes the newest applied import back: the master is as it was before.
///
/// # Errors
/// When there is no such import, it is not applied, or a later one holds.
pub async fn take_back(parts: Parts, id: &str) -> anyhow::Result<()> {
    let id = ImportId::parse(id).context("番号は `uketsuke facilities imports` の左端にあります。")?;
    let undone = undo(&parts.db, Actor::operator(), id).await.map_err(in_words)?;
    println!(
        "取込を取り消しました：元に戻した施設 {}、マスタから外した施設 {}、使われているため廃止にした施設 {}",
        undone.restored, undone.removed, undone.closed
    );
    Ok(())
}
