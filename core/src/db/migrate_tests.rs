//! New migrations only add, so that the version before goes on to work on the tables of
//! the next one (docs/decisions/database.md).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Up to here they ran before the first release: nobody serves with an older version.
const BASELINE: &str = "2026-11-29-000045_retention";
/// Says from which version on nothing needs what is taken away here.
const CONTRACT: &str = "-- contract: ";

/// What a version before would stumble over, in one migration; nothing if it says that
/// none is left that could.
fn faults(sql: &str) -> Vec<&'static str> {
    let is_version = |text: &str| {
        let parts: Vec<_> = text.trim().split('.').collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
    };
    if sql.lines().filter_map(|line| line.strip_prefix(CONTRACT)).any(is_version) {
        return Vec::new();
    }
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let text = lines.collect::<Vec<_>>().join(" ").to_lowercase().replace('"', "");
    let statements = text.split(';').map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
    let statements: Vec<String> = statements.collect();
    let made = |table: &str| {
        let begins = ["create table ", "create unlogged table ", "create table if not exists "];
        let head = |one: &String, begin: &str| {
            one.strip_prefix(begin).is_some_and(|rest| rest.split([' ', '(']).next() == Some(table))
        };
        statements.iter().any(|one| begins.iter().any(|begin| head(one, begin)))
    };
    let mut found: Vec<&str> = statements.iter().flat_map(|one| of_statement(one, &made)).collect();
    found.dedup();
    found
}

fn of_statement(sql: &str, made: &dyn Fn(&str) -> bool) -> Vec<&'static str> {
    let mut found = Vec::new();
    for (words, fault) in [
        ("drop column", "drop column"),
        ("drop table", "drop table"),
        ("drop view", "drop view"),
        (" rename ", "rename"),
        ("set not null", "set not null"),
        ("add constraint", "add constraint"),
        ("add check", "add constraint"),
    ] {
        if sql.contains(words) {
            found.push(fault);
        }
    }
    if sql.starts_with("alter table") {
        if sql.contains("alter column") && sql.contains(" type ") {
            found.push("alter column … type");
        }
        let is_bare = |clause: &str| clause.contains("not null") && !clause.contains("default");
        // A default may hold commas of its own, but no column begins inside of one.
        if sql.split(" add ").skip(1).any(is_bare) {
            found.push("add column … not null without a default");
        }
    }
    if let Some(rest) = sql.strip_prefix("create unique index") {
        let table = rest.split(" on ").nth(1).unwrap_or_default().split([' ', '(']).next().unwrap_or_default();
        if !made(table) {
            found.push("create unique index on a table that is there");
        }
    }
    found
}

fn migrations(dialect: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(dialect);
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| path.is_dir())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path.join("up.sql")).expect("up.sql"))
        })
        .collect()
}

#[test]
fn a_new_migration_takes_nothing_away_that_the_version_before_needs() {
    for dialect in ["sqlite", "postgres"] {
        for (name, sql) in migrations(dialect).range(format!("{BASELINE}\u{10ffff}")..) {
            let faults = faults(sql);
            assert!(
                faults.is_empty(),
                "migrations/{dialect}/{name}: {faults:?}: the version before this one still serves while it runs. Add \
                 only, or write `{CONTRACT}VERSION` when no older version than that is in use \
                 (docs/decisions/database.md)"
            );
        }
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |dialect| migrations(dialect).into_keys().collect::<Vec<_>>();
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").iter().any(|name| name == BASELINE));
}

#[test]
fn what_takes_away_is_told_from_what_adds() {
    for good in [
        "create table a (id text not null);\ncreate unique index a_id on a (id);",
        "alter table a add column b text; alter table a add column c text not null default '';",
        "-- nothing is dropped: drop table a\ncreate index a_b on a (b);",
        "-- contract: 1.4.0\nalter table a drop column b;",
        "alter table a alter column b drop not null;",
    ] {
        assert_eq!(faults(good), [""; 0], "{good}");
    }
    for (bad, fault) in [
        ("ALTER TABLE a\n  DROP COLUMN b;", "drop column"),
        ("drop table a;", "drop table"),
        ("alter table a rename to b;", "rename"),
        ("alter table a rename column b to c;", "rename"),
        ("alter table a alter column b type integer;", "alter column … type"),
        ("alter table a add column b text not null;", "add column … not null without a default"),
        ("alter table a add column c text default '', add b text not null;", "add column … not null without a default"),
        ("alter table a alter column b set not null;", "set not null"),
        ("create unique index a_b on a (b);", "create unique index on a table that is there"),
        ("-- contract: soon\ndrop table a;", "drop table"),
    ] {
        assert_eq!(faults(bad), [fault], "{bad}");
    }
}
