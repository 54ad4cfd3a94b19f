//! Applications as staff see them: what was sent, never a draft.

use diesel::prelude::*;

use super::must;
use crate::application::{Application, ApplicationKind, State};
use crate::db::{At, Conn};
use crate::error::{Error, Result};
use crate::ids::{ApplicationId, FacilityId};
use crate::schema::applications;
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;
use crate::staff::role::Permission;

/// An application that was sent.
///
/// # Errors
/// `NotFound`, also for a draft; `Forbidden` without the permission.
pub fn get_sent(conn: &mut Conn, scope: &StaffScope, id: &ApplicationId) -> Result<Application> {
    must(scope, Permission::ReadApplications)?;
    let application = crate::application::repo::get(conn, id)?;
    if application.number.is_some() { Ok(application) } else { Err(Error::NotFound) }
}

/// The application of a 受付番号.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn find_by_number(conn: &mut Conn, scope: &StaffScope, number: &ReceiptNumber) -> Result<Option<ApplicationId>> {
    must(scope, Permission::ReadApplications)?;
    let row = applications::table.filter(applications::number.eq(number));
    Ok(row.select(applications::id).first(conn).optional()?)
}

/// One application in a facility's list.
#[derive(Debug, Clone, Queryable)]
pub struct FacilityApplication {
    /// Id.
    pub id: ApplicationId,
    /// 受付番号.
    pub number: Option<ReceiptNumber>,
    /// Which procedure.
    pub kind: ApplicationKind,
    /// Where it stands.
    pub state: State,
    /// When it was first sent.
    pub submitted_at: Option<At>,
    /// When it was decided.
    pub decided_at: Option<At>,
}

/// What a facility has sent, newest first.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_of_facility(
    conn: &mut Conn,
    scope: &StaffScope,
    facility: &FacilityId,
) -> Result<Vec<FacilityApplication>> {
    must(scope, Permission::ReadApplications)?;
    Ok(applications::table
        .filter(applications::facility_id.eq(facility))
        .filter(applications::number.is_not_null())
        .order((applications::submitted_at.desc(), applications::id.desc()))
        .limit(100)
        .select((
            applications::id,
            applications::number,
            applications::kind,
            applications::state,
            applications::submitted_at,
            applications::decided_at,
        ))
        .load(conn)?)
}
