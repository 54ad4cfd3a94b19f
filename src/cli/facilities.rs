//! `uketsuke facilities import`: brings the facility master up to date from a
//! CSV, all or nothing, or only tells what it would do. Operators.

mod generate;

use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::NaiveDate;
use clap::Subcommand;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::import::{self, Import, Options, Outcome, Report};
use uketsuke_core::facility::kind::{FacilityKind, KINDS};

/// What to do with the master.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Import a CSV (UTF-8 or Shift_JIS; with headings, or a bureau's list).
    Import {
        /// The file.
        file: PathBuf,
        /// The kind of every row that names none; a bureau's list needs it.
        #[arg(long, value_parser = kind)]
        kind: Option<FacilityKind>,
        /// The day the file speaks of (YYYY-MM-DD); today without it.
        #[arg(long)]
        as_of: Option<NaiveDate>,
        /// Tell what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// The file is only a part: what it does not name stays open.
        #[arg(long)]
        partial: bool,
        /// Closing more than 5 % of a kind is meant.
        #[arg(long)]
        yes: bool,
    },
    /// Write made-up facilities as a CSV that imports.
    Generate(generate::Args),
}

fn kind(text: &str) -> Result<FacilityKind, String> {
    let known = || KINDS.iter().map(|entry| entry.id).collect::<Vec<_>>().join(", ");
    FacilityKind::parse(text).ok_or_else(|| format!("one of: {}", known()))
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read, rows are refused, or too much would close.
pub async fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let (file, kind, as_of, dry_run, partial, yes) = match command {
        Command::Generate(args) => return generate::run(args),
        Command::Import { file, kind, as_of, dry_run, partial, yes } => (file, kind, as_of, dry_run, partial, yes),
    };
    let parts = super::parts(config)?;
    parts.db.migrate()?;
    let as_of = as_of.unwrap_or_else(|| tokyo_date(parts.db.clock().now()));
    let options = Options { kind, as_of, partial, confirmed: yes };
    if dry_run {
        let report = import::dry_run(&parts.db, parts.keyring, file, options).await.map_err(super::staff::in_words)?;
        println!("{}", words(&report));
        println!("試しに調べただけで、何も変わっていません。");
        return Ok(());
    }
    let import = Import::open(&file, options).with_context(|| format!("{} cannot be read", file.display()))?;
    let outcome =
        import::run(&parts.db, parts.keyring, Actor::operator(), import).await.map_err(super::staff::in_words)?;
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

/// The report in lines.
fn words(report: &Report) -> String {
    let mut lines = vec![format!(
        "{}、{}行：新規 {}、変更 {}、廃止の取消し {}、廃止 {}、変更なし {}、重なり {}、取り込めない行 {}",
        report.encoding,
        report.rows,
        report.opened,
        report.changed,
        report.reopened,
        report.closed,
        report.unchanged,
        report.duplicates,
        report.refused
    )];
    let kinds = report.kinds.iter();
    lines.extend(
        kinds.map(|k| {
            format!("  {}：開設中 {}、ファイル {}、廃止 {}", k.kind.label(), k.open_before, k.named, k.closed)
        }),
    );
    if !report.ignored_columns.is_empty() {
        lines.push(format!("読まなかった列：{}", report.ignored_columns.join("、")));
    }
    let cells = report.refused_cells.iter();
    lines.extend(cells.map(|c| format!("{}行目 {}「{}」：{}", c.line, c.column, c.value, c.reason)));
    for changed in &report.changed_examples {
        let fields = changed.changes.iter().map(|f| format!("{} {} → {}", f.label, f.before, f.after));
        lines.push(format!(
            "変更 {} {}：{}",
            changed.facility.code,
            changed.facility.name,
            fields.collect::<Vec<_>>().join("、")
        ));
    }
    lines.extend(report.closed_examples.iter().map(|f| format!("廃止 {} {}", f.code, f.name)));
    let repeated = report.duplicate_examples.iter().take(5);
    lines.extend(repeated.map(|d| format!("重なり {}行目 {}（はじめは{}行目）", d.line, d.code, d.first_line)));
    if report.doubtful > 0 {
        lines.push(format!("検査数字が合わないコード（取り込みます）：{}件", report.doubtful));
    }
    lines.join("\n")
}
