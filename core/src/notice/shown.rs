//! What visitors, readers of the feed and the client app get to see.

use diesel::prelude::*;

use super::life::State;
use super::model::{Audience, Category, Notice};
use crate::content::SiteChoice;
use crate::db::{At, Backend, Conn};
use crate::error::{Error, Result};
use crate::facility::kind::{FacilityKind, Site};
use crate::facility::prefecture::Prefecture;
use crate::ids::NoticeId;
use crate::schema::notices;

/// The most that are served at once.
const MOST: i64 = 200;

type Shows = notices::BoxedQuery<'static, Backend>;

/// Shown at this moment, for this audience.
fn for_audience(audience: Audience, now: At) -> Shows {
    let mut query = notices::table
        .filter(notices::state.eq_any([State::Scheduled, State::Published]))
        .filter(notices::starts_at.le(now))
        .filter(notices::ends_at.is_null().or(notices::ends_at.gt(now)))
        .into_boxed();
    if let Some(site) = audience.site.or(audience.kind.map(|kind| kind.entry().site)) {
        query = query.filter(notices::site.eq_any(SiteChoice::heard_at(site)));
    }
    if let Some(kind) = audience.kind {
        let among = notices::kinds.like(format!("%,{},%", kind.as_str()));
        query = query.filter(notices::kinds.eq("").or(among));
    }
    if let Some(place) = audience.prefecture {
        let among = notices::prefectures.like(format!("%,{},%", place.as_str()));
        query = query.filter(notices::prefectures.eq("").or(among));
    }
    query
}

fn newest(query: Shows, size: i64, conn: &mut Conn) -> Result<Vec<Notice>> {
    let newest = query.order((notices::starts_at.desc(), notices::id.desc()));
    Ok(newest.limit(size).select(Notice::as_select()).load(conn)?)
}

/// What the client app shows when it starts, newest first.
///
/// # Errors
/// From the database only.
pub fn popups(conn: &mut Conn, audience: Audience, now: At) -> Result<Vec<Notice>> {
    newest(for_audience(audience, now).filter(notices::popup.eq(true)), MOST, conn)
}

/// The newest few.
///
/// # Errors
/// From the database only.
pub fn latest(conn: &mut Conn, audience: Audience, size: i64, now: At) -> Result<Vec<Notice>> {
    newest(for_audience(audience, now), size, conn)
}

/// What is asked of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shown {
    /// For whom.
    pub audience: Audience,
    /// Only these.
    pub category: Option<Category>,
    /// Only what stands out.
    pub important: bool,
}

/// Where a page of the list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// When the last one began.
    pub starts_at: At,
    /// Its id.
    pub id: NoticeId,
}

/// A page of the list, newest first.
///
/// # Errors
/// From the database only.
pub fn page(conn: &mut Conn, asked: Shown, after: Option<Place>, size: i64, now: At) -> Result<Vec<Notice>> {
    let mut query = for_audience(asked.audience, now);
    if let Some(category) = asked.category {
        query = query.filter(notices::category.eq(category));
    }
    if asked.important {
        query = query.filter(notices::important.eq(true));
    }
    if let Some(Place { starts_at, id }) = after {
        let same = notices::starts_at.eq(starts_at).and(notices::id.lt(id));
        query = query.filter(notices::starts_at.lt(starts_at).or(same));
    }
    newest(query, size, conn)
}

/// One notice that is shown at this site.
///
/// # Errors
/// `NotFound`, also for one that is not shown now, or not here.
pub fn find_shown(conn: &mut Conn, site: Site, id: &NoticeId, now: At) -> Result<Notice> {
    for_audience(Audience::at(site), now)
        .filter(notices::id.eq(id.clone()))
        .select(Notice::as_select())
        .first(conn)
        .map_err(Error::from)
}

/// A notice without its text, for what every page tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its id.
    pub id: NoticeId,
    /// One line.
    pub title: String,
    /// Whether it stands at the top of every page.
    pub banner: bool,
    site: SiteChoice,
    kinds: Vec<FacilityKind>,
    prefectures: Vec<Prefecture>,
}

impl Head {
    /// Whether it is for them.
    pub fn is_for(&self, audience: Audience) -> bool {
        audience.hears(self.site, &self.kinds, &self.prefectures)
    }
}

/// The notices that appeared after `since` and are shown now, at most 200.
///
/// # Errors
/// From the database only.
pub fn heads(conn: &mut Conn, since: At, now: At) -> Result<Vec<Head>> {
    let shown = for_audience(Audience::default(), now).filter(notices::starts_at.gt(since));
    let head = |notice: Notice| Head {
        kinds: notice.for_kinds(),
        prefectures: notice.for_prefectures(),
        site: notice.site,
        banner: notice.banner,
        title: notice.title,
        id: notice.id,
    };
    Ok(newest(shown, MOST, conn)?.into_iter().map(head).collect())
}
