//! `uketsuke config check`: tells every mistake of the configuration at once.

use std::path::Path;

use clap::Subcommand;
use uketsuke_core::config::{Config, MailTarget};
use uketsuke_core::db::DatabaseUrl;
use uketsuke_core::pdf::font;
use uketsuke_core::retention::Topic;
use uketsuke_core::storage::place::StoragePlace;

use crate::settings;

/// What to do with the configuration.
#[derive(Subcommand)]
pub enum Command {
    /// Tell every mistake, or what is configured (no secrets).
    Check,
}

/// Runs the command.
///
/// # Errors
/// The configuration's mistakes.
pub fn run(command: Command, file: Option<&Path>) -> anyhow::Result<()> {
    match command {
        Command::Check => print(&settings::load(file)?),
    }
    Ok(())
}

/// The addresses of the portal, and the hosts that lead to them.
fn portals(config: &Config) -> String {
    let both = match &config.csm_url {
        Some(csm) => format!("{} (omf) and {csm} (csm)", config.portal_url),
        None => format!("{} (both sites)", config.portal_url),
    };
    let former: Vec<&str> = config.former_hosts.iter().map(|former| former.host.as_str()).collect();
    if former.is_empty() { both } else { format!("{both}; former hosts {}", former.join(", ")) }
}

/// How many days each topic is kept.
fn kept(config: &Config) -> String {
    let days = |topic: &Topic| match config.retention.days(*topic) {
        Some(days) => format!("{topic} {days} days"),
        None => format!("{topic} for ever"),
    };
    Topic::ALL.iter().map(days).collect::<Vec<_>>().join(", ")
}

fn evidence(config: &Config) -> String {
    match &config.evidence {
        StoragePlace::Folder(folder) => folder.display().to_string(),
        StoragePlace::Bucket(bucket) => {
            let endpoint = bucket.endpoint.as_deref().unwrap_or("Amazon S3");
            let staging = config.staging_dir.display();
            format!("bucket {} at {endpoint}, received in {staging}", bucket.name)
        }
    }
}

fn print(config: &Config) {
    let database = match &config.database {
        DatabaseUrl::Sqlite(path) => format!("SQLite, {path}"),
        DatabaseUrl::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let mail = match &config.mail {
        MailTarget::Files(folder) => format!("files in {}", folder.display()),
        MailTarget::Smtp(_) => "a mail server".to_owned(),
    };
    let font_file = font::place(config.pdf_font.clone());
    let lines = [
        ("production", config.production.to_string()),
        ("database", database),
        ("evidence", evidence(config)),
        ("virus scan", config.clamd.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)),
        (
            "PDF font",
            font_file.map_or_else(|| "none: letters may be missing".to_owned(), |path| path.display().to_string()),
        ),
        ("mail", mail),
        (
            "bounces",
            config.bounces.as_ref().map_or_else(|| "not read".to_owned(), |it| it.path().display().to_string()),
        ),
        ("portal", format!("{} as {}", config.portal_listen, portals(config))),
        ("back office", format!("{} as {}", config.admin_listen, config.admin_url)),
        ("device API", format!("{} as {}", config.device_api_listen, config.device_api_url)),
        ("kept", kept(config)),
        ("master keys", config.master_keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ")),
    ];
    for (name, value) in lines {
        println!("{name:<12} {value}");
    }
    println!("the configuration is sound");
}
