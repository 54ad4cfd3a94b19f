//! Handbooks as they are stored and read.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::attachment::{self, Attachment, Subject};
use crate::content::{SiteChoice, may_read};
use crate::db::{At, Conn, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::Site;
use crate::ids::{ManualId, ManualVersionId};
use crate::schema::{manual_versions, manuals};
use crate::scope::StaffScope;

/// The most handbooks that are listed.
const MOST: i64 = 500;
text_enum! {
    /// Where a handbook stands.
    pub enum State {
        /// Anybody reads it, once it has a version.
        Published = "published",
        /// Taken off the list; its address says so.
        Retired = "retired",
    }
}

/// One handbook.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = manuals)]
pub struct Manual {
    /// Id.
    pub id: ManualId,
    /// The end of its address, for good.
    pub slug: String,
    /// Where it stands.
    pub state: State,
    /// Grows with every change of the row.
    pub revision: i32,
    /// Its place in the list; smaller is higher.
    pub position: i32,
    /// For which site.
    pub site: SiteChoice,
    /// One line.
    pub title: String,
    /// For whom it is and what it tells.
    pub summary: String,
    /// Who made it, as `kind:id`.
    pub made_by: String,
    /// When.
    pub created_at: At,
}

/// A version; it never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = manual_versions)]
pub struct Version {
    /// Id.
    pub id: ManualVersionId,
    /// Of which handbook.
    pub manual_id: ManualId,
    /// From 1.
    pub sequence: i32,
    /// As printed on it: 「1.2」.
    pub label: String,
    /// The day on it.
    pub revised_on: NaiveDate,
    /// What it changed.
    pub changes: String,
    /// Markdown; empty for a file alone.
    pub body: String,
    /// Who made it, as `kind:id`.
    pub made_by: String,
    /// When.
    pub made_at: At,
}

/// A handbook with its versions, newest first, and their files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The handbook.
    pub manual: Manual,
    /// The newest is the one in force.
    pub versions: Vec<Version>,
    /// Their files, and the one that lies ready for the next.
    pub files: Vec<Attachment>,
}

impl Whole {
    /// The file that lies ready for the next version.
    pub fn ready(&self) -> Option<&Attachment> {
        self.files.iter().find(|file| file.subject_id == self.manual.id.as_str())
    }

    /// The file of a version, if it has one.
    pub fn file_of(&self, version: &Version) -> Option<&Attachment> {
        self.files.iter().find(|file| file.subject_id == version.id.as_str())
    }
}

/// The handbooks of this site that have a version, each with the one in force.
///
/// # Errors
/// From the database only.
pub fn shelf(conn: &mut Conn, site: Site) -> Result<Vec<(Manual, Version)>> {
    let shown: Vec<Manual> = manuals::table
        .filter(manuals::state.eq(State::Published))
        .filter(manuals::site.eq_any(SiteChoice::heard_at(site)))
        .order((manuals::position, manuals::id))
        .limit(MOST)
        .select(Manual::as_select())
        .load(conn)?;
    let newest = newest_of(conn, &shown)?;
    let with = |manual: Manual| {
        let version = newest.iter().find(|version| version.manual_id == manual.id)?.clone();
        Some((manual, version))
    };
    Ok(shown.into_iter().filter_map(with).collect())
}

fn newest_of(conn: &mut Conn, manuals: &[Manual]) -> Result<Vec<Version>> {
    let ids: Vec<&ManualId> = manuals.iter().map(|manual| &manual.id).collect();
    let mut versions: Vec<Version> = manual_versions::table
        .filter(manual_versions::manual_id.eq_any(ids))
        .order((manual_versions::manual_id, manual_versions::sequence.desc()))
        .select(Version::as_select())
        .load(conn)?;
    versions.dedup_by(|later, first| later.manual_id == first.manual_id);
    Ok(versions)
}

/// A handbook of this site by the end of its address, also one that was taken off.
///
/// # Errors
/// `NotFound`, also while it has no version.
pub fn find(conn: &mut Conn, site: Site, slug: &str) -> Result<Whole> {
    let manual: Manual = manuals::table
        .filter(manuals::slug.eq(slug))
        .filter(manuals::site.eq_any(SiteChoice::heard_at(site)))
        .select(Manual::as_select())
        .first(conn)?;
    let whole = whole(conn, manual)?;
    if whole.versions.is_empty() { Err(Error::NotFound) } else { Ok(whole) }
}

fn whole(conn: &mut Conn, manual: Manual) -> Result<Whole> {
    let versions: Vec<Version> = manual_versions::table
        .filter(manual_versions::manual_id.eq(&manual.id))
        .order(manual_versions::sequence.desc())
        .select(Version::as_select())
        .load(conn)?;
    let mut ids: Vec<&str> = versions.iter().map(|version| version.id.as_str()).collect();
    ids.push(manual.id.as_str());
    let files = attachment::list(conn, Subject::Manual, &ids)?;
    Ok(Whole { manual, versions, files })
}

/// All handbooks, for staff, each with the version in force.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<(Manual, Option<Version>)>> {
    may_read(scope)?;
    let all: Vec<Manual> =
        manuals::table.order((manuals::position, manuals::id)).limit(MOST).select(Manual::as_select()).load(conn)?;
    let newest = newest_of(conn, &all)?;
    let with = |manual: Manual| {
        let version = newest.iter().find(|version| version.manual_id == manual.id).cloned();
        (manual, version)
    };
    Ok(all.into_iter().map(with).collect())
}

/// One handbook, for staff.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: &ManualId) -> Result<Whole> {
    may_read(scope)?;
    let manual = manuals::table.find(id).select(Manual::as_select()).first(conn)?;
    whole(conn, manual)
}
