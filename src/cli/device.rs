//! `uketsuke device`: a stand-in for the client app, for newcomers and tests:
//! activates, gets tokens, and asks as the eligibility service does.
//!
//! Secrets may come from the environment or be typed, so that they need not
//! stand in a command line that others can read.

mod client;
mod key_file;
mod signer;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};

pub use client::{Registration, check, diagnose, register, token};
pub use key_file::KeyFile;

/// What to do as a device.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Activate: make a key, show the four values, keep what comes back.
    Register(Register),
    /// Get a token for ten minutes and print it.
    Token(Token),
    /// Ask what blocks this device; prints the JSON.
    Diagnose(Token),
    /// Print the device's public key set; make its key if there is none.
    Key(Key),
    /// Sign a proof for one request (RFC 9449), for trying things with curl.
    Proof(Proof),
    /// Sign an assertion (RFC 7523), for trying things with curl.
    Assertion(Assertion),
    /// Ask whether a token is good, as the eligibility service; prints the JSON.
    Check(Check),
}

/// Values of the settings sheet.
#[derive(Debug, Args)]
pub struct Register {
    /// Address of the device API.
    #[arg(long, value_name = "URL", default_value = "http://localhost:8082")]
    api: String,
    /// 機関コード.
    #[arg(long, value_name = "CODE")]
    facility: String,
    /// ID.
    #[arg(long, value_name = "ID")]
    user_id: String,
    /// Initial password; else UKETSUKE_DEVICE_PASSWORD, else asked for.
    #[arg(long)]
    password: Option<String>,
    /// Activation code; else UKETSUKE_DEVICE_CODE, else asked for.
    #[arg(long)]
    code: Option<String>,
    /// Where the device keeps its key (made with mode 0600).
    #[arg(long, value_name = "FILE", default_value = "device.json")]
    key: PathBuf,
}

/// Which device.
#[derive(Debug, Args)]
pub struct Token {
    /// The file that `register` made.
    #[arg(long, value_name = "FILE", default_value = "device.json")]
    key: PathBuf,
}

/// Which key, and for which server if it is made.
#[derive(Debug, Args)]
pub struct Key {
    /// The file with the device's key.
    #[arg(long, value_name = "FILE", default_value = "device.json")]
    key: PathBuf,
    /// Address of the device API.
    #[arg(long, value_name = "URL", default_value = "http://localhost:8082")]
    api: String,
}

/// Which request.
#[derive(Debug, Args)]
pub struct Proof {
    /// The file with the device's key.
    #[arg(long, value_name = "FILE", default_value = "device.json")]
    key: PathBuf,
    /// Its method.
    #[arg(long, default_value = "POST")]
    method: String,
    /// Its address.
    #[arg(long)]
    url: String,
}

/// By whom and for whom.
#[derive(Debug, Args)]
pub struct Assertion {
    /// The file with the device's key.
    #[arg(long, value_name = "FILE", default_value = "device.json")]
    key: PathBuf,
    /// The client id of the activation.
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The issuer.
    #[arg(long, value_name = "URL", default_value = "http://localhost:8082")]
    audience: String,
}

/// What to ask about, and as whom.
#[derive(Debug, Args)]
pub struct Check {
    /// Address of the device API.
    #[arg(long, value_name = "URL", default_value = "http://localhost:8082")]
    api: String,
    /// The token; else UKETSUKE_DEVICE_TOKEN, else asked for.
    #[arg(long)]
    token: Option<String>,
    /// Id of the eligibility service's credential (`uketsuke eligibility add`).
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Its secret; else UKETSUKE_CLIENT_SECRET, else asked for.
    #[arg(long)]
    client_secret: Option<String>,
}

/// Runs one step.
///
/// # Errors
/// When the server refuses, in its words.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Register(args) => run_register(args),
        Command::Token(args) => {
            let token = token(&KeyFile::read(&args.key)?)?;
            println!("{token}");
            Ok(())
        }
        Command::Diagnose(args) => {
            println!("{}", diagnose(&KeyFile::read(&args.key)?)?);
            Ok(())
        }
        Command::Key(args) => {
            let file =
                if args.key.exists() { KeyFile::read(&args.key) } else { KeyFile::open_or_make(&args.key, &args.api) };
            println!("{}", file?.signer()?.jwks());
            Ok(())
        }
        Command::Proof(args) => {
            println!("{}", KeyFile::read(&args.key)?.signer()?.proof(&args.method, &args.url)?);
            Ok(())
        }
        Command::Assertion(args) => {
            println!("{}", KeyFile::read(&args.key)?.signer()?.assertion(&args.client_id, &args.audience)?);
            Ok(())
        }
        Command::Check(args) => run_check(args),
    }
}

fn run_register(args: Register) -> anyhow::Result<()> {
    let settings = Registration {
        facility_code: args.facility,
        user_id: args.user_id,
        password: secret(args.password, "UKETSUKE_DEVICE_PASSWORD", "password")?,
        code: secret(args.code, "UKETSUKE_DEVICE_CODE", "activation code")?,
    };
    let mut file = KeyFile::open_or_make(&args.key, &args.api)?;
    register(&mut file, &settings)?;
    file.write(&args.key)?;
    println!("registered as {}", file.client_id.as_deref().unwrap_or_default());
    println!("next: uketsuke device token --key {}", args.key.display());
    Ok(())
}

fn run_check(args: Check) -> anyhow::Result<()> {
    let token = secret(args.token, "UKETSUKE_DEVICE_TOKEN", "token")?;
    let secret = secret(args.client_secret, "UKETSUKE_CLIENT_SECRET", "client secret")?;
    println!("{}", check(&args.api, &args.client_id, &secret, &token)?);
    Ok(())
}

/// A secret from the command line, the environment, or the keyboard.
fn secret(given: Option<String>, variable: &str, name: &str) -> anyhow::Result<String> {
    if let Some(value) = given.or_else(|| std::env::var(variable).ok()).filter(|value| !value.is_empty()) {
        return Ok(value);
    }
    eprint!("{name}: ");
    std::io::stderr().flush()?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let typed = line.trim().to_owned();
    (!typed.is_empty()).then_some(typed).with_context(|| format!("no {name} given (or set {variable})"))
}
