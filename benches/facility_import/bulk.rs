//! The databases' own bulk paths: `.import` of the SQLite shell, `\copy` of psql.
//!
//! Columns are read from the database, so that this knows of none. An empty cell is
//! NULL to psql; the SQLite shell knows no NULL in a CSV and stores an empty text.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::child::{self, Run};
use crate::database::Place;

const TABLE: &str = "facilities";

/// As the program opens its own connections.
const PRAGMAS: &str = "pragma synchronous = full; pragma foreign_keys = on;";

/// The words of the table of results.
pub fn name(place: &Place) -> &'static str {
    match place {
        Place::Sqlite => "own bulk path: .import",
        Place::Postgres(_) => "own bulk path: \\copy",
    }
}

/// Writes the table of one database to a file, unmeasured, and loads it into the
/// empty one of another, measured.
pub fn copy(place: &Place, from: &str, to: &str, file: &Path, rows: u64) -> anyhow::Result<Run> {
    let columns = columns(place, from, file)?;
    let path = file.display();
    let (export, load) = match place {
        Place::Sqlite => (
            format!(".mode csv\n.output '{path}'\nselect {columns} from {TABLE};"),
            format!("{PRAGMAS}\n.import --csv '{path}' {TABLE}"),
        ),
        Place::Postgres(_) => (
            format!("\\copy {TABLE} ({columns}) to '{path}' with (format csv)"),
            format!("\\copy {TABLE} ({columns}) from '{path}' with (format csv)"),
        ),
    };
    shell(place, from, file, &export)?;
    let run = shell(place, to, file, &load)?;
    let loaded = shell(place, to, file, &format!("select count(*) from {TABLE};"))?.said;
    anyhow::ensure!(loaded.trim() == rows.to_string(), "{rows} rows were to be loaded, but these were: {loaded}");
    Ok(run)
}

/// The table's columns in their order, quoted.
fn columns(place: &Place, url: &str, file: &Path) -> anyhow::Result<String> {
    let query = match place {
        Place::Sqlite => format!("select name from pragma_table_info('{TABLE}') order by cid;"),
        Place::Postgres(_) => format!(
            "select column_name from information_schema.columns \
             where table_schema = current_schema() and table_name = '{TABLE}' and is_generated = 'NEVER' \
             order by ordinal_position;"
        ),
    };
    let said = shell(place, url, file, &query)?.said;
    let names: Vec<String> = said.lines().map(|name| format!("\"{}\"", name.trim())).collect();
    anyhow::ensure!(!names.is_empty(), "there is no table {TABLE}");
    Ok(names.join(", "))
}

/// Runs commands in the database's shell.
fn shell(place: &Place, url: &str, file: &Path, commands: &str) -> anyhow::Result<Run> {
    let folder = file.parent().context("the file lies in a folder")?;
    let mut command = match place {
        Place::Sqlite => {
            let mut sqlite3 = Command::new("sqlite3");
            sqlite3.args(["-batch", "-bail", url.trim_start_matches("sqlite:")]);
            sqlite3.args(commands.lines());
            sqlite3
        }
        Place::Postgres(_) => {
            let mut psql = Command::new("psql");
            psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--quiet"]);
            psql.args(["--dbname", url, "--command", commands]);
            psql
        }
    };
    command.current_dir(folder);
    child::run(command, folder)
}
