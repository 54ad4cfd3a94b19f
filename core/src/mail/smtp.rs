//! Mail through a server, on connections of our own.
//!
//! lettre's pool keeps a connection also when the dialogue on it was given up half-way;
//! what the server says late is then read as its answer to the next letter, which may
//! so count as taken when it was not. Here only a connection is kept whose dialogue has
//! come to its end; every other one is closed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use percent_encoding::percent_decode_str;
use tokio::time::timeout;
use url::Url;

use super::Message;
use super::transport::{SendError, build};
use crate::ids::MailId;

/// The whole dialogue ends within this time, connecting and encryption included.
const LIMIT: Duration = Duration::from_secs(30);
/// Connecting alone.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// A server that refused a letter is told goodbye, but not for long.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);
/// A connection that rested longer is not used again: servers end them by then.
const REST: Duration = Duration::from_secs(60);

/// Mail through a server; clones share its connections.
#[derive(Clone)]
pub struct SmtpMail {
    server: Arc<Server>,
    sender: Mailbox,
    limit: Duration,
}

struct Server {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
    /// Between two letters; never more than letters are sent at the same time.
    resting: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

enum Security {
    /// For a relay on this machine.
    None,
    /// STARTTLS, or nothing is sent.
    StartTls(TlsParameters),
    /// TLS from the first byte.
    Tls(TlsParameters),
}

/// Why an address of a mail server is none; without the address, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use smtp://HOST:PORT, smtp://…?tls=required or smtps://…")]
pub struct NoServer;

impl SmtpMail {
    /// Reads `smtp://user:password@host:port` (with `?tls=required` for STARTTLS) or
    /// `smtps://…`. A path is the name by which we greet.
    ///
    /// # Errors
    /// When the URL is none.
    pub fn new(url: &str, sender: Mailbox) -> Result<Self, NoServer> {
        Ok(Self { server: Arc::new(Server::parse(url)?), sender, limit: LIMIT })
    }

    /// With less patience than in earnest, for tests.
    pub fn within(self, limit: Duration) -> Self {
        Self { limit, ..self }
    }

    pub(super) async fn send(&self, id: &MailId, message: &Message) -> Result<(), SendError> {
        let mail = build(&self.sender, id, message)?;
        let late = |_| SendError::Temporary("the mail server did not finish in time".into());
        timeout(self.limit, self.server.deliver(&mail)).await.map_err(late)?
    }
}

impl Server {
    fn parse(url: &str) -> Result<Self, NoServer> {
        let url = Url::parse(url).map_err(|_| NoServer)?;
        let host = url.host_str().ok_or(NoServer)?.trim_matches(['[', ']']).to_owned();
        let tls = || TlsParameters::new(host.clone()).map_err(|_| NoServer);
        let wanted = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (port, security) = match (url.scheme(), wanted.as_deref()) {
            ("smtp", None) => (25, Security::None),
            ("smtp", Some("required")) => (587, Security::StartTls(tls()?)),
            ("smtps", _) => (465, Security::Tls(tls()?)),
            _ => return Err(NoServer),
        };
        let plain = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
        let credentials = url.password().map(|password| {
            let (name, password) = (plain(url.username()), plain(password));
            Ok::<_, NoServer>(Credentials::new(name.map_err(|_| NoServer)?, password.map_err(|_| NoServer)?))
        });
        let name = url.path().trim_matches('/');
        Ok(Self {
            port: url.port().unwrap_or(port),
            credentials: credentials.transpose()?,
            hello: if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) },
            security,
            host,
            resting: Mutex::default(),
        })
    }

    async fn deliver(&self, mail: &lettre::Message) -> Result<(), SendError> {
        let mut connection = self.connection().await.map_err(ours)?;
        match dialogue(&mut connection, mail).await {
            Ok(()) => {
                self.resting().push((connection, Instant::now()));
                Ok(())
            }
            Err(refused) => {
                let _ = timeout(GOODBYE_LIMIT, connection.abort()).await;
                Err(refused)
            }
        }
    }

    /// One that rested, if its server still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        while let Some(mut rested) = self.rested() {
            if rested.test_connected().await {
                return Ok(rested);
            }
        }
        let tls = match &self.security {
            Security::Tls(tls) => Some(tls.clone()),
            Security::None | Security::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT_LIMIT), &self.hello, tls, None).await?;
        if let Security::StartTls(tls) = &self.security {
            // An error where the server does not offer it: nothing goes in clear.
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn rested(&self) -> Option<AsyncSmtpConnection> {
        let mut resting = self.resting();
        resting.retain(|(_, since)| since.elapsed() < REST);
        resting.pop().map(|(connection, _)| connection)
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One letter. Each answer must be the one that its question has: a letter counts as
/// taken only by a 250 after its final dot.
async fn dialogue(connection: &mut AsyncSmtpConnection, mail: &lettre::Message) -> Result<(), SendError> {
    let envelope = mail.envelope();
    let from = Mail::new(envelope.from().cloned(), Vec::new());
    expect(250, connection.command(from).await.map_err(ours)?)?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(of_the_letter)?;
    }
    expect(354, connection.command(Data).await.map_err(of_the_letter)?)?;
    expect(250, connection.message(&mail.formatted()).await.map_err(of_the_letter)?)
}

fn expect(code: u16, answer: Response) -> Result<(), SendError> {
    if answer.has_code(code) {
        return Ok(());
    }
    Err(SendError::Temporary(format!("the mail server answered {} where {code} belongs", answer.code())))
}

/// Connection, encryption, login, sender: no fault of the letter, whatever the server
/// says. Mended by the operator, and the letter goes out.
fn ours(error: SmtpError) -> SendError {
    SendError::Temporary(error.to_string())
}

fn of_the_letter(error: SmtpError) -> SendError {
    if error.is_permanent() { SendError::Permanent(error.to_string()) } else { SendError::Temporary(error.to_string()) }
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
