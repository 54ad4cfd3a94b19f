//! `uketsuke staff`: the people of the back office. `add` is the only way to the
//! first administrator: it prints a link that sets a password once. Operators.

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use uketsuke_core::db::Actor;
use uketsuke_core::error::Error;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{self, Invitation, InviteForm};
use uketsuke_web::words;

/// What to do with the staff.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Invite somebody and print the link, this once.
    Add {
        /// The mail address, which is also the login.
        #[arg(long)]
        mail: String,
        /// The name colleagues read.
        #[arg(long)]
        name: String,
        /// A role; may be given several times.
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
    },
    /// List the staff there are.
    List,
    /// Reset somebody's second factor without a second administrator: for who is
    /// the only one.
    ResetSecondFactor {
        /// The mail address.
        #[arg(long)]
        mail: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    Role::parse(text).ok_or_else(|| format!("one of: {}", known()))
}

/// Runs it.
///
/// # Errors
/// When the person cannot be invited or the database does not answer.
pub fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    match command {
        Command::Add { mail, name, roles } => add(mail, name, &roles, config),
        Command::List => list(config),
        Command::ResetSecondFactor { mail } => reset_second_factor(&mail, config),
    }
}

fn reset_second_factor(mail: &str, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = super::parts(config)?;
    parts.db.migrate()?;
    let all = parts.db.read_blocking(staff::list_staff).map_err(in_words)?;
    let person = all.iter().find(|member| member.email.eq_ignore_ascii_case(mail.trim()));
    let person = person.with_context(|| format!("{mail} の職員はいません"))?;
    parts.db.write_blocking(Actor::operator(), |tx| staff::reset_by_operator(tx, &person.id)).map_err(in_words)?;
    println!("{} さんの二段階認証を解除しました。次のログインで登録し直します。", person.name);
    Ok(())
}

fn add(email: String, name: String, roles: &[Role], config: Option<&Path>) -> anyhow::Result<()> {
    let roles = roles.iter().map(|role| role.as_str().to_owned()).collect();
    let form = InviteForm { email, name, roles };
    let invitation = Invitation::try_from(&form).map_err(sentences)?;
    let parts = super::parts(config)?;
    parts.db.migrate()?;
    let (token, until) =
        parts.db.write_blocking(Actor::operator(), |tx| staff::add(tx, &invitation)).map_err(in_words)?;
    println!(
        "{} さんを招待しました。次のリンクを本人に渡してください（{}まで、1回だけ使えます）。",
        form.name,
        words::date_time_full(until.utc())
    );
    println!("{}/invite/{}", parts.config.admin_url, token.reveal());
    Ok(())
}

/// What the business says, in its own words.
pub(super) fn in_words(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(errors) => sentences(errors),
        Error::Refused(refusal) => anyhow::anyhow!(refusal.sentence()),
        other => other.into(),
    }
}

fn sentences(errors: FieldErrors) -> anyhow::Error {
    anyhow::anyhow!(errors.iter().map(|error| error.sentence()).collect::<Vec<_>>().join(" "))
}

fn list(config: Option<&Path>) -> anyhow::Result<()> {
    let people = super::parts(config)?.db.read_blocking(staff::list_staff).context("the staff cannot be read")?;
    for person in people {
        println!("{}\t{}\t{}\t{}", person.state, person.email, person.name, person.roles.labels());
    }
    Ok(())
}
