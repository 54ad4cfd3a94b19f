//! Adding handbooks and their versions.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Manual, State, Version, get};
use crate::attachment::{self, NewAttachment, Subject};
use crate::audit::Deed;
use crate::content::{SiteChoice, markdown, may_edit};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{ManualId, ManualVersionId};
use crate::schema::{manual_versions, manuals};
use crate::scope::StaffScope;

/// The longest text, characters.
const BODY_MAX_CHARS: usize = 100_000;

/// What is typed about a handbook.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The end of its address.
    pub slug: String,
    /// [`SiteChoice`], its stable text.
    pub site: String,
    /// Its place.
    pub position: String,
    /// One line.
    pub title: String,
    /// For whom it is.
    pub summary: String,
}

/// A handbook that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    slug: String,
    site: SiteChoice,
    position: i32,
    title: String,
    summary: String,
}

impl Input {
    /// Judges what was typed.
    ///
    /// # Errors
    /// `Invalid`, naming the fields as [`Typed`] does.
    pub fn read(typed: &Typed) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let title = errors.take("title", "名前", fold::text(&typed.title, 80));
        let slug = fold::narrowed(&typed.slug).trim().to_lowercase();
        let letters = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if slug.is_empty() {
            errors.add("slug", "アドレス", FieldFault::Missing);
        } else if !letters || slug.len() > 60 || slug.starts_with('-') || slug.ends_with('-') {
            let sentence = "アドレスは、半角の英小文字・数字・ハイフンで60文字までにしてください（例：usage-start）";
            errors.add("slug", "アドレス", FieldFault::Sentence(sentence.to_owned()));
        }
        let summary = errors.take("summary", "説明", fold::optional_text(&typed.summary, 200));
        let site = SiteChoice::parse(&typed.site);
        if site.is_none() {
            errors.add("site", "サイト", FieldFault::NotChosen);
        }
        let position = match typed.position.trim().is_empty() {
            true => Some(100),
            false => errors.take("position", "並び順", fold::number(&typed.position, 0, 9_999)),
        };
        let input = (|| {
            Some(Self {
                slug,
                site: site?,
                position: i32::try_from(position?).ok()?,
                title: title?,
                summary: summary?.unwrap_or_default(),
            })
        })();
        errors.into_result(input).map_err(Error::from)
    }
}

fn taken() -> Error {
    let mut errors = FieldErrors::default();
    let sentence = "このアドレスは、ほかの手順書で使われています";
    errors.add("slug", "アドレス", FieldFault::Sentence(sentence.to_owned()));
    errors.into()
}

/// Adds a handbook; nobody sees it before its first version.
///
/// # Errors
/// `Forbidden`; `Invalid` when its address is taken.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input) -> Result<ManualId> {
    may_edit(scope)?;
    let row = Manual {
        id: ManualId::mint(),
        slug: input.slug.clone(),
        state: State::Published,
        revision: 1,
        position: input.position,
        site: input.site,
        title: input.title.clone(),
        summary: input.summary.clone(),
        made_by: tx.actor().label(),
        created_at: tx.now(),
    };
    if !tx.insert_once(|c| diesel::insert_into(manuals::table).values(&row).execute(c))? {
        return Err(taken());
    }
    tx.record(Deed::new("manual.added", "manuals", row.id.as_str()))?;
    Ok(row.id)
}

/// Changes what is said about a handbook; its address stays what it is.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody changed it meanwhile.
pub fn amend(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&ManualId, i32), input: &Input) -> Result<()> {
    may_edit(scope)?;
    let changed = diesel::update(manuals::table.find(id).filter(manuals::revision.eq(seen)))
        .set((
            manuals::revision.eq(seen + 1),
            manuals::position.eq(input.position),
            manuals::site.eq(input.site),
            manuals::title.eq(&input.title),
            manuals::summary.eq(&input.summary),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    tx.record(Deed::new("manual.amended", "manuals", id.as_str()))
}

/// Takes a handbook off the list, or puts it back.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub fn set_state(tx: &mut Tx<'_>, scope: &StaffScope, id: &ManualId, to: State) -> Result<()> {
    may_edit(scope)?;
    let from: State = manuals::table.find(id).select(manuals::state).first(tx.conn())?;
    if from == to {
        return Ok(());
    }
    diesel::update(manuals::table.find(id))
        .set((manuals::state.eq(to), manuals::revision.eq(manuals::revision + 1)))
        .execute(tx.conn())?;
    tx.record(Deed::new("manual.moved", "manuals", id.as_str()).changed("state", from, to))
}

/// A version that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInput {
    label: String,
    revised_on: NaiveDate,
    changes: String,
    body: String,
}

impl VersionInput {
    /// Judges what was typed; `day` are the faults of reading the day. Without a file
    /// there has to be a text.
    ///
    /// # Errors
    /// `Invalid`, naming `label`, `revised_on`, `changes` and `body`.
    pub fn read(
        (label, changes, body): (&str, &str, &str),
        revised_on: Option<NaiveDate>,
        has_file: bool,
        day: FieldErrors,
    ) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let label = errors.take("label", "版", fold::text(label, 20));
        errors.extend(day);
        let changes = errors.take("changes", "改訂の内容", fold::lines(changes, 500));
        let body = match body.trim().is_empty() && has_file {
            true => Some(String::new()),
            false => errors.take("body", "本文", fold::lines(body, BODY_MAX_CHARS)),
        };
        for fault in body.iter().flat_map(|body| markdown::faults(body, &[])) {
            errors.add("body", "本文", FieldFault::Sentence(fault));
        }
        let input = (|| Some(Self { label: label?, revised_on: revised_on?, changes: changes?, body: body? }))();
        errors.into_result(input).map_err(Error::from)
    }
}

/// Lays a file ready for the next version, in place of one that lay there.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub fn lay_ready(tx: &mut Tx<'_>, scope: &StaffScope, id: &ManualId, file: &NewAttachment) -> Result<()> {
    may_edit(scope)?;
    get(tx.conn(), scope, id)?;
    attachment::drop_all(tx, Subject::Manual, &[id.as_str()])?;
    attachment::attach(tx, Subject::Manual, id.as_str(), file, 1).map(drop)
}

/// Adds a version, with the file that lies ready; it is in force from now on. `seen` is
/// how many versions there were to see.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Conflict` when somebody added one meanwhile.
pub fn add_version(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&ManualId, i32),
    input: &VersionInput,
) -> Result<ManualVersionId> {
    may_edit(scope)?;
    let there = get(tx.conn(), scope, id)?.versions;
    let newest = there.first().map_or(0, |version| version.sequence);
    if newest != seen {
        return Err(Error::Conflict);
    }
    let row = Version {
        id: ManualVersionId::mint(),
        manual_id: id.clone(),
        sequence: newest + 1,
        label: input.label.clone(),
        revised_on: input.revised_on,
        changes: input.changes.clone(),
        body: input.body.clone(),
        made_by: tx.actor().label(),
        made_at: tx.now(),
    };
    if !tx.insert_once(|c| diesel::insert_into(manual_versions::table).values(&row).execute(c))? {
        return Err(Error::Conflict);
    }
    attachment::hand_over(tx, (Subject::Manual, id.as_str()), (Subject::Manual, row.id.as_str()))?;
    tx.record(Deed::new("manual.version_added", "manuals", id.as_str()).changed("version", seen, newest + 1))?;
    Ok(row.id)
}
