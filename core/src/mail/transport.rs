//! Ways for a letter to leave the house: SMTP, files, or memory (tests).

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use metrics::counter;

use super::Message;
use super::smtp::SmtpMail;
use crate::ids::MailId;

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A later attempt may succeed.
    #[error("temporary: {0}")]
    Temporary(String),
    /// No later attempt can succeed.
    #[error("permanent: {0}")]
    Permanent(String),
}

/// Where letters go.
#[derive(Clone)]
pub enum Transport {
    /// A list in memory.
    Memory(MemoryMail),
    /// A file each.
    Files(FileMail),
    /// A mail server.
    Smtp(SmtpMail),
}

impl Transport {
    /// Hands one message over. The id becomes the Message-ID.
    ///
    /// # Errors
    /// [`SendError`], which tells whether trying again makes sense.
    pub async fn send(&self, id: &MailId, message: &Message) -> Result<(), SendError> {
        let sent = match self {
            Self::Memory(memory) => memory.keep(id, message),
            Self::Files(files) => files.write(id, message),
            Self::Smtp(smtp) => smtp.send(id, message).await,
        };
        let outcome = match &sent {
            Ok(()) => "sent",
            Err(SendError::Temporary(_)) => "temporary",
            Err(SendError::Permanent(_)) => "permanent",
        };
        counter!("uketsuke_mails_sent_total", "outcome" => outcome).increment(1);
        sent
    }
}

/// Mail kept in memory, for tests.
#[derive(Clone, Default)]
pub struct MemoryMail(Arc<Mutex<Vec<(MailId, Message)>>>);

impl MemoryMail {
    /// All mails so far.
    pub fn all(&self) -> Vec<(MailId, Message)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The mails to one address.
    pub fn to(&self, address: &str) -> Vec<Message> {
        self.all().into_iter().map(|(_, m)| m).filter(|m| m.to == address).collect()
    }

    fn keep(&self, id: &MailId, message: &Message) -> Result<(), SendError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((id.clone(), message.clone()));
        Ok(())
    }
}

/// Mail as `.eml` files in a folder: the default, for trying things out.
#[derive(Debug, Clone)]
pub struct FileMail {
    folder: PathBuf,
    sender: Mailbox,
}

impl FileMail {
    /// Mails go to `folder`, which is made when missing.
    pub fn new(folder: impl AsRef<Path>, sender: Mailbox) -> Self {
        Self { folder: folder.as_ref().to_owned(), sender }
    }

    /// A second attempt overwrites the first: one file per mail.
    fn write(&self, id: &MailId, message: &Message) -> Result<(), SendError> {
        let mail = build(&self.sender, id, message)?;
        let temporary = |e: std::io::Error| SendError::Temporary(e.to_string());
        std::fs::create_dir_all(&self.folder).map_err(temporary)?;
        let (partial, whole) = (self.folder.join(format!("{id}.part")), self.folder.join(format!("{id}.eml")));
        std::fs::write(&partial, mail.formatted()).map_err(temporary)?;
        std::fs::rename(partial, whole).map_err(temporary)
    }
}

/// `List-Unsubscribe` (RFC 2369).
#[derive(Clone)]
struct Unsubscribe(String);

/// `List-Unsubscribe-Post` (RFC 8058 §3.1): a POST to that address is enough.
#[derive(Clone)]
struct OneClick;

/// What `List-Unsubscribe-Post` says, and a mail program sends.
pub const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

impl Header for Unsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), ONE_CLICK.to_owned())
    }
}

pub(super) fn build(sender: &Mailbox, id: &MailId, message: &Message) -> Result<lettre::Message, SendError> {
    let permanent = |e: String| SendError::Permanent(e);
    let to = message.to.parse().map_err(|_| permanent("the address cannot be parsed".into()))?;
    let mut mail = lettre::Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(None, to))
        .subject(message.subject_line())
        .message_id(Some(format!("<{id}@{}>", sender.email.domain())))
        .header(ContentType::TEXT_PLAIN);
    if let Some(url) = &message.stop_url {
        mail = mail.header(Unsubscribe(format!("<{url}>"))).header(OneClick);
    }
    mail.body(message.body.clone()).map_err(|e| permanent(e.to_string()))
}
