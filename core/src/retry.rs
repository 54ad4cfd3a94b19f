//! What staff do when something is stuck: run a job that was given up again, send
//! a mail once more.

use diesel::prelude::*;

use crate::audit::Deed;
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::ids::{JobId, MailId};
use crate::mail::{MailJob, MailState};
use crate::queue::JobState;
use crate::refusal::Refusal;
use crate::schema::{jobs, mails};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The most jobs that are run again at once.
pub const MOST_AT_ONCE: i64 = 500;

/// Runs a dead job again, with all its tries. A second click finds it waiting.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`.
pub fn retry_job(tx: &mut Tx<'_>, scope: &StaffScope, id: &JobId) -> Result<()> {
    may(scope, Permission::ManageJobs)?;
    let kind: String = jobs::table.find(id).select(jobs::kind).first(tx.conn())?;
    if revive(tx, std::slice::from_ref(id))? == 1 {
        tx.record(Deed::new("job.retried", "jobs", id.as_str()).with(serde_json::json!({ "kind": kind })))?;
    }
    Ok(())
}

/// Runs every dead job of a kind again, the oldest first, up to
/// [`MOST_AT_ONCE`]; answers how many.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn retry_jobs(tx: &mut Tx<'_>, scope: &StaffScope, kind: &str) -> Result<usize> {
    may(scope, Permission::ManageJobs)?;
    let dead: Vec<JobId> = jobs::table
        .filter(jobs::state.eq(JobState::Dead))
        .filter(jobs::kind.eq(kind))
        .order(jobs::id)
        .limit(MOST_AT_ONCE)
        .select(jobs::id)
        .load(tx.conn())?;
    let revived = revive(tx, &dead)?;
    tx.record(Deed::new("job.retried", "jobs", "").with(serde_json::json!({ "kind": kind, "count": revived })))?;
    Ok(revived)
}

fn revive(tx: &mut Tx<'_>, ids: &[JobId]) -> Result<usize> {
    let now = tx.now();
    let dead = jobs::table.filter(jobs::id.eq_any(ids)).filter(jobs::state.eq(JobState::Dead));
    Ok(diesel::update(dead)
        .set((
            jobs::state.eq(JobState::Ready),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
            // Its age counts anew too, or what waits for a server outside would be given up at once.
            jobs::created_at.eq(now),
            jobs::finished_at.eq(None::<At>),
        ))
        .execute(tx.conn())?)
}

/// Sends a letter once more, composed from what is true now; a link in it is a
/// new one. What has become needless is not sent. A second click within a minute
/// sends nothing.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`; `Refused(NotInThisState)` while
/// it still waits to be sent, or when it was written before letters could be.
pub fn resend_mail(tx: &mut Tx<'_>, scope: &StaffScope, id: &MailId) -> Result<()> {
    may(scope, Permission::ResendMail)?;
    let (letter, ids, state): (String, Option<String>, MailState) =
        mails::table.find(id).select((mails::letter, mails::ids, mails::state)).first(tx.conn())?;
    let Some(ids) = ids.filter(|_| state != MailState::Pending) else {
        return Err(Refusal::NotInThisState.into());
    };
    let minute = tx.now().utc().timestamp() / 60;
    let job = MailJob { letter, ids, mail: MailId::mint() };
    if tx.enqueue_once(&job, &format!("resend:{id}:{minute}"))? {
        tx.record(Deed::new("mail.resent", "mails", id.as_str()))?;
    }
    Ok(())
}

fn may(scope: &StaffScope, permission: Permission) -> Result<()> {
    if scope.may(permission) { Ok(()) } else { Err(Error::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Actor;
    use crate::mail::{Message, note_failed, record_mail};
    use crate::staff::role::Role;
    use crate::testing::{TestDb, add_staff, test_db};

    fn failed_mail(db: &TestDb, ids: &str) -> MailId {
        let id = MailId::mint();
        db.write_blocking(Actor::system(), |tx| {
            let message = Message { to: "taro@example.jp".into(), subject: "件名".into(), ..Message::default() };
            record_mail(tx, &id, ("application_received", ids), &message)?;
            note_failed(tx, &id, "550 no such user", true)
        })
        .expect("a mail");
        id
    }

    fn waiting(db: &TestDb) -> Vec<String> {
        db.read_blocking(|c| Ok(jobs::table.filter(jobs::state.eq(JobState::Ready)).select(jobs::payload).load(c)?))
            .expect("reads")
    }

    #[test]
    fn a_mail_is_sent_once_more_as_a_new_one_and_two_clicks_send_one() {
        let db = test_db();
        let (support, auditor) = (add_staff(&db, Role::Support), add_staff(&db, Role::Auditor));
        let id = failed_mail(&db, "{\"application\":\"x\"}");
        let resend = |scope: &StaffScope| db.write_blocking(scope.actor(), |tx| resend_mail(tx, scope, &id));
        assert!(matches!(resend(&auditor), Err(Error::Forbidden)));
        resend(&support).expect("sent");
        resend(&support).expect("a second click changes nothing");
        let payloads = waiting(&db);
        assert_eq!(payloads.len(), 1);
        assert!(payloads[0].contains("application_received") && !payloads[0].contains(id.as_str()), "{payloads:?}");
        db.clock.advance(chrono::Duration::minutes(1));
        resend(&support).expect("and again later");
        assert_eq!(waiting(&db).len(), 2);
    }

    #[test]
    fn a_dead_job_runs_again_with_all_its_tries() {
        let db = test_db();
        let (admin, support) = (add_staff(&db, Role::Administrator), add_staff(&db, Role::Support));
        db.write_blocking(Actor::system(), |tx| {
            let job = |mail| MailJob { letter: "x".into(), ids: "{}".into(), mail };
            tx.enqueue(&job(MailId::mint()))?;
            tx.enqueue(&job(MailId::mint()))?;
            diesel::update(jobs::table)
                .set((jobs::state.eq(JobState::Dead), jobs::attempts.eq(20)))
                .execute(tx.conn())?;
            Ok(())
        })
        .expect("two dead jobs");
        let first: JobId = db.read_blocking(|c| Ok(jobs::table.order(jobs::id).select(jobs::id).first(c)?)).unwrap();
        let refused = db.write_blocking(support.actor(), |tx| retry_job(tx, &support, &first));
        assert!(matches!(refused, Err(Error::Forbidden)));
        for _ in 0..2 {
            db.write_blocking(admin.actor(), |tx| retry_job(tx, &admin, &first)).expect("runs again");
        }
        assert_eq!(waiting(&db).len(), 1);
        let rest = db.write_blocking(admin.actor(), |tx| retry_jobs(tx, &admin, "mail")).expect("the rest too");
        assert_eq!((rest, waiting(&db).len()), (1, 2));
        let attempts: Vec<i32> = db.read_blocking(|c| Ok(jobs::table.select(jobs::attempts).load(c)?)).unwrap();
        assert_eq!(attempts, [0, 0]);
    }
}
