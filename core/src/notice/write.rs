//! Writing a notice, showing it, and ending it.

use diesel::prelude::*;

use super::input::Input;
use super::life::{Action, State};
use super::model::{Notice, get, joined};
use crate::attachment::{self, Subject as Files};
use crate::audit::Deed;
use crate::content::may_edit;
use crate::content::version::{self, Subject};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::NoticeId;
use crate::refusal::Refusal;
use crate::schema::{notice_reads, notices};
use crate::scope::StaffScope;

/// Begins a notice.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn draft(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input) -> Result<NoticeId> {
    may_edit(scope)?;
    let now = tx.now();
    let row = Notice {
        id: NoticeId::mint(),
        state: State::Draft,
        revision: 1,
        version: 1,
        category: input.category,
        important: input.important,
        popup: input.popup,
        banner: input.banner,
        title: input.title.clone(),
        body: input.body.clone(),
        site: input.site,
        kinds: joined(input.kinds.iter().map(|kind| kind.as_str())),
        prefectures: joined(input.prefectures.iter().map(|place| place.as_str())),
        starts_at: input.starts_at.unwrap_or(now),
        ends_at: input.ends_at,
        made_by: scope.staff().clone(),
        created_at: now,
        amended_at: None,
    };
    diesel::insert_into(notices::table).values(&row).execute(tx.conn())?;
    version::keep(tx, (Subject::Notice, row.id.as_str()), 1, &input.words(), "")?;
    tx.record(Deed::new("notice.drafted", "notices", row.id.as_str()))?;
    Ok(row.id)
}

/// Changes what a notice says; `seen` is the revision that was looked at.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody changed it meanwhile; [`Refusal::NotInThisState`].
pub fn amend(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&NoticeId, i32),
    input: &Input,
    comment: &str,
) -> Result<()> {
    let notice = held(tx, scope, id, Action::Amend)?;
    if notice.revision != seen {
        return Err(Error::Conflict);
    }
    let now = tx.now();
    let is_out = notice.standing(now) == State::Published;
    // What has appeared has begun, whatever the form says.
    let starts_at = if is_out { notice.starts_at } else { input.starts_at.unwrap_or(now) };
    let state = if notice.state == State::Published && starts_at > now { State::Scheduled } else { notice.state };
    let changed = diesel::update(notices::table.find(id).filter(notices::revision.eq(seen)))
        .set((
            notices::revision.eq(seen + 1),
            notices::version.eq(notice.version + 1),
            notices::state.eq(state),
            notices::category.eq(input.category),
            notices::important.eq(input.important),
            notices::popup.eq(input.popup),
            notices::banner.eq(input.banner),
            notices::title.eq(&input.title),
            notices::body.eq(&input.body),
            notices::site.eq(input.site),
            notices::kinds.eq(joined(input.kinds.iter().map(|kind| kind.as_str()))),
            notices::prefectures.eq(joined(input.prefectures.iter().map(|place| place.as_str()))),
            notices::starts_at.eq(starts_at),
            notices::ends_at.eq(input.ends_at),
            notices::amended_at.eq(if is_out { Some(now) } else { notice.amended_at }),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    version::keep(tx, (Subject::Notice, id.as_str()), notice.version + 1, &input.words(), comment)?;
    tx.record(Deed::new("notice.amended", "notices", id.as_str()).changed(
        "version",
        notice.version,
        notice.version + 1,
    ))
}

/// Asks a colleague to look at it.
///
/// # Errors
/// As [`amend`].
pub fn submit(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::Submit, "notice.submitted")
}

/// Gives it back to be mended.
///
/// # Errors
/// As [`amend`].
pub fn send_back(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::SendBack, "notice.sent_back")
}

/// Calls off what has not appeared yet.
///
/// # Errors
/// As [`amend`].
pub fn take_back(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::TakeBack, "notice.taken_back")
}

fn step(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, action: Action, deed: &'static str) -> Result<()> {
    let notice = held(tx, scope, id, action)?;
    let to = super::TRANSITIONS.iter().find(|(from, by, _)| *from == notice.state && *by == action);
    let Some((_, _, Some(to))) = to else { return Err(Refusal::NotInThisState.into()) };
    advance(tx, &notice, *to, notice.starts_at, notice.ends_at, deed)
}

/// Shows it: now, or when its time comes.
///
/// # Errors
/// As [`amend`]; [`Refusal::NotInThisState`] also when its time is over.
pub fn publish(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    let notice = held(tx, scope, id, Action::Publish)?;
    let now = tx.now();
    let starts_at = notice.starts_at.max(now);
    if notice.ends_at.is_some_and(|end| end <= starts_at) {
        return Err(Refusal::NotInThisState.into());
    }
    let to = if starts_at > now { State::Scheduled } else { State::Published };
    advance(tx, &notice, to, starts_at, notice.ends_at, "notice.published")
}

/// Shows it no more.
///
/// # Errors
/// As [`amend`].
pub fn end(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    let now = tx.now();
    let notice = held(tx, scope, id, Action::End)?;
    advance(tx, &notice, State::Ended, notice.starts_at, Some(now), "notice.ended")
}

/// Throws away what never appeared, with its files.
///
/// # Errors
/// As [`amend`].
pub fn discard(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    held(tx, scope, id, Action::Discard)?;
    attachment::drop_all(tx, Files::Notice, &[id.as_str()])?;
    diesel::delete(notice_reads::table.filter(notice_reads::notice_id.eq(id))).execute(tx.conn())?;
    diesel::delete(notices::table.find(id)).execute(tx.conn())?;
    tx.record(Deed::new("notice.discarded", "notices", id.as_str()))
}

/// Writes down what the clock has done: what was scheduled has appeared, what had an
/// end is over. Answers how many.
///
/// # Errors
/// From the database only.
pub fn tick(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let due = |conn: &mut Conn| -> Result<Vec<Notice>> {
        let over = notices::ends_at.le(now).and(notices::state.eq_any([State::Scheduled, State::Published]));
        let begun = notices::state.eq(State::Scheduled).and(notices::starts_at.le(now));
        // `ends_at` may be null, and null is not true.
        let due = notices::table.filter(begun.nullable().or(over));
        Ok(due.order(notices::id).limit(500).select(Notice::as_select()).load(conn)?)
    };
    let due = due(tx.conn())?;
    for notice in &due {
        let (to, deed) = match notice.standing(now) {
            State::Ended => (State::Ended, "notice.over"),
            _ => (State::Published, "notice.appeared"),
        };
        advance(tx, notice, to, notice.starts_at, notice.ends_at, deed)?;
    }
    Ok(due.len())
}

/// The notice, if these hands may do that to it as it stands by the clock.
fn held(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, action: Action) -> Result<Notice> {
    may_edit(scope)?;
    let (now, notice) = (tx.now(), get(tx.conn(), scope, id)?);
    if notice.standing(now).allows(action) { Ok(notice) } else { Err(Refusal::NotInThisState.into()) }
}

/// The one place that moves a notice on.
fn advance(
    tx: &mut Tx<'_>,
    notice: &Notice,
    to: State,
    starts_at: At,
    ends_at: Option<At>,
    deed: &'static str,
) -> Result<()> {
    let same = notices::table
        .find(&notice.id)
        .filter(notices::state.eq(notice.state).and(notices::revision.eq(notice.revision)));
    let changed = diesel::update(same)
        .set((
            notices::state.eq(to),
            notices::revision.eq(notice.revision + 1),
            notices::starts_at.eq(starts_at),
            notices::ends_at.eq(ends_at),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let (from, to) = (notice.state.as_str(), to.as_str());
    tx.record(Deed::new(deed, "notices", notice.id.as_str()).changed("state", from, to))
}
