//! Letters to people at facilities about their accounts (UX 6.4, M-01 to M-05).

use askama::Template;
use serde::{Deserialize, Serialize};

use super::reset::RESET_LIFE;
use super::{membership, repo, signup};
use crate::clock::tokyo_time;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::facility;
use crate::facility::kind::Site;
use crate::ids::{AccountId, SignupId};
use crate::link::{self, LinkPurpose};
use crate::mail::{Letter, MailContext, Message};

/// All that these letters' templates may show.
struct Facts {
    family_name: String,
    given_name: String,
    /// The address of the one page to open.
    url: String,
    /// A second page, where there is one.
    other_url: String,
    /// Until when the link works, or when something happened.
    when: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

/// One letter's templates.
macro_rules! text {
    ($facts:expr, $to:expr, $subject:literal, $body:literal) => {{
        #[derive(Template)]
        #[template(path = $subject, escape = "none")]
        struct Subject;
        #[derive(Template)]
        #[template(path = $body, escape = "none")]
        struct Body<'f> {
            f: &'f Facts,
        }
        Ok(Some(Message {
            to: $to,
            site: Some($facts.site),
            subject: Subject.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f: &$facts }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }};
}

/// M-01: the link that finishes a registration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Activation {
    /// The registration.
    pub signup: SignupId,
    /// Life of the link, hours.
    pub hours: i64,
}

impl Letter for Activation {
    const NAME: &'static str = "account_activation";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let found = signup::find(tx.conn(), &self.signup)?;
        let Some(signup) = found.filter(|signup| signup.activated_at.is_none()) else { return Ok(None) };
        let life = chrono::Duration::hours(self.hours);
        let token = link::mint(tx, LinkPurpose::Activate, self.signup.as_str(), life)?;
        let site = facility::repo::get(tx.conn(), &signup.facility_id)?.site();
        let facts = Facts {
            family_name: signup.family_name,
            given_name: signup.given_name,
            url: format!("{}/activate/{}", context.portal_url(site), token.reveal()),
            other_url: String::new(),
            when: tokyo_time((tx.now() + life).utc()),
            site,
            call_centre: context.call_centre_phone.clone(),
        };
        text!(
            facts,
            signup.email.as_typed().to_owned(),
            "mail/account_activation/subject.txt",
            "mail/account_activation/body.txt"
        )
    }
}

/// What a letter about an account has in common. It is from `asked_at`, the site at
/// which somebody asked for it, else from that of the account's first facility.
fn facts(
    tx: &mut Tx<'_>,
    id: &AccountId,
    asked_at: Option<Site>,
    context: &MailContext,
) -> Result<Option<(String, Facts)>> {
    let account = match repo::get(tx.conn(), id) {
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    let site = match asked_at {
        Some(site) => site,
        None => membership::site_of(tx.conn(), id)?,
    };
    let facts = Facts {
        family_name: account.family_name,
        given_name: account.given_name,
        url: format!("{}/login", context.portal_url(site)),
        other_url: format!("{}/reset", context.portal_url(site)),
        when: tokyo_time(tx.now().utc()),
        site,
        call_centre: context.call_centre_phone.clone(),
    };
    Ok(Some((account.email, facts)))
}

/// M-02: the account is open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountActivated {
    /// The account.
    pub account: AccountId,
}

impl Letter for AccountActivated {
    const NAME: &'static str = "account_activated";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some((to, facts)) = facts(tx, &self.account, None, context)? else { return Ok(None) };
        text!(facts, to, "mail/account_activated/subject.txt", "mail/account_activated/body.txt")
    }
}

/// M-03: somebody registered with an address that has an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountKnown {
    /// The account.
    pub account: AccountId,
}

impl Letter for AccountKnown {
    const NAME: &'static str = "account_known";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some((to, facts)) = facts(tx, &self.account, None, context)? else { return Ok(None) };
        text!(facts, to, "mail/account_known/subject.txt", "mail/account_known/body.txt")
    }
}

/// M-04: the link that sets a new password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordReset {
    /// The account.
    pub account: AccountId,
    /// The site at which it was asked for, where each has its own address.
    #[serde(default)]
    pub site: Option<Site>,
}

impl Letter for PasswordReset {
    const NAME: &'static str = "account_reset";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some((to, facts)) = facts(tx, &self.account, self.site, context)? else { return Ok(None) };
        let token = link::mint(tx, LinkPurpose::ResetPassword, self.account.as_str(), RESET_LIFE)?;
        let facts = Facts {
            url: format!("{}/reset/{}", context.portal_url(facts.site), token.reveal()),
            when: tokyo_time((tx.now() + RESET_LIFE).utc()),
            ..facts
        };
        text!(facts, to, "mail/account_reset/subject.txt", "mail/account_reset/body.txt")
    }
}

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The password.
    Password,
}

/// M-05: something that matters for logging in was changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountChanged {
    /// The account.
    pub account: AccountId,
    /// What was changed.
    pub change: Change,
}

impl Letter for AccountChanged {
    const NAME: &'static str = "account_changed";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let Some((to, facts)) = facts(tx, &self.account, None, context)? else { return Ok(None) };
        match self.change {
            Change::Password => text!(facts, to, "mail/account_changed/subject.txt", "mail/account_changed/body.txt"),
        }
    }
}
