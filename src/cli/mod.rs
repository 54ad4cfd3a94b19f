//! The command line. Each command is a module with `Args` (clap) and
//! `run(args, ..)`; this file only names them.

mod audit;
mod backup;
mod banks;
mod config;
pub mod device;
mod eligibility;
mod facilities;
mod faq;
mod keys;
mod migrate;
mod retention;
mod serve;
mod staff;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use uketsuke_core::evidence::viewer;

use crate::compose::Parts;
use crate::serve::Part;
use crate::{demo, logging, settings};

/// オンライン資格確認 portal, back office and device check.
#[derive(Parser)]
#[command(name = "uketsuke", version, about)]
struct Cli {
    /// A TOML file; variables of the environment win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything in one process: portal, back office, device API, workers.
    Serve,
    /// Run the portal alone.
    Portal,
    /// Run the back office alone.
    Admin,
    /// Run the device API alone.
    DeviceApi,
    /// Run the background jobs alone.
    Workers,
    /// Bring the database's tables up to date.
    Migrate,
    /// The audit trail.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Copy database and files into a new folder, while the program runs (SQLite).
    Backup {
        /// The folder to make.
        folder: PathBuf,
    },
    /// Bring a backup back into an empty place.
    Restore {
        /// The folder that `backup` made.
        folder: PathBuf,
    },
    /// The list of banks and branches.
    #[command(subcommand)]
    Banks(banks::Command),
    /// Look at the configuration.
    #[command(subcommand)]
    Config(config::Command),
    /// Be a device: activate, get tokens, check.
    #[command(subcommand)]
    Device(device::Command),
    /// Credentials of the eligibility service.
    #[command(subcommand)]
    Eligibility(eligibility::Command),
    /// The keys that sign answers, and the master keys.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The facility master.
    #[command(subcommand)]
    Facilities(facilities::Command),
    /// The questions a new portal begins with.
    #[command(subcommand)]
    Faq(faq::Command),
    /// What is kept no longer than it must be.
    #[command(subcommand)]
    Retention(retention::Command),
    /// The people of the back office.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Draw one page of a file from the standard input; started by the back office.
    #[command(hide = true)]
    EvidencePage {
        /// What to draw.
        order: String,
    },
    /// Try the product: made-up facilities, mails as files, a page to read them.
    Demo(demo::Args),
}

const DONE: u8 = 0;
const FAILED: u8 = 1;
const MISUSED: u8 = 2;

/// Runs the command given; answers the exit code: [`DONE`], [`FAILED`] or [`MISUSED`].
pub fn main() -> u8 {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            let _ = told.print();
            return if told.use_stderr() { MISUSED } else { DONE };
        }
    };
    // Before anything else is set up: whoever opens a stranger's file has nothing.
    if let Command::EvidencePage { order } = &cli.command {
        return viewer::child::serve(order);
    }
    logging::start();
    match actix_web::rt::System::new().block_on(run(cli)) {
        Ok(()) => DONE,
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            FAILED
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let config = cli.config.as_deref();
    match cli.command {
        Command::Serve => serve::run(config, crate::serve::ALL).await,
        Command::Portal => serve::run(config, &[Part::Portal]).await,
        Command::Admin => serve::run(config, &[Part::Admin]).await,
        Command::DeviceApi => serve::run(config, &[Part::DeviceApi]).await,
        Command::Workers => serve::run(config, &[Part::Workers]).await,
        Command::Migrate => migrate::run(config),
        Command::Audit(command) => audit::run(command, config),
        Command::Backup { folder } => backup::save(&folder, config).await,
        Command::Restore { folder } => backup::restore(&folder, config).await,
        Command::Banks(command) => banks::run(command, config),
        Command::Config(command) => config::run(command, config),
        Command::Device(command) => device::run(command),
        Command::Eligibility(command) => eligibility::run(command, config),
        Command::Facilities(command) => facilities::run(command, config).await,
        Command::Faq(command) => faq::run(&command, config),
        Command::Keys(command) => keys::run(command, config).await,
        Command::Retention(command) => retention::run(command, config).await,
        Command::Staff(command) => staff::run(command, config),
        // Answered before.
        Command::EvidencePage { .. } => Ok(()),
        Command::Demo(args) => demo::run(args).await,
    }
}

/// Everything the program is made of, for commands that need it.
fn parts(config: Option<&Path>) -> anyhow::Result<Parts> {
    let mut parts = Parts::open(settings::load(config)?)?;
    // Nobody waits at a page.
    parts.db = parts.db.patient();
    Ok(parts)
}
