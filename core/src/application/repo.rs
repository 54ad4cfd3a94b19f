//! The engine's SQL. `advance` alone writes a state, and with it the history.

use std::collections::HashMap;

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::kind::ApplicationKind;
use super::model::{Application, Document, Event, EventDetail, Fault, Filing};
use super::procedure::{Case, Method, OpenFields, Procedure};
use super::state::{Party, State, Verb, transition};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::ids::{ApplicationEventId, ApplicationId, FaultId, FilingId};
use crate::refusal::Refusal;
use crate::schema::{accounts, application_events, application_faults, applications, facilities, filings};
use crate::scope::FacilityScope;
use crate::{evidence, facility};

/// An application by id, whoever asks: for the engine and the back office.
///
/// # Errors
/// `NotFound`.
pub fn get(conn: &mut Conn, id: &ApplicationId) -> Result<Application> {
    Ok(applications::table.find(id).select(Application::as_select()).first(conn)?)
}

/// An application as far as the scope may see it: a verified person all of the
/// facility's but other people's drafts, anyone else only what they filed.
///
/// # Errors
/// `NotFound`, also for what exists but is not theirs.
pub fn get_in_scope(conn: &mut Conn, scope: &FacilityScope, id: &ApplicationId) -> Result<Application> {
    let application = get(conn, id)?;
    let same_facility = application.facility_id == *scope.facility();
    let own = application.account_id == *scope.account();
    let shared = scope.verified() && application.state != State::Draft;
    if same_facility && (own || shared) { Ok(application) } else { Err(Error::NotFound) }
}

/// The application, if it is still as it was at revision `seen`.
pub(super) fn unchanged(application: Application, seen: i64) -> Result<Application> {
    if application.revision == seen { Ok(application) } else { Err(Error::Conflict) }
}

/// As [`get_in_scope`], and holds the row until the transaction ends: whoever
/// changes it at the same moment comes before or after, never in between.
pub(super) fn hold_in_scope(tx: &mut Tx<'_>, scope: &FacilityScope, id: &ApplicationId) -> Result<Application> {
    let now = tx.now();
    diesel::update(applications::table.find(id)).set(applications::updated_at.eq(now)).execute(tx.conn())?;
    get_in_scope(tx.conn(), scope, id)
}

/// The facility's applications, newest first, as far as the scope may see them.
///
/// # Errors
/// From the database only.
pub fn list_in_scope(conn: &mut Conn, scope: &FacilityScope) -> Result<Vec<Application>> {
    let own = applications::account_id.eq(scope.account().clone());
    let shared = applications::state.ne(State::Draft);
    let mut query = applications::table
        .filter(applications::facility_id.eq(scope.facility()))
        .filter(applications::state.ne(State::Discarded))
        .into_boxed();
    query = if scope.verified() { query.filter(own.or(shared)) } else { query.filter(own) };
    Ok(query
        .order((applications::created_at.desc(), applications::id.desc()))
        .limit(200)
        .select(Application::as_select())
        .load(conn)?)
}

/// The application with all that its procedure looks at.
///
/// # Errors
/// From the database only.
pub fn case(conn: &mut Conn, application: Application) -> Result<Case> {
    let open = match application.state {
        State::Returned => OpenFields::Only(open_faults(conn, &application.id)?.into_iter().map(|f| f.field).collect()),
        _ => OpenFields::All,
    };
    Ok(Case {
        facility: facility::repo::get(conn, &application.facility_id)?,
        document: application.document()?,
        evidence: evidence::repo::list(conn, &application.id)?,
        application,
        open,
    })
}

/// The person's draft of this kind for the facility, if there is one.
pub(super) fn find_draft(
    conn: &mut Conn,
    scope: &FacilityScope,
    kind: ApplicationKind,
) -> Result<Option<ApplicationId>> {
    Ok(applications::table
        .filter(applications::facility_id.eq(scope.facility()))
        .filter(applications::account_id.eq(scope.account()))
        .filter(applications::kind.eq(kind))
        .filter(applications::state.eq(State::Draft))
        .select(applications::id)
        .first(conn)
        .optional()?)
}

/// The facility's application of this kind that is open or approved: there is
/// one at most, by a unique index.
///
/// # Errors
/// From the database only.
pub fn find_standing(
    conn: &mut Conn,
    facility: &crate::ids::FacilityId,
    kind: ApplicationKind,
) -> Result<Option<(ApplicationId, State)>> {
    Ok(applications::table
        .filter(applications::facility_id.eq(facility))
        .filter(applications::kind.eq(kind))
        .filter(applications::state.eq_any(State::open().filter(|s| *s != State::Draft).chain([State::Approved])))
        // One under way before those approved.
        .order((applications::decided_at.is_not_null(), applications::id))
        .select((applications::id, applications::state))
        .first(conn)
        .optional()?)
}

/// Whether the facility has an application under way, of whatever kind.
///
/// # Errors
/// From the database only.
pub fn has_open(conn: &mut Conn, facility: &crate::ids::FacilityId) -> Result<bool> {
    let open = applications::table
        .filter(applications::facility_id.eq(facility))
        .filter(applications::state.eq_any(State::open().filter(|s| *s != State::Draft)));
    let count: i64 = open.count().get_result(conn)?;
    Ok(count > 0)
}

pub(super) fn insert_draft(
    tx: &mut Tx<'_>,
    scope: &FacilityScope,
    kind: ApplicationKind,
    document: &Document,
) -> Result<Option<ApplicationId>> {
    let (id, now, text) = (ApplicationId::mint(), tx.now(), serde_json::to_string(document)?);
    let inserted = tx.insert_once(|c| {
        diesel::insert_into(applications::table)
            .values((
                applications::id.eq(&id),
                applications::kind.eq(kind),
                applications::facility_id.eq(scope.facility()),
                applications::account_id.eq(scope.account()),
                applications::state.eq(State::Draft),
                applications::document.eq(text),
                applications::revision.eq(0),
                applications::created_at.eq(now),
                applications::updated_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(inserted.then_some(id))
}

/// Keeps the document while the application is editable.
pub(super) fn save_document(tx: &mut Tx<'_>, application: &Application, document: &Document) -> Result<()> {
    let (now, text) = (tx.now(), serde_json::to_string(document)?);
    let saved = diesel::update(applications::table.find(&application.id))
        .filter(applications::state.eq(application.state))
        .set((applications::document.eq(text), applications::updated_at.eq(now)))
        .execute(tx.conn())?;
    if saved == 1 { Ok(()) } else { Err(Error::Conflict) }
}

/// The facility already has one of this kind under way.
pub(super) const fn open_already(kind: ApplicationKind) -> Refusal {
    match kind {
        ApplicationKind::UsageStart => Refusal::UsageStartOpen,
        _ => Refusal::ApplicationOpen,
    }
}

/// Moves an application along one arrow of the table, for this party, and
/// writes the history row. The only writer of `state`.
///
/// # Errors
/// `Refused(NotInThisState)` when there is no such arrow, `Conflict` when
/// somebody was faster, [`open_already`] when the facility already has one.
pub(super) fn advance(
    tx: &mut Tx<'_>,
    application: &Application,
    (by, verb): (Party, Verb),
    reason: &str,
    detail: &EventDetail,
) -> Result<ApplicationEventId> {
    let arrow = transition(application.state, verb).filter(|arrow| arrow.by == by).ok_or(Refusal::NotInThisState)?;
    let now = tx.now();
    let mut changed = 0;
    let unique = tx.insert_once(|c| {
        changed = diesel::update(applications::table.find(&application.id))
            .filter(applications::state.eq(arrow.from))
            .filter(applications::revision.eq(application.revision))
            .set((
                applications::state.eq(arrow.to),
                applications::revision.eq(application.revision + 1),
                applications::updated_at.eq(now),
            ))
            .execute(c)?;
        Ok(changed)
    })?;
    if !unique {
        return Err(open_already(application.kind).into());
    }
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let id = ApplicationEventId::mint();
    let actor = tx.actor().label();
    diesel::insert_into(application_events::table)
        .values((
            application_events::id.eq(&id),
            application_events::application_id.eq(&application.id),
            application_events::actor.eq(actor),
            application_events::verb.eq(verb),
            application_events::from_state.eq(arrow.from),
            application_events::to_state.eq(arrow.to),
            application_events::reason.eq(reason),
            application_events::detail.eq(serde_json::to_string(detail)?),
            application_events::at.eq(now),
        ))
        .execute(tx.conn())?;
    tx.record(
        crate::audit::Deed::new("application.advanced", "applications", application.id.as_str())
            .at_facility(&application.facility_id)
            .changed("state", arrow.from, arrow.to)
            .with(serde_json::json!({ "verb": verb, "from": arrow.from, "to": arrow.to })),
    )?;
    Ok(id)
}

/// Freezes a document as the next filed version.
pub(super) fn insert_filing(
    tx: &mut Tx<'_>,
    application: &ApplicationId,
    procedure: &dyn Procedure,
    values: &serde_json::Value,
) -> Result<()> {
    let version = latest_filing(tx.conn(), application)?.map_or(1, |f| f.version + 1);
    let (now, filed_by) = (tx.now(), tx.actor().label());
    diesel::insert_into(filings::table)
        .values((
            filings::id.eq(FilingId::mint()),
            filings::application_id.eq(application),
            filings::version.eq(version),
            filings::schema_version.eq(procedure.schema_version()),
            filings::document.eq(values.to_string()),
            filings::filed_by.eq(filed_by),
            filings::filed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// The newest filed version.
///
/// # Errors
/// From the database only.
pub fn latest_filing(conn: &mut Conn, application: &ApplicationId) -> Result<Option<Filing>> {
    Ok(filings::table
        .filter(filings::application_id.eq(application))
        .order(filings::version.desc())
        .select(Filing::as_select())
        .first(conn)
        .optional()?)
}

/// The newest filed version of each of these.
///
/// # Errors
/// From the database only.
pub fn latest_filings(conn: &mut Conn, of: &[ApplicationId]) -> Result<HashMap<ApplicationId, Filing>> {
    let rows: Vec<Filing> = filings::table
        .filter(filings::application_id.eq_any(of))
        .order(filings::version)
        .select(Filing::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|filing| (filing.application_id.clone(), filing)).collect())
}

/// Every filed version, oldest first.
///
/// # Errors
/// From the database only.
pub fn list_filings(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Filing>> {
    Ok(filings::table
        .filter(filings::application_id.eq(application))
        .order(filings::version)
        .select(Filing::as_select())
        .load(conn)?)
}

/// The history, newest first. Its order is that of the ids: each is minted while
/// its transaction holds the application, its time may be read a little before.
///
/// # Errors
/// From the database only.
pub fn history(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Event>> {
    Ok(application_events::table
        .filter(application_events::application_id.eq(application))
        .order(application_events::id.desc())
        .select(Event::as_select())
        .load(conn)?)
}

/// The history as applicants may read it, newest first: without what passes
/// between the staff, and without decisions that were undone before anybody
/// outside saw them.
///
/// # Errors
/// As [`history`].
pub fn public_history(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Event>> {
    let mut events = history(conn, application)?;
    let undone: Vec<_> = events.iter().map(Event::detail).collect::<Result<Vec<_>>>()?;
    let undone: HashSet<_> = undone.into_iter().filter_map(|detail| detail.undone).collect();
    events.retain(|event| event.verb.public_label().is_some() && !undone.contains(&event.id));
    Ok(events)
}

/// The faults of the last return that wait for a correction.
///
/// # Errors
/// From the database only.
pub fn open_faults(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Fault>> {
    Ok(application_faults::table
        .filter(application_faults::application_id.eq(application))
        .filter(application_faults::resolved_at.is_null())
        .order(application_faults::id)
        .select(Fault::as_select())
        .load(conn)?)
}

/// Every fault ever named, oldest first, for the history.
///
/// # Errors
/// From the database only.
pub fn all_faults(conn: &mut Conn, application: &ApplicationId) -> Result<Vec<Fault>> {
    Ok(application_faults::table
        .filter(application_faults::application_id.eq(application))
        .order(application_faults::id)
        .select(Fault::as_select())
        .load(conn)?)
}

pub(super) fn insert_fault(
    tx: &mut Tx<'_>,
    application: &ApplicationId,
    event: &ApplicationEventId,
    fault: &super::decide::NamedFault,
) -> Result<()> {
    diesel::insert_into(application_faults::table)
        .values((
            application_faults::id.eq(FaultId::mint()),
            application_faults::application_id.eq(application),
            application_faults::event_id.eq(event),
            application_faults::field.eq(&fault.field),
            application_faults::reason.eq(&fault.reason),
            application_faults::text.eq(&fault.text),
        ))
        .execute(tx.conn())?;
    Ok(())
}

pub(super) fn resolve_faults(tx: &mut Tx<'_>, application: &ApplicationId) -> Result<()> {
    let now = tx.now();
    let open = application_faults::table
        .filter(application_faults::application_id.eq(application))
        .filter(application_faults::resolved_at.is_null());
    diesel::update(open).set(application_faults::resolved_at.eq(now)).execute(tx.conn())?;
    Ok(())
}

pub(super) fn set_due(tx: &mut Tx<'_>, application: &ApplicationId, due_on: NaiveDate) -> Result<()> {
    diesel::update(applications::table.find(application)).set(applications::due_on.eq(due_on)).execute(tx.conn())?;
    Ok(())
}

/// Notes by what the facility proved itself, for the list.
pub(super) fn set_method(tx: &mut Tx<'_>, application: &ApplicationId, method: Option<Method>) -> Result<()> {
    diesel::update(applications::table.find(application)).set(applications::method.eq(method)).execute(tx.conn())?;
    Ok(())
}

/// Whom a letter about an application goes to.
#[derive(Debug, Clone, Queryable)]
pub struct Addressee {
    /// The mail address.
    pub email: String,
    /// 姓
    pub family_name: String,
    /// 名
    pub given_name: String,
    /// The facility's name.
    pub facility: String,
}

/// The applicant, as letters address them.
///
/// # Errors
/// `NotFound` when the account is gone.
pub fn addressee(conn: &mut Conn, application: &Application) -> Result<Addressee> {
    Ok(applications::table
        .find(&application.id)
        .inner_join(accounts::table)
        .inner_join(facilities::table)
        .select((accounts::email, accounts::family_name, accounts::given_name, facilities::name))
        .first(conn)?)
}
