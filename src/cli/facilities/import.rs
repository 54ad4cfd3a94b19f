//! `uketsuke facilities import`: brings the master up to date from a file, all
//! or nothing, or only tells what it would do.

use std::path::PathBuf;

use anyhow::Context;
use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::{self, Import, Options, Outcome};
use uketsuke_core::facility::kind::FacilityKind;

use super::report::words;
use crate::cli::staff::in_words;
use crate::compose::Parts;

/// What to import, and how.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file: CSV (UTF-8 or Shift_JIS; with headings, or a bureau's list) or Excel (.xlsx).
    file: PathBuf,
    /// The kind of every row that names none; a bureau's list needs it.
    #[arg(long, value_parser = super::kind)]
    kind: Option<FacilityKind>,
    /// The day the file speaks of (YYYY-MM-DD); today without it.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// Tell what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write every single change to this CSV.
    #[arg(long, value_name = "CSV")]
    report: Option<PathBuf>,
    /// The file is only a part: what it does not name stays open.
    #[arg(long)]
    partial: bool,
    /// Closing more than 5 % of a kind is meant.
    #[arg(long)]
    yes: bool,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read, rows are refused, or too much would close.
pub async fn run(args: Args, parts: Parts) -> anyhow::Result<()> {
    let Args { file, kind, as_of, dry_run, report: details, partial, yes } = args;
    let as_of = as_of.unwrap_or_else(|| tokyo_date(parts.db.clock().now()));
    let options = Options { kind, as_of, partial, confirmed: yes };
    if dry_run {
        let report = import::dry_run(&parts.db, parts.keyring, file, options, details).await.map_err(in_words)?;
        println!("{}", words(&report));
        println!("試しに調べただけで、何も変わっていません。");
        return Ok(());
    }
    let import = Import::open(&file, options).with_context(|| format!("{} cannot be read", file.display()))?;
    let import = Import { details, ..import };
    let outcome = import::run(&parts.db, parts.keyring, Actor::operator(), import).await.map_err(in_words)?;
    match outcome {
        Outcome::Applied(report) => {
            println!("{}", words(&report));
            println!("マスタに反映しました。");
            Ok(())
        }
        Outcome::Refused(report) => {
            println!("{}", words(&report));
            anyhow::bail!("取り込めない行があるため、何も反映していません。")
        }
        Outcome::NeedsConfirmation(report) => {
            println!("{}", words(&report));
            anyhow::bail!(
                "ある種類の5%を超える施設が廃止になるため、何も反映していません。そのつもりなら --yes を、一部だけのファイルなら --partial を付けてください。"
            )
        }
    }
}
