//! The mail job: composes in a short transaction, commits, sends, notes it.
//!
//! A crash between sending and noting sends again with the same Message-ID: at
//! least once. What the mail server refuses for good is marked failed and the
//! job is dead; what it refuses for now is tried for a day, then failed too.

use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::mail::{
    MailContext, MailJob, Message, SendError, note_failed, note_needless, note_sent, record_mail, was_sent,
};
use uketsuke_core::queue::{self, ClaimedJob};

use crate::jobs::Failure;
use crate::{Works, letters};

/// Runs one mail job.
///
/// # Errors
/// [`Failure`], which tells what should become of the job.
pub async fn run(works: Works, job: ClaimedJob) -> std::result::Result<(), Failure> {
    let mail: MailJob = serde_json::from_str(&job.payload).map_err(|e| Failure::Kill(e.to_string()))?;
    let compose =
        letters::find(&mail.letter).ok_or_else(|| Failure::Kill(format!("no letter is called {}", mail.letter)))?;
    let (task, context) = (mail.clone(), works.context.clone());
    let written = works.db.write(Actor::system(), move |tx| write(tx, &task, compose, &context)).await?;
    let Some(message) = written else { return Ok(()) };
    let outcome = works.transport.send(&mail.mail, &message).await;
    note(&works, job, mail, outcome).await
}

/// Composes the letter and notes that it exists; `None` when nothing is to be
/// sent, because the letter has become needless or went out already.
fn write(
    tx: &mut Tx<'_>,
    mail: &MailJob,
    compose: uketsuke_core::mail::Composer,
    context: &MailContext,
) -> Result<Option<Message>> {
    if was_sent(tx.conn(), &mail.mail)? {
        return Ok(None);
    }
    let message = compose(tx, &mail.ids, context)?;
    match &message {
        Some(message) => record_mail(tx, &mail.mail, (&mail.letter, &mail.ids), message)?,
        None => note_needless(tx, &mail.mail)?,
    }
    Ok(message)
}

async fn note(
    works: &Works,
    job: ClaimedJob,
    mail: MailJob,
    outcome: std::result::Result<(), SendError>,
) -> std::result::Result<(), Failure> {
    let (failure, error, for_good) = match outcome {
        Ok(()) => {
            works.db.write(Actor::system(), move |tx| note_sent(tx, &mail.mail)).await?;
            return Ok(());
        }
        Err(SendError::Temporary(error)) => (Failure::Wait(error.clone()), error, false),
        Err(SendError::Permanent(error)) => (Failure::Kill(error.clone()), error, true),
    };
    let noted = works.db.write(Actor::system(), move |tx| {
        // The job dies of it, and nobody tries any more.
        let for_good = for_good || queue::is_out_of_patience(tx, &job)?;
        note_failed(tx, &mail.mail, &error, for_good)
    });
    noted.await?;
    Err(failure)
}
