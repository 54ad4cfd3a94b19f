//! `uketsuke config check`: tells every mistake of the configuration at once.

use std::path::Path;

use clap::Subcommand;
use uketsuke_core::config::{Config, MailTarget};
use uketsuke_core::db::DatabaseUrl;
use uketsuke_core::pdf::font;

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
        ("evidence", config.evidence_dir.display().to_string()),
        (
            "PDF font",
            font_file.map_or_else(|| "none: letters may be missing".to_owned(), |path| path.display().to_string()),
        ),
        ("mail", mail),
        ("portal", format!("{} as {}", config.portal_listen, config.portal_url)),
        ("back office", format!("{} as {}", config.admin_listen, config.admin_url)),
        ("device API", format!("{} as {}", config.device_api_listen, config.device_api_url)),
        ("master keys", config.master_keys.iter().map(|key| key.id.as_str()).collect::<Vec<_>>().join(", ")),
    ];
    for (name, value) in lines {
        println!("{name:<12} {value}");
    }
    println!("the configuration is sound");
}
