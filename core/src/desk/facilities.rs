//! Finding a facility, and who belongs to it.

use diesel::prelude::*;

use super::must;
use crate::account::person_name;
use crate::db::{At, Backend, Conn};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::facility::search::{self, Sought};
use crate::facility::{self, Facility};
use crate::fold;
use crate::ids::FacilityId;
use crate::participation::{self, Participation, kinds_with_duty};
use crate::schema::{accounts, audit_events, facilities, memberships};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// So many people of one facility are looked at.
pub(super) const MEMBERS: i64 = 200;

/// What the list is narrowed to; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacilityFilter {
    /// Code, part of the name or its reading, phone, or a member's mail address.
    pub words: String,
    /// Facility kind.
    pub kind: Option<FacilityKind>,
    /// Where it stands.
    pub prefecture: Option<Prefecture>,
    /// In which of the bureaus' lists it stands at a moment; without a kind, of those
    /// that have to take part or to say why not.
    pub participation: Option<(Participation, At)>,
}

/// One page of facilities, by code.
#[derive(Debug, Clone)]
pub struct FacilityPage {
    /// The rows.
    pub rows: Vec<Facility>,
    /// The last row's code and id, if more follow.
    pub next: Option<(String, FacilityId)>,
}

/// One facility.
///
/// # Errors
/// `NotFound`; `Forbidden` without the permission.
pub fn get_facility(conn: &mut Conn, scope: &StaffScope, id: &FacilityId) -> Result<Facility> {
    must(scope, Permission::ReadFacilities)?;
    facility::repo::get(conn, id)
}

/// Facilities in the order of their codes, after the row given.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn search_facilities(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &FacilityFilter,
    after: Option<&(String, FacilityId)>,
    size: u16,
) -> Result<FacilityPage> {
    must(scope, Permission::ReadFacilities)?;
    let query = page_query(conn, filter, after)?;
    let mut rows: Vec<Facility> = query.limit(i64::from(size) + 1).load(conn)?;
    let more = rows.len() > usize::from(size);
    rows.truncate(usize::from(size));
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| (row.code.as_str().to_owned(), row.id.clone()));
    Ok(FacilityPage { rows, next })
}

type PageQuery = diesel::helper_types::IntoBoxed<
    'static,
    diesel::helper_types::Select<facilities::table, diesel::dsl::AsSelect<Facility, Backend>>,
    Backend,
>;

/// A page without its limit: the conditions, and where it begins.
pub(super) fn page_query(
    conn: &mut Conn,
    filter: &FacilityFilter,
    after: Option<&(String, FacilityId)>,
) -> Result<PageQuery> {
    let mut query = facilities::table.select(Facility::as_select()).into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(facilities::kind.eq(kind));
    }
    if let Some(prefecture) = filter.prefecture {
        // A code begins with its prefecture, and the list is in the order of codes.
        let (from, before) = search::codes_of(prefecture);
        query = query.filter(facilities::code.ge(from)).filter(facilities::code.lt(before));
    }
    if let Some((list, now)) = filter.participation {
        if filter.kind.is_none() {
            query = query.filter(facilities::kind.eq_any(kinds_with_duty()));
        }
        for condition in participation::conditions(list, now) {
            query = query.filter(condition);
        }
    }
    if let Some((code, id)) = after {
        query = query
            .filter(facilities::code.ge(code.clone()))
            .filter(facilities::code.gt(code.clone()).or(facilities::id.gt(id.clone())));
    }
    let words = filter.words.trim();
    if let Ok(email) = fold::email(words, 254) {
        query = query.filter(facilities::id.eq_any(facilities_of_mail(conn, email.key())?));
    } else if !words.is_empty() {
        for condition in search::conditions(conn, Sought::read(words)) {
            query = query.filter(condition);
        }
    }
    Ok(query.order((facilities::code, facilities::id)))
}

fn facilities_of_mail(conn: &mut Conn, email_key: &str) -> Result<Vec<FacilityId>> {
    Ok(memberships::table
        .inner_join(accounts::table)
        .filter(accounts::email_key.eq(email_key))
        .select(memberships::facility_id)
        .limit(100)
        .load(conn)?)
}

/// A person who belongs, or wants to belong, to a facility.
#[derive(Debug, Clone, Queryable)]
pub struct Member {
    /// 姓
    pub family_name: String,
    /// 名
    pub given_name: String,
    /// The mail address.
    pub email: String,
    /// The phone number.
    pub phone: String,
    /// Since when this person is verified; nothing while they are not.
    pub verified_at: Option<At>,
    /// When they joined.
    pub created_at: At,
    /// When they last logged in.
    pub last_login_at: Option<At>,
}

/// The people of a facility, oldest first.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_members(conn: &mut Conn, scope: &StaffScope, facility: &FacilityId) -> Result<Vec<Member>> {
    must(scope, Permission::ReadFacilities)?;
    Ok(memberships::table
        .inner_join(accounts::table)
        .filter(memberships::facility_id.eq(facility))
        .order((memberships::created_at, memberships::id))
        .limit(MEMBERS)
        .select((
            accounts::family_name,
            accounts::given_name,
            accounts::email,
            accounts::phone,
            memberships::verified_at,
            memberships::created_at,
            accounts::last_login_at,
        ))
        .load(conn)?)
}

/// Somebody of the facility signed in.
#[derive(Debug, Clone, Queryable)]
pub struct SignIn {
    /// When.
    pub at: At,
    /// From where.
    pub address: Option<String>,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
}

impl SignIn {
    /// Who it was, as long as they have a name.
    pub fn name(&self) -> String {
        person_name(&self.family_name, &self.given_name)
    }
}

/// The newest sign-ins at a facility, by the audit trail.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_sign_ins(conn: &mut Conn, scope: &StaffScope, facility: &FacilityId, size: u16) -> Result<Vec<SignIn>> {
    must(scope, Permission::ReadFacilities)?;
    Ok(audit_events::table
        .inner_join(accounts::table.on(accounts::id.eq(audit_events::subject_id)))
        .filter(audit_events::facility_id.eq(facility))
        .filter(audit_events::action.eq("account.logged_in"))
        .order((audit_events::at.desc(), audit_events::id.desc()))
        .limit(size.into())
        .select((audit_events::at, audit_events::address, accounts::family_name, accounts::given_name))
        .load(conn)?)
}
