//! The notices as they are stored and read.

use diesel::prelude::*;

use super::publish::may;
use crate::db::{At, Conn, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::{NoticeId, StaffId};
use crate::schema::notices;
use crate::scope::StaffScope;

/// The most that are listed or served.
const MOST: i64 = 200;

text_enum! {
    /// How loud a notice is.
    pub enum Severity {
        /// お知らせ
        Info = "info",
        /// 重要
        Important = "important",
        /// 障害
        Outage = "outage",
    }
}

impl Severity {
    /// The word users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Info => "お知らせ",
            Self::Important => "重要",
            Self::Outage => "障害",
        }
    }

    /// The colour of its tag (`docs/templates.md`).
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Info => "blue-line",
            Self::Important => "blue",
            Self::Outage => "orange",
        }
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Id.
    pub id: NoticeId,
    /// How loud.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// Plain lines.
    pub body: String,
    /// Stable texts of 所属機関 with commas between; empty for all.
    pub kinds: String,
    /// Numbers of prefectures (JIS X 0401) with commas between; empty for all.
    pub prefectures: String,
    /// From when on it is shown.
    pub starts_at: At,
    /// Until when.
    pub ends_at: At,
    /// Who wrote it.
    pub published_by: StaffId,
    /// When.
    pub created_at: At,
}

impl Notice {
    /// The kinds it is for; none means all.
    pub fn for_kinds(&self) -> Vec<FacilityKind> {
        self.kinds.split(',').filter_map(FacilityKind::parse).collect()
    }

    /// The prefectures it is for; none means all.
    pub fn for_prefectures(&self) -> Vec<Prefecture> {
        self.prefectures.split(',').filter_map(Prefecture::parse).collect()
    }

    /// Whether it is shown at this moment.
    pub fn is_shown(&self, now: At) -> bool {
        self.starts_at <= now && now < self.ends_at
    }

    /// Whether it is still to come.
    pub fn is_planned(&self, now: At) -> bool {
        now < self.starts_at && now < self.ends_at
    }
}

/// Who asks; nothing said means whoever it may be for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// 所属機関.
    pub kind: Option<FacilityKind>,
    /// Its prefecture.
    pub prefecture: Option<Prefecture>,
}

impl Audience {
    fn hears(&self, notice: &Notice) -> bool {
        let (kinds, prefectures) = (notice.for_kinds(), notice.for_prefectures());
        self.kind.is_none_or(|kind| kinds.is_empty() || kinds.contains(&kind))
            && self.prefecture.is_none_or(|place| prefectures.is_empty() || prefectures.contains(&place))
    }
}

/// What is shown to this audience at this moment, newest first.
///
/// # Errors
/// From the database only.
pub fn current(conn: &mut Conn, audience: Audience, now: At) -> Result<Vec<Notice>> {
    let shown: Vec<Notice> = notices::table
        .filter(notices::ends_at.gt(now).and(notices::starts_at.le(now)))
        .order((notices::starts_at.desc(), notices::id.desc()))
        .limit(MOST)
        .select(Notice::as_select())
        .load(conn)?;
    Ok(shown.into_iter().filter(|notice| audience.hears(notice)).collect())
}

/// The newest notices, for those who write them.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Notice>> {
    may(scope)?;
    Ok(notices::table
        .order((notices::starts_at.desc(), notices::id.desc()))
        .limit(MOST)
        .select(Notice::as_select())
        .load(conn)?)
}

/// One notice, for those who write them.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: &NoticeId) -> Result<Notice> {
    may(scope)?;
    notices::table.find(id).select(Notice::as_select()).first(conn).map_err(Error::from)
}
