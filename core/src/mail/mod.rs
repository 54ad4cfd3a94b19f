//! Letters: written as ids in the transaction that caused them, composed by a
//! worker in a short transaction of its own, sent after that has committed.
//!
//! Links are minted while the letter is composed, so no job row ever holds one.

pub mod bounce;
mod outbox;
mod smtp;
mod transport;
mod unreachable;

pub use outbox::{MailRow, MailState, note_failed, note_needless, note_sent, record_mail, was_sent};
pub use smtp::{NoServer, SmtpMail};
pub use transport::{FileMail, MemoryMail, ONE_CLICK, SendError, Transport};
pub use unreachable::unreachable_since;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::config::PortalUrls;
use crate::db::{At, Tx};
use crate::error::Result;
use crate::facility::kind::Site;
use crate::ids::{JobId, MailId};
use crate::queue::Job;
use crate::secret::Keyring;

/// What a composer needs from outside the database.
#[derive(Debug, Clone)]
pub struct MailContext {
    /// Where users find the two portal sites.
    pub portals: PortalUrls,
    /// The back office's address, without a slash at the end.
    pub admin_url: String,
    /// The call centre's number, as letters name it.
    pub call_centre_phone: String,
    /// For sealing and hashing what a letter mints.
    pub keyring: std::sync::Arc<Keyring>,
}

impl MailContext {
    /// The address of the site a letter is from, without a slash at the end.
    pub fn portal_url(&self, site: Site) -> &str {
        self.portals.of(site)
    }
}

/// A finished letter: plain text, one recipient.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The recipient's address.
    pub to: String,
    /// The subject without the 【…】 in front.
    pub subject: String,
    /// The portal site it is from, for the 【…】; none for letters to staff.
    pub site: Option<Site>,
    /// The body; may hold a link, so it is kept nowhere but in the mail itself.
    pub body: String,
    /// Where a mail program stops letters of this sort without a login (RFC 8058);
    /// for reminders alone.
    pub stop_url: Option<String>,
}

impl Message {
    /// The subject as mail programs show it: 「【施術所ポータル】登録を完了してください」.
    pub fn subject_line(&self) -> String {
        let mark = self.site.map_or(String::new(), |site| format!("【{}】", site.letter_mark()));
        format!("{mark}{}", self.subject).replace(['\r', '\n'], " ")
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A letter as ids. Its texts are `templates/mail/<NAME>/{subject,body}.txt`.
pub trait Letter: Serialize + DeserializeOwned {
    /// The name, as in the templates' folder.
    const NAME: &'static str;

    /// Writes the letter; `None` when it has become needless meanwhile.
    ///
    /// # Errors
    /// From the database; the job is then tried again.
    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>>;
}

/// The job that composes and sends one letter.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MailJob {
    /// Which letter.
    pub letter: String,
    /// The letter's ids, JSON text.
    pub ids: String,
    /// The outgoing mail's id: the Message-ID, the same at every attempt.
    pub mail: MailId,
}

impl Job for MailJob {
    const KIND: &'static str = "mail";
}

impl MailJob {
    fn of<L: Letter>(letter: &L) -> Result<Self> {
        Ok(Self { letter: L::NAME.to_owned(), ids: serde_json::to_string(letter)?, mail: MailId::mint() })
    }
}

impl Tx<'_> {
    /// Sends a letter once this transaction has committed.
    ///
    /// # Errors
    /// When the job cannot be written.
    pub fn send<L: Letter>(&mut self, letter: &L) -> Result<JobId> {
        self.enqueue(&MailJob::of(letter)?)
    }

    /// As [`Tx::send`], unless a letter was sent under this key before: for work
    /// that may be done again.
    ///
    /// # Errors
    /// When the job cannot be written.
    pub fn send_once<L: Letter>(&mut self, letter: &L, unique_key: &str) -> Result<bool> {
        self.enqueue_once(&MailJob::of(letter)?, unique_key)
    }

    /// As [`Tx::send_once`], but not before `at`; [`Tx::call_off`] takes it back.
    ///
    /// # Errors
    /// When the job cannot be written.
    pub fn send_once_at<L: Letter>(&mut self, letter: &L, unique_key: &str, at: At) -> Result<bool> {
        self.enqueue_once_at(&MailJob::of(letter)?, unique_key, at)
    }
}

/// Composes one sort of letter from its ids.
pub type Composer = fn(&mut Tx<'_>, &str, &MailContext) -> Result<Option<Message>>;

/// The composer of `L`, for the worker's table of letters.
///
/// # Errors
/// When the ids cannot be read, or as [`Letter::compose`].
pub fn composer<L: Letter>(tx: &mut Tx<'_>, ids: &str, context: &MailContext) -> Result<Option<Message>> {
    serde_json::from_str::<L>(ids)?.compose(tx, context)
}

#[cfg(test)]
mod site_tests;
