//! Writing a notice, and ending it before its time.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::model::{Notice, Severity, get};
use crate::audit::Deed;
use crate::clock::{tokyo_date, tokyo_midnight};
use crate::db::{At, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::NoticeId;
use crate::schema::notices;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The longest title, characters: what a phone shows in two lines.
const TITLE_MAX_CHARS: usize = 40;
/// The longest text, characters.
const BODY_MAX_CHARS: usize = 1_000;
/// How far ahead a notice may end.
const AHEAD: Days = Days::new(366);

/// What is typed; days are read already.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// [`Severity`], its stable text.
    pub severity: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// Stable texts of kinds; none for all.
    pub kinds: Vec<String>,
    /// A prefecture's number; empty for all.
    pub prefecture: String,
    /// The first day; `None` for at once.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: Option<NaiveDate>,
}

/// A notice that can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// How loud.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// Plain lines.
    pub body: String,
    /// For which kinds; none for all.
    pub kinds: Vec<FacilityKind>,
    /// For which prefecture; `None` for all.
    pub prefecture: Option<Prefecture>,
    /// The first day; `None` for at once.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub until: NaiveDate,
}

impl Input {
    /// Judges what was typed; `days` are the faults of reading the two days.
    ///
    /// # Errors
    /// `Invalid`, naming the fields as [`Typed`] does, in their order.
    pub fn read(typed: &Typed, now: At, days: FieldErrors) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let severity = Severity::parse(&typed.severity);
        if severity.is_none() {
            errors.add("severity", "種類", FieldFault::NotChosen);
        }
        let title = errors.take("title", "見出し", fold::text(&typed.title, TITLE_MAX_CHARS));
        let body = errors.take("body", "内容", fold::lines(&typed.body, BODY_MAX_CHARS));
        let kinds: Option<Vec<_>> = typed.kinds.iter().map(|kind| FacilityKind::parse(kind)).collect();
        if kinds.is_none() {
            errors.add("kinds", "所属機関", FieldFault::NotChosen);
        }
        let prefecture = Prefecture::parse(&typed.prefecture);
        if prefecture.is_none() && !typed.prefecture.is_empty() {
            errors.add("prefecture", "都道府県", FieldFault::NotChosen);
        }
        errors.extend(days);
        let today = tokyo_date(now.utc());
        if typed.from.is_some_and(|from| from < today) {
            let sentence = "表示を始める日は、今日より後の日にしてください。すぐに始めるときは空欄にします";
            errors.add("from", "表示を始める日", FieldFault::Sentence(sentence.to_owned()));
        }
        let earliest = typed.from.unwrap_or(today);
        if typed.until.is_some_and(|until| until < earliest || until > today + AHEAD) {
            let sentence = "表示を終える日は、始める日から1年先までの日にしてください";
            errors.add("until", "表示を終える日", FieldFault::Sentence(sentence.to_owned()));
        }
        let input = (|| {
            Some(Self {
                severity: severity?,
                title: title?,
                body: body?,
                kinds: kinds?,
                prefecture,
                from: typed.from,
                until: typed.until?,
            })
        })();
        errors.into_result(input).map_err(Error::from)
    }
}

/// Publishes a notice.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn publish(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input) -> Result<NoticeId> {
    may(scope)?;
    let now = tx.now();
    let row = Notice {
        id: NoticeId::mint(),
        severity: input.severity,
        title: input.title.clone(),
        body: input.body.clone(),
        kinds: input.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","),
        prefectures: input.prefecture.map(Prefecture::as_str).unwrap_or_default().to_owned(),
        starts_at: input.from.map_or(now, |from| tokyo_midnight(from).into()),
        ends_at: tokyo_midnight(input.until + Days::new(1)).into(),
        published_by: scope.staff().clone(),
        created_at: now,
    };
    diesel::insert_into(notices::table).values(&row).execute(tx.conn())?;
    tx.record(Deed::new("notice.published", "notices", row.id.as_str()))?;
    Ok(row.id)
}

/// Ends a notice before its time; one that is over stays as it is.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn end(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    let (notice, now) = (get(tx.conn(), scope, id)?, tx.now());
    if notice.ends_at <= now {
        return Ok(());
    }
    diesel::update(notices::table.find(id)).set(notices::ends_at.eq(now)).execute(tx.conn())?;
    tx.record(Deed::new("notice.ended", "notices", id.as_str()))
}

pub(super) fn may(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::PublishNotices) { Ok(()) } else { Err(Error::Forbidden) }
}
