//! How the queues stand at this moment, for those who watch the machines.

use diesel::prelude::*;

use crate::application::State;
use crate::db::{At, Conn};
use crate::error::Result;
use crate::mail::MailState;
use crate::queue::JobState;
use crate::scan::ScanState;
use crate::schema::{applications, attachments, evidence, jobs, mails};

/// See the module. What is over and done with is not counted: there may be millions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Jobs that wait, run, or have failed for good.
    pub jobs: Vec<(JobState, i64)>,
    /// How long ago the oldest job became due that nobody has begun, seconds.
    pub oldest_due_seconds: i64,
    /// Letters that wait for the mail server, were refused for good, or came back.
    pub mails: Vec<(MailState, i64)>,
    /// Applications that wait for a reviewer, or are with one.
    pub applications: Vec<(State, i64)>,
    /// How long ago the oldest of them that has no reviewer was sent, seconds.
    pub oldest_unassigned_seconds: i64,
    /// Files without a verdict of the virus scanner.
    pub unscanned: i64,
}

const OPEN_JOBS: [JobState; 3] = [JobState::Ready, JobState::Running, JobState::Dead];
const OPEN_MAILS: [MailState; 3] = [MailState::Pending, MailState::Failed, MailState::Bounced];
const OPEN_APPLICATIONS: [State; 4] = [State::Submitted, State::InReview, State::AwaitingApproval, State::Returned];

/// Looks.
///
/// # Errors
/// From the database only.
pub fn read(conn: &mut Conn, now: At) -> Result<Vitals> {
    let due = jobs::table.filter(jobs::state.eq(JobState::Ready)).filter(jobs::run_at.le(now));
    let oldest_due: Option<At> = due.select(diesel::dsl::min(jobs::run_at)).first(conn)?;
    let submitted = applications::table.filter(applications::state.eq(State::Submitted));
    let oldest_sent: Option<At> = submitted.select(diesel::dsl::min(applications::submitted_at)).first(conn)?;
    let pending_evidence = evidence::table
        .filter(evidence::scan.eq(ScanState::Pending))
        .filter(evidence::storage_key.is_not_null())
        .count();
    let pending_attached = attachments::table.filter(attachments::scan.eq(ScanState::Pending)).count();
    Ok(Vitals {
        jobs: each(OPEN_JOBS, |state| Ok(jobs::table.filter(jobs::state.eq(state)).count().get_result(conn)?))?,
        oldest_due_seconds: age(oldest_due, now),
        mails: each(OPEN_MAILS, |state| Ok(mails::table.filter(mails::state.eq(state)).count().get_result(conn)?))?,
        applications: each(OPEN_APPLICATIONS, |state| {
            Ok(applications::table.filter(applications::state.eq(state)).count().get_result(conn)?)
        })?,
        oldest_unassigned_seconds: age(oldest_sent, now),
        unscanned: pending_evidence.get_result::<i64>(conn)? + pending_attached.get_result::<i64>(conn)?,
    })
}

/// Also those of which there are none: a figure that is missing alarms nobody.
fn each<S: Copy, const N: usize>(states: [S; N], mut count: impl FnMut(S) -> Result<i64>) -> Result<Vec<(S, i64)>> {
    states.into_iter().map(|state| Ok((state, count(state)?))).collect()
}

fn age(since: Option<At>, now: At) -> i64 {
    since.map_or(0, |since| (now.utc() - since.utc()).num_seconds().max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Actor;
    use crate::queue::Job;
    use crate::testing::test_db;

    #[derive(serde::Serialize)]
    struct Nothing;

    impl Job for Nothing {
        const KIND: &'static str = "nothing";
    }

    #[test]
    fn what_waits_is_counted_with_its_age_and_what_is_done_is_not() {
        let db = test_db();
        let look = || db.read_blocking(|c| read(c, db.clock.now().into())).unwrap();
        let quiet = look();
        assert_eq!(quiet.jobs, [(JobState::Ready, 0), (JobState::Running, 0), (JobState::Dead, 0)]);
        assert_eq!((quiet.oldest_due_seconds, quiet.oldest_unassigned_seconds, quiet.unscanned), (0, 0, 0));
        db.write_blocking(Actor::system(), |tx| tx.enqueue(&Nothing)).unwrap();
        let later = db.clock.now() + chrono::Duration::minutes(5);
        db.write_blocking(Actor::system(), |tx| tx.enqueue_at(&Nothing, later.into())).unwrap();
        db.clock.advance(chrono::Duration::seconds(90));
        let waiting = look();
        assert_eq!((waiting.jobs[0], waiting.oldest_due_seconds), ((JobState::Ready, 2), 90));
        let done = |tx: &mut crate::db::Tx<'_>| {
            let job = crate::queue::claim(tx, "w")?.expect("one is due");
            crate::queue::finish(tx, &job)
        };
        db.write_blocking(Actor::system(), done).unwrap();
        assert_eq!((look().jobs[0], look().oldest_due_seconds), ((JobState::Ready, 1), 0));
    }
}
