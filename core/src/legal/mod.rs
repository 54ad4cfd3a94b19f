//! The texts people agree to, in versions. The first comes with the program
//! (`templates/portal/terms_text.html`); editors add later ones, each with the day
//! from which it holds. Consent is recorded with the version; a new one asks again.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::audit::Deed;
use crate::clock::tokyo_date;
use crate::content::{markdown, may_edit, may_read};
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::schema::legal_versions;
use crate::scope::StaffScope;

#[cfg(test)]
mod tests;

text_enum! {
    /// A text one agrees to.
    pub enum Document {
        /// 利用規約
        Terms = "terms",
        /// プライバシーポリシー
        Privacy = "privacy",
    }
}

impl Document {
    /// The name users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Terms => "利用規約",
            Self::Privacy => "プライバシーポリシー",
        }
    }
}

/// The version that comes with the program: the day from which it held.
pub const FIRST: &str = "2026-11-01";
/// The longest text, characters.
const BODY_MAX_CHARS: usize = 50_000;
/// The longest summary of what is new, characters.
const CHANGES_MAX_CHARS: usize = 500;
/// How far ahead a version may begin to hold.
const AHEAD: Days = Days::new(366);

/// A version that editors made.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = legal_versions)]
pub struct Text {
    /// Of which text.
    pub document: Document,
    /// The day from which it holds (ISO).
    pub version: String,
    /// Markdown.
    pub body: String,
    /// What is new, for those who agreed before.
    pub changes: String,
    /// Who made it, as `kind:id`.
    pub made_by: String,
    /// When.
    pub made_at: At,
}

/// The version of a text that holds on this day.
///
/// # Errors
/// From the database only.
pub fn in_force(conn: &mut Conn, document: Document, today: NaiveDate) -> Result<Option<Text>> {
    Ok(legal_versions::table
        .filter(legal_versions::document.eq(document))
        .filter(legal_versions::version.le(today.to_string()))
        .order(legal_versions::version.desc())
        .select(Text::as_select())
        .first(conn)
        .optional()?)
}

/// The names of the versions that hold today, of each text.
///
/// # Errors
/// From the database only.
pub fn versions_in_force(conn: &mut Conn, now: At) -> Result<Vec<(Document, String)>> {
    let today = tokyo_date(now.utc());
    let version = |document: &Document| {
        let made = in_force(conn, *document, today)?;
        Ok((*document, made.map_or_else(|| FIRST.to_owned(), |text| text.version)))
    };
    Document::ALL.iter().map(version).collect()
}

/// The versions after the first that hold or have held, newest first; for staff also
/// those to come.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, document: Document, until: Option<NaiveDate>) -> Result<Vec<Text>> {
    let mut query = legal_versions::table.filter(legal_versions::document.eq(document)).into_boxed();
    if let Some(until) = until {
        query = query.filter(legal_versions::version.le(until.to_string()));
    }
    Ok(query.order(legal_versions::version.desc()).select(Text::as_select()).load(conn)?)
}

/// One version that holds or has held.
///
/// # Errors
/// `NotFound`.
pub fn get_past(conn: &mut Conn, document: Document, version: &str, today: NaiveDate) -> Result<Text> {
    legal_versions::table
        .find((document, version))
        .filter(legal_versions::version.le(today.to_string()))
        .select(Text::as_select())
        .first(conn)
        .map_err(Error::from)
}

/// All versions of a text, for staff.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_all(conn: &mut Conn, scope: &StaffScope, document: Document) -> Result<Vec<Text>> {
    may_read(scope)?;
    list(conn, document, None)
}

/// A version that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The day from which it holds.
    pub from: NaiveDate,
    /// Markdown.
    pub body: String,
    /// What is new.
    pub changes: String,
}

impl Input {
    /// Judges what was typed; `from` was read already, with its faults in `day`.
    ///
    /// # Errors
    /// `Invalid`, naming `from`, `body` and `changes`.
    pub fn read(from: Option<NaiveDate>, body: &str, changes: &str, now: At, day: FieldErrors) -> Result<Self> {
        let (mut errors, today) = (day, tokyo_date(now.utc()));
        if from.is_some_and(|from| from <= today || from > today + AHEAD) {
            let sentence = "新しい版が始まる日は、明日から1年先までの日にしてください";
            errors.add("from", "始まる日", FieldFault::Sentence(sentence.to_owned()));
        }
        let changes = errors.take("changes", "変わったところ", fold::lines(changes, CHANGES_MAX_CHARS));
        let body = errors.take("body", "本文", fold::lines(body, BODY_MAX_CHARS));
        for fault in body.iter().flat_map(|body| markdown::faults(body, &[])) {
            errors.add("body", "本文", FieldFault::Sentence(fault));
        }
        let input = (|| Some(Self { from: from?, body: body?, changes: changes? }))();
        errors.into_result(input).map_err(Error::from)
    }
}

/// Adds a version. It holds from its day on, and cannot be changed.
///
/// # Errors
/// `Forbidden`; `Conflict` when there is one from this day already.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, document: Document, input: &Input) -> Result<()> {
    may_edit(scope)?;
    let row = Text {
        document,
        version: input.from.to_string(),
        body: input.body.clone(),
        changes: input.changes.clone(),
        made_by: tx.actor().label(),
        made_at: tx.now(),
    };
    if !tx.insert_once(|c| diesel::insert_into(legal_versions::table).values(&row).execute(c))? {
        return Err(Error::Conflict);
    }
    let id = format!("{document}:{}", row.version);
    tx.record(Deed::new("legal.version_added", "legal_versions", &id))
}

/// Calls off a version that does not hold yet.
///
/// # Errors
/// `Forbidden`; `NotFound` when there is none to come.
pub fn call_off(tx: &mut Tx<'_>, scope: &StaffScope, document: Document, version: &str) -> Result<()> {
    may_edit(scope)?;
    let today = tokyo_date(tx.now().utc()).to_string();
    let to_come = legal_versions::table.find((document, version)).filter(legal_versions::version.gt(today));
    if diesel::delete(to_come).execute(tx.conn())? == 0 {
        return Err(Error::NotFound);
    }
    let id = format!("{document}:{version}");
    tx.record(Deed::new("legal.version_called_off", "legal_versions", &id))
}
