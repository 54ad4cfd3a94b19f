//! How fast is the import of the facility master, and how much memory does it take?
//!
//! ```sh
//! cargo bench --bench facility_import                     # 250,000 facilities
//! cargo bench --bench facility_import -- --rows 50000
//! ```
//!
//! 1. `uketsuke facilities generate` makes the file.
//! 2. On SQLite, and on PostgreSQL where `UKETSUKE_TEST_POSTGRES_URL` names a
//!    server, `uketsuke facilities import` brings it into a fresh database, and then
//!    once more, which changes nothing.
//! 3. The table that came of it goes into another fresh database, with the same
//!    indexes and triggers, by the database's own bulk path: the yardstick.
//!
//! The program runs as a process of its own, as operators run it. The import judges
//! every cell, hashes match secrets and writes a history row for each facility; the
//! bulk path does none of that.

mod bulk;
mod child;
#[path = "../../tests/it/support/database.rs"]
mod database;
mod machine;
mod table;

use std::path::Path;

use anyhow::Context;
use clap::Parser;

use child::Run;
use database::{Database, POSTGRES_VARIABLE, Place};
use table::Line;

/// What `cargo bench` passes on.
#[derive(Parser)]
struct Args {
    /// How many facilities.
    #[arg(long, default_value_t = 250_000)]
    rows: u64,
    /// Added by `cargo bench`; without it nothing is measured.
    #[arg(long)]
    bench: bool,
    /// Added by `cargo bench NAME`; there is one benchmark only.
    #[arg(hide = true)]
    _name: Option<String>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if !args.bench {
        println!("measures with `cargo bench` only");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("master.csv");
    let rows = args.rows.to_string();
    let made = child::uketsuke(folder.path(), "", &["facilities", "generate", &rows, "--out", &text(&file)])?;

    let mut lines = vec![Line::new("–", "generate the file", &made)];
    lines.extend(measure(&Place::Sqlite, folder.path(), &file, args.rows)?);
    match Place::postgres_from_environment() {
        Some(place) => lines.extend(measure(&place, folder.path(), &file, args.rows)?),
        None => println!("left out: PostgreSQL ({POSTGRES_VARIABLE} is not set)"),
    }

    let megabytes = std::fs::metadata(&file)?.len() as f64 / 1e6;
    println!("\nImport of the facility master: {} rows, {megabytes:.1} MB of CSV", args.rows);
    println!("{}\n", machine::facts());
    println!("{}", table::words(&lines, args.rows));
    Ok(())
}

/// Everything on one database.
fn measure(place: &Place, folder: &Path, file: &Path, rows: u64) -> anyhow::Result<Vec<Line>> {
    let (imported, loaded) = (fresh(place, folder, "imported")?, fresh(place, folder, "loaded")?);
    println!("{}: importing {rows} rows …", place.name());
    let first = import(&imported, file, &format!("新規 {rows}、"))?;
    let again = import(&imported, file, &format!("変更なし {rows}、"))?;
    let bulk = bulk::copy(place, &imported.url, &loaded.url, &folder.join(format!("{}.csv", place.name())), rows)?;
    Ok(vec![
        Line::new(place.name(), "first import", &first).against(&bulk),
        Line::new(place.name(), "same file again", &again).against(&bulk),
        Line::new(place.name(), bulk::name(place), &bulk),
    ])
}

/// A database of its own with all tables, empty.
fn fresh(place: &Place, folder: &Path, name: &str) -> anyhow::Result<Database> {
    let home = folder.join(name);
    std::fs::create_dir_all(&home)?;
    let database = Database::new(place, &home);
    child::uketsuke(folder, &database.url, &["migrate"])?;
    Ok(database)
}

/// Imports, and makes sure that it did what is measured.
fn import(database: &Database, file: &Path, expected: &str) -> anyhow::Result<Run> {
    let folder = file.parent().context("the file lies in a folder")?;
    let run = child::uketsuke(folder, &database.url, &["facilities", "import", &text(file)])?;
    anyhow::ensure!(run.said.contains(expected), "the import was to say {expected}, but said:\n{}", run.said);
    Ok(run)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
