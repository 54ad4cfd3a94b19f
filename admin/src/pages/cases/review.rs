//! What every page of a case reads: the application with its facility and
//! filing, who has it, and what this person may do with it.

use serde_json::Value;
use uketsuke_core::application::procedure::{Case, Procedure, Terms};
use uketsuke_core::application::{Procedures, State, repo, rules};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff;
use uketsuke_core::staff::role::Permission;

use crate::Office;
use crate::access::Staff;

/// A sent application as staff look at it.
pub struct Reviewed {
    /// The application with all that its procedure looks at.
    pub case: Case,
    /// What was filed last.
    pub values: Value,
    /// Who has it now, and since when.
    pub holder: Option<(String, At)>,
    /// Whether that is the one who looks.
    pub mine: bool,
    /// Whether a second person decides.
    pub second_person: bool,
}

impl Reviewed {
    /// Its id.
    pub fn id(&self) -> &ApplicationId {
        &self.case.application.id
    }

    /// 受付番号.
    pub fn number(&self) -> &str {
        self.case.application.number_text()
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.case.application.state
    }

    /// Which change of it the page shows; a decision names it again.
    pub fn revision(&self) -> i64 {
        self.case.application.revision
    }

    /// Its procedure.
    pub fn procedure<'o>(&self, office: &'o Office) -> Result<&'o dyn Procedure> {
        office.procedures.get(self.case.application.kind)
    }

    /// What approving on these terms comes to: labels and values.
    pub async fn outcome(&self, office: &Office, terms: Terms) -> Result<Vec<(String, String)>> {
        let (procedures, kind, values) = (office.procedures.clone(), self.case.application.kind, self.values.clone());
        let now = office.db.clock().now().into();
        office.db.read(move |c| procedures.get(kind)?.outcome(c, &values, &terms, now)).await
    }
}

/// Reads a case.
///
/// # Errors
/// `NotFound`, also for a draft; `Forbidden` without the permission.
pub fn read(conn: &mut Conn, procedures: &Procedures, scope: &StaffScope, id: &ApplicationId) -> Result<Reviewed> {
    let application = desk::get_sent(conn, scope, id)?;
    let filing = repo::latest_filing(conn, id)?.ok_or(Error::NotFound)?;
    let holder = match (&application.assignee_id, application.assigned_at, application.state) {
        (Some(holder), Some(since), State::InReview | State::AwaitingApproval) => {
            Some((staff::get_staff(conn, holder)?.name, since))
        }
        _ => None,
    };
    let mine = holder.is_some() && application.assignee_id.as_ref() == Some(scope.staff());
    let second_person = rules::second_person(conn, procedures.get(application.kind)?)?;
    Ok(Reviewed { case: repo::case(conn, application)?, values: filing.values()?, holder, mine, second_person })
}

/// Reads a case that this person holds and may decide.
///
/// # Errors
/// As [`read`]; `Conflict` when it is not in their hands.
pub async fn read_held<D>(office: &Office, who: &Staff<D>, id: &str) -> Result<Reviewed> {
    let id = ApplicationId::parse(id).ok_or(Error::NotFound)?;
    if !who.scope.may(Permission::Review) {
        return Err(Error::Forbidden);
    }
    let (scope, procedures) = (who.scope.clone(), office.procedures.clone());
    let reviewed = office.db.read(move |c| read(c, &procedures, &scope, &id)).await?;
    if reviewed.mine && reviewed.state() == State::InReview { Ok(reviewed) } else { Err(Error::Conflict) }
}
