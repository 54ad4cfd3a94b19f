//! What a reviewer takes next.

use diesel::prelude::*;

use crate::application::model::Application;
use crate::application::state::{State, Verb};
use crate::db::Conn;
use crate::error::Result;
use crate::ids::ApplicationId;
use crate::schema::{application_events, applications};
use crate::scope::StaffScope;

/// So many that one has in review are looked through for a corrected one.
const LOOKED_AT: i64 = 50;

/// What was corrected and came back to this reviewer, who has done nothing with
/// it since; the one due first.
pub(in crate::application) fn corrected(conn: &mut Conn, scope: &StaffScope) -> Result<Option<ApplicationId>> {
    let own: Vec<ApplicationId> = applications::table
        .filter(applications::assignee_id.eq(scope.staff()))
        .filter(applications::state.eq(State::InReview))
        .filter(applications::last_reviewer_id.eq(scope.staff()))
        .order((applications::due_on, applications::id))
        .limit(LOOKED_AT)
        .select(applications::id)
        .load(conn)?;
    let steps: Vec<(ApplicationId, Verb)> = application_events::table
        .filter(application_events::application_id.eq_any(&own))
        .order(application_events::id.desc())
        .select((application_events::application_id, application_events::verb))
        .load(conn)?;
    let last = |id: &ApplicationId| steps.iter().find(|(of, _)| of == id).map(|(_, verb)| *verb);
    Ok(own.into_iter().find(|id| last(id) == Some(Verb::Resubmit)))
}

/// The waiting ones, longest first. PostgreSQL passes over what another
/// transaction is taking right now, so that nobody waits for a colleague.
pub(in crate::application) fn longest_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<Application>> {
    let waiting = applications::table
        .filter(applications::state.eq(State::Submitted))
        .order((applications::due_on, applications::id));
    Ok(match conn {
        Conn::Sqlite(c) => waiting.limit(limit).select(Application::as_select()).load(c)?,
        Conn::Postgres(c) => {
            waiting.limit(1).select(Application::as_select()).for_no_key_update().skip_locked().load(c)?
        }
    })
}
