//! Letters that come back: a mail server on the way could not deliver what ours took,
//! and says so in a mail to the sender (RFC 3464). Those mails lie in a maildir, which
//! the workers read each minute.
//!
//! - [`maildir`]: the folder. Files move from `new` to `cur` when they are done with and
//!   are never deleted.
//! - [`report`]: what such a mail says.
//! - [`note`]: what becomes of our letter. Doing it twice changes nothing, so a file may
//!   be read by two workers, or again after a crash before it was moved.
//!
//! Anybody can write to the sender's address. A report counts only for a letter of ours,
//! by its Message-ID (which only its recipient knows) and its recipient together.

mod maildir;
mod note;
mod report;

pub use maildir::Maildir;

use metrics::counter;

use crate::db::{Actor, Db};
use crate::error::{Error, Result};
use maildir::{Came, End};

/// Files in one round: the rest is read in the next.
const ROUND: usize = 200;

/// Reads what came; answers how many reports were about letters of ours.
///
/// # Errors
/// When the folder cannot be read, or from the database. What was not moved is read again.
pub async fn read_new(db: &Db, maildir: &Maildir) -> Result<usize> {
    let (mut noted, mut fault) = (0, None);
    for came in aside(maildir, |maildir| maildir.come(ROUND)).await?.map_err(Error::internal)? {
        let Came { file, report } = came;
        let ours = match report {
            Some(report) => db.write(Actor::system(), move |tx| note::note(tx, &report)).await?,
            None => false,
        };
        noted += usize::from(ours);
        // What is not understood stays new to whoever opens the mailbox.
        let end = if ours { End::Seen } else { End::Unseen };
        counter!("uketsuke_bounces_read_total", "outcome" => end.as_str()).increment(1);
        let moved = aside(maildir, move |maildir| maildir.finish(&file, end)).await?;
        // The others are read all the same.
        fault = fault.or(moved.err());
    }
    fault.map_or(Ok(noted), |fault| Err(Error::internal(fault)))
}

/// Files are waited for elsewhere.
async fn aside<T: Send + 'static>(maildir: &Maildir, work: impl FnOnce(&Maildir) -> T + Send + 'static) -> Result<T> {
    let maildir = maildir.clone();
    tokio::task::spawn_blocking(move || work(&maildir)).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests;
