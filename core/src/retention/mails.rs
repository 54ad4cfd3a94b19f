//! Letters that went out long ago: whom they went to, what they were called, what the
//! mail server said of the address, and what it would take to send them again. That a
//! letter of this sort went out, and when, stays.

use diesel::prelude::*;
use serde_json::json;

use super::rule::{Erased, Key, Rule, after, leftovers, untold};
use super::terms::Topic;
use crate::audit::Deed;
use crate::db::At;
use crate::ids::MailId;
use crate::mail::MailJob;
use crate::queue::{Job, JobState};
use crate::schema::{jobs, mails};

/// A letter is tried for a day; what waits after a term waits for nobody.
macro_rules! old {
    ($cut:expr) => {
        mails::table.filter(mails::erased_at.is_null()).filter(mails::created_at.le($cut.at))
    };
}

pub(super) const RULE: Rule = Rule {
    topic: Topic::Mail,
    due: |conn, cut, after, limit| {
        let rows: Vec<(At, MailId)> = old!(cut)
            .filter(after!(after, mails::created_at, mails::id))
            .order((mails::created_at, mails::id))
            .limit(limit)
            .select((mails::created_at, mails::id))
            .load(conn)?;
        Ok(rows.into_iter().map(Key::from).collect())
    },
    count_due: |conn, cut| Ok(old!(cut).count().get_result(conn)?),
    erase: |tx, cut, id| {
        let now = tx.now();
        let things = diesel::update(old!(cut).filter(mails::id.eq(id)))
            .set((
                mails::recipient.eq(""),
                mails::subject.eq(""),
                mails::last_error.eq(None::<String>),
                mails::report.eq(None::<String>),
                mails::ids.eq(None::<String>),
                mails::erased_at.eq(now),
            ))
            .execute(tx.conn())?;
        if things == 1 {
            tx.record(Deed::new("mail.erased", "mails", id).with(json!({ "rule": Topic::Mail })))?;
        }
        Ok(Erased { things, files: Vec::new() })
    },
    also: Some(|tx, cut| {
        // What a mail server answers names the address more often than not.
        let dead = jobs::table
            .filter(jobs::kind.eq(MailJob::KIND))
            .filter(jobs::state.eq(JobState::Dead))
            .filter(jobs::finished_at.le(cut.at).assume_not_null())
            .filter(jobs::last_error.is_not_null());
        Ok(diesel::update(dead).set(jobs::last_error.eq(None::<String>)).execute(tx.conn())?)
    }),
    count_erased: |conn| Ok(mails::table.filter(mails::erased_at.is_not_null()).count().get_result(conn)?),
    leftovers: |conn, _| {
        let erased = || mails::table.filter(mails::erased_at.is_not_null()).select(mails::id);
        let named: Vec<MailId> = erased().filter(mails::recipient.ne("").or(mails::subject.ne(""))).load(conn)?;
        let said: Vec<MailId> = erased()
            .filter(mails::last_error.is_not_null().or(mails::report.is_not_null()).or(mails::ids.is_not_null()))
            .load(conn)?;
        let silent: Vec<MailId> = untold!(mails, "mail.erased").select(mails::id).load(conn)?;
        let named = leftovers(named, "its recipient or subject");
        let said = leftovers(said, "the mail server's words or its ids");
        Ok(named.chain(said).chain(leftovers(silent, "no event in the audit trail")).collect())
    },
};
