//! The entries as they are stored.

use diesel::prelude::*;

use crate::content::Category;
use crate::content::{SiteChoice, may_read};
use crate::db::{At, Conn, containing, text_enum};
use crate::error::{Error, Result};
use crate::facility::kind::Site;
use crate::fold;
use crate::ids::FaqId;
use crate::schema::faq_entries;
use crate::scope::StaffScope;

text_enum! {
    /// Where an entry stands.
    pub enum State {
        /// Being written.
        Draft = "draft",
        /// Anybody finds it.
        Published = "published",
        /// Taken off the shelf.
        Retired = "retired",
    }
}

impl State {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Draft => "下書き",
            Self::Published => "公開中",
            Self::Retired => "公開終了",
        }
    }

    /// The colour of its tag (`docs/templates.md`).
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Draft | Self::Retired => "grey",
            Self::Published => "green",
        }
    }
}

/// One question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = faq_entries)]
pub struct Entry {
    /// Id.
    pub id: FaqId,
    /// Where it stands.
    pub state: State,
    /// Grows with every change of the row.
    pub revision: i32,
    /// The newest of its versions.
    pub version: i32,
    /// Its shelf.
    pub category: Category,
    /// Its place there; smaller is higher.
    pub position: i32,
    /// For which site.
    pub site: SiteChoice,
    /// One line.
    pub question: String,
    /// Markdown.
    pub answer: String,
    /// Readings and other words, with 「、」 between.
    pub keywords: String,
    /// The question, folded.
    pub question_key: String,
    /// The keywords, folded, blanks between.
    pub keywords_key: String,
    /// The answer's words, folded.
    pub answer_key: String,
    /// The answered inquiry it was written from.
    pub inquiry_id: Option<String>,
    /// Who wrote it, as `kind:id`.
    pub made_by: String,
    /// When.
    pub created_at: At,
    /// When it was last changed.
    pub changed_at: At,
}

/// One published entry of this site.
///
/// # Errors
/// `NotFound`.
pub fn get_published(conn: &mut Conn, site: Site, id: &FaqId) -> Result<Entry> {
    faq_entries::table
        .find(id)
        .filter(faq_entries::state.eq(State::Published))
        .filter(faq_entries::site.eq_any(SiteChoice::heard_at(site)))
        .select(Entry::as_select())
        .first(conn)
        .map_err(Error::from)
}

/// The first entries of each shelf of this site, in order, at most `each` of one.
///
/// # Errors
/// From the database only.
pub fn shelf(conn: &mut Conn, site: Site, each: i64) -> Result<Vec<(Category, Vec<Entry>)>> {
    let mut shelves = Vec::new();
    for category in Category::ALL {
        let entries = of_category(conn, site, *category, None, each)?;
        if !entries.is_empty() {
            shelves.push((*category, entries));
        }
    }
    Ok(shelves)
}

/// A page of one shelf, in order; `after` is the last entry of the page before.
///
/// # Errors
/// From the database only.
pub fn of_category(
    conn: &mut Conn,
    site: Site,
    category: Category,
    after: Option<&Entry>,
    size: i64,
) -> Result<Vec<Entry>> {
    let mut query = faq_entries::table
        .filter(faq_entries::state.eq(State::Published))
        .filter(faq_entries::category.eq(category))
        .filter(faq_entries::site.eq_any(SiteChoice::heard_at(site)))
        .into_boxed();
    if let Some(last) = after {
        let same = faq_entries::position.eq(last.position).and(faq_entries::id.gt(last.id.clone()));
        query = query.filter(faq_entries::position.gt(last.position).or(same));
    }
    let ordered = query.order((faq_entries::position, faq_entries::id));
    Ok(ordered.limit(size).select(Entry::as_select()).load(conn)?)
}

/// What the editors' list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where they stand.
    pub state: Option<State>,
    /// Their shelf.
    pub category: Option<Category>,
    /// Part of the question or of the keywords.
    pub words: String,
}

/// A page of the editors' list, the last changed first; `before` is the last one of
/// the page before.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list(
    conn: &mut Conn,
    scope: &StaffScope,
    filter: &Filter,
    before: Option<&Entry>,
    size: i64,
) -> Result<Vec<Entry>> {
    may_read(scope)?;
    let mut query = faq_entries::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(faq_entries::state.eq(state));
    }
    if let Some(category) = filter.category {
        query = query.filter(faq_entries::category.eq(category));
    }
    let words = fold::search_key(&filter.words);
    if !words.is_empty() {
        let (in_question, in_keywords) = (containing(&words), containing(&words));
        let found = faq_entries::question_key.like(in_question).escape('\\');
        query = query.filter(found.or(faq_entries::keywords_key.like(in_keywords).escape('\\')));
    }
    if let Some(last) = before {
        let same = faq_entries::changed_at.eq(last.changed_at).and(faq_entries::id.lt(last.id.clone()));
        query = query.filter(faq_entries::changed_at.lt(last.changed_at).or(same));
    }
    let newest = query.order((faq_entries::changed_at.desc(), faq_entries::id.desc()));
    Ok(newest.limit(size).select(Entry::as_select()).load(conn)?)
}

/// One entry, for staff.
///
/// # Errors
/// `Forbidden` without the permission, `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: &FaqId) -> Result<Entry> {
    may_read(scope)?;
    faq_entries::table.find(id).select(Entry::as_select()).first(conn).map_err(Error::from)
}
