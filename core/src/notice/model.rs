//! The notices as they are stored.

use diesel::prelude::*;

use super::life::State;
use crate::content::{SiteChoice, may_read};
use crate::db::{At, Conn, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::{FacilityKind, Site};
use crate::facility::prefecture::Prefecture;
use crate::ids::{NoticeId, StaffId};
use crate::schema::notices;
use crate::scope::StaffScope;

text_enum! {
    /// What a notice is about.
    pub enum Category {
        /// お知らせ
        General = "general",
        /// 制度
        Rules = "rules",
        /// 操作
        HowTo = "how_to",
        /// 障害
        Outage = "outage",
        /// 災害
        Disaster = "disaster",
    }
}

impl Category {
    /// The word users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::General => "お知らせ",
            Self::Rules => "制度",
            Self::HowTo => "操作",
            Self::Outage => "障害",
            Self::Disaster => "災害",
        }
    }

    /// The colour of its tag (`docs/templates.md`).
    pub const fn tone(self) -> &'static str {
        match self {
            Self::General => "blue-line",
            Self::Rules | Self::HowTo => "blue",
            Self::Outage | Self::Disaster => "orange",
        }
    }
}

/// How loud the client app is about a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// お知らせ
    Info,
    /// 重要
    Important,
    /// 障害
    Outage,
}

impl Severity {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Important => "important",
            Self::Outage => "outage",
        }
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Id.
    pub id: NoticeId,
    /// Where it stands.
    pub state: State,
    /// Grows with every change of the row.
    pub revision: i32,
    /// The newest of its versions.
    pub version: i32,
    /// What it is about.
    pub category: Category,
    /// Stands out in lists.
    pub important: bool,
    /// The client app shows it when it starts.
    pub popup: bool,
    /// Every page shows it at its top.
    pub banner: bool,
    /// One line.
    pub title: String,
    /// Markdown ([`crate::content::markdown`]).
    pub body: String,
    /// For which site.
    pub site: SiteChoice,
    /// Stable texts of 所属機関, each between commas; empty for all.
    pub kinds: String,
    /// Numbers of prefectures (JIS X 0401), each between commas; empty for all.
    pub prefectures: String,
    /// From when on it is shown.
    pub starts_at: At,
    /// Until when; `None` for good.
    pub ends_at: Option<At>,
    /// Who wrote it first.
    pub made_by: StaffId,
    /// When.
    pub created_at: At,
    /// When its text was last changed after it had appeared.
    pub amended_at: Option<At>,
}

/// A list as its column holds it: each entry between commas.
pub(super) fn joined<'t>(entries: impl Iterator<Item = &'t str>) -> String {
    let entries: Vec<&str> = entries.collect();
    if entries.is_empty() { String::new() } else { format!(",{},", entries.join(",")) }
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

    /// Whether it is shown at this moment: by the clock, whoever has written it down.
    pub fn is_shown(&self, now: At) -> bool {
        let out = matches!(self.state, State::Scheduled | State::Published);
        out && self.starts_at <= now && self.ends_at.is_none_or(|end| now < end)
    }

    /// Where it stands by the clock.
    pub fn standing(&self, now: At) -> State {
        match self.state {
            State::Scheduled | State::Published if self.ends_at.is_some_and(|end| end <= now) => State::Ended,
            State::Scheduled if self.starts_at <= now => State::Published,
            other => other,
        }
    }

    /// How loud the client app is about it.
    pub fn severity(&self) -> Severity {
        match self.category {
            Category::Outage => Severity::Outage,
            Category::Disaster => Severity::Important,
            _ if self.important => Severity::Important,
            _ => Severity::Info,
        }
    }
}

/// Who asks; nothing said means whoever it may be for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// The site; `None` for both.
    pub site: Option<Site>,
    /// 所属機関.
    pub kind: Option<FacilityKind>,
    /// Its prefecture.
    pub prefecture: Option<Prefecture>,
}

impl Audience {
    /// A visitor of this site.
    pub fn at(site: Site) -> Self {
        Self { site: Some(site), ..Self::default() }
    }

    /// Whether something with this address reaches them.
    pub(super) fn hears(&self, site: SiteChoice, kinds: &[FacilityKind], prefectures: &[Prefecture]) -> bool {
        self.site.or(self.kind.map(|kind| kind.entry().site)).is_none_or(|own| site.covers(own))
            && self.kind.is_none_or(|kind| kinds.is_empty() || kinds.contains(&kind))
            && self.prefecture.is_none_or(|place| prefectures.is_empty() || prefectures.contains(&place))
    }
}

/// A page of the editors' list, newest first; `before` is the last one of the page
/// before.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list(
    conn: &mut Conn,
    scope: &StaffScope,
    state: Option<State>,
    before: Option<&Notice>,
    size: i64,
) -> Result<Vec<Notice>> {
    may_read(scope)?;
    let mut query = notices::table.into_boxed();
    if let Some(state) = state {
        query = query.filter(notices::state.eq(state));
    }
    if let Some(last) = before {
        let earlier = notices::starts_at.lt(last.starts_at);
        query = query.filter(earlier.or(notices::starts_at.eq(last.starts_at).and(notices::id.lt(last.id.clone()))));
    }
    let newest = query.order((notices::starts_at.desc(), notices::id.desc()));
    Ok(newest.limit(size).select(Notice::as_select()).load(conn)?)
}

/// One notice, for staff.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: &NoticeId) -> Result<Notice> {
    may_read(scope)?;
    notices::table.find(id).select(Notice::as_select()).first(conn).map_err(Error::from)
}
