//! `uketsuke demo`: the whole product on this machine, with made-up facilities,
//! to look at and to try things on. Never for real use.
//!
//! - [`place`]: its folder, with keys made at the first start.
//! - [`cast`]: who plays; [`people`] and [`desk`] act through the use cases.
//! - [`mail_page`]: a page for the mails, on a listener of its own.

pub mod cast;
mod content;
mod desk;
mod fill;
pub mod logins;
pub mod mail_file;
pub mod mail_page;
pub mod master;
mod people;
pub mod place;
mod tell;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use anyhow::{Context, bail};
use uketsuke_core::config::Config;
use uketsuke_core::facility::kind;

use crate::compose::Parts;
use crate::serve::{self, Listeners};
use place::Place;

/// What the demo is told.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder it lives in.
    #[arg(long, value_name = "FOLDER", default_value = "var/demo")]
    data: PathBuf,
    /// Start over: forget what was done in it.
    #[arg(long)]
    fresh: bool,
    /// Where the page with the mails listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8083")]
    mail_listen: SocketAddr,
}

/// A made-up account from which 助成金 are paid.
const TRANSFER_PAYER: &str = "0000000001,ｵﾝﾗｲﾝｼｶｸｶｸﾆﾝ,0001,240,ordinary,1234567";

/// Runs the demo until a signal comes.
///
/// # Errors
/// When an address is taken or the folder cannot be used.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let place = Place::open(&args.data)?;
    let mut config = config(&place)?;
    let listeners = Listeners::bind(&config, serve::ALL)?;
    listeners.name_urls(&mut config);
    let mails =
        TcpListener::bind(args.mail_listen).with_context(|| format!("cannot listen on {}", args.mail_listen))?;
    let mail_url = format!("http://localhost:{}", mails.local_addr()?.port());
    if args.fresh || place.logins().is_none() {
        place.clear()?;
        tell::making();
        place.keep_logins(&fill::fill(&config, &place).await?)?;
    }
    let logins = place.logins().context("the logins were just kept")?;
    let parts = Parts::open(config)?;
    parts.db.migrate()?;
    let mut running = serve::start(&parts, listeners, serve::ALL, serve::threads())?;
    running.add(mail_page::serve(mails, mail_site(&parts, &mail_url), place.mail(), logins.clone())?);
    tell::ready(&parts.config, &mail_url, &logins);
    running.until_signal().await
}

/// The demo's own configuration; only addresses may be chosen from outside.
fn config(place: &Place) -> anyhow::Result<Config> {
    if std::env::var("UKETSUKE_PRODUCTION").is_ok_and(|value| value == "true") {
        bail!("the demo is not for production");
    }
    let fixed = BTreeMap::from([
        ("UKETSUKE_DATABASE_URL", place.database_url()),
        ("UKETSUKE_EVIDENCE", format!("file:{}", place.evidence().display())),
        ("UKETSUKE_MAIL", format!("file:{}", place.mail().display())),
        ("UKETSUKE_MASTER_KEYS", place.master_key()?),
        ("UKETSUKE_TRANSFER_PAYER", TRANSFER_PAYER.to_owned()),
    ]);
    let chosen = |key: &str| key.ends_with("_LISTEN").then(|| std::env::var(key).ok()).flatten();
    let mut config = Config::from_lookup(|key| fixed.get(key).cloned().or_else(|| chosen(key)))?;
    config.csm_url = Some(csm_url(&config));
    Ok(config)
}

/// The second site, at the same listener: browsers resolve names below `localhost`
/// to this machine (RFC 6761 §6.3).
fn csm_url(config: &Config) -> String {
    format!("http://csm.localhost:{}", config.portal_listen.port())
}

fn mail_site(parts: &Parts, url: &str) -> uketsuke_web::site::Site {
    uketsuke_web::site::Site { origin: url.to_owned(), ..parts.portal_site(kind::Site::Omf) }
}
