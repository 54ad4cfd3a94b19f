//! Answers that staff keep ready, by category. The one who answers edits the text
//! they pick; what was sent stays as it was sent.

use diesel::prelude::*;
use serde_json::json;

use super::rules::{self, ANSWER_MAX_CHARS};
use super::view::{may_answer, may_read};
use crate::audit::Deed;
use crate::content::Category;
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{CannedAnswerId, StaffId};
use crate::schema::canned_answers;
use crate::scope::StaffScope;

/// The longest title, characters.
pub const TITLE_MAX_CHARS: usize = 60;
/// The longest address, characters.
const LINK_MAX_CHARS: usize = 300;

/// An answer kept ready.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = canned_answers)]
pub struct CannedAnswer {
    /// Id.
    pub id: CannedAnswerId,
    /// What it answers.
    pub category: Category,
    /// The words in the list.
    pub title: String,
    /// The text.
    pub body: String,
    /// The page of よくある質問 that says it at length: a path of the portal or a
    /// whole address; empty for none.
    pub link: String,
    /// Its place among those of its category.
    pub position: i32,
    /// Whether it is offered.
    pub active: bool,
    /// Counts its changes.
    pub revision: i64,
    /// Who changed it last.
    pub changed_by: StaffId,
    /// When.
    pub changed_at: At,
}

impl CannedAnswer {
    /// The text to begin an answer with, the link below it. `portal` is the
    /// portal's address without a slash at the end.
    pub fn text(&self, portal: &str) -> String {
        let origin = if self.link.starts_with('/') { portal } else { "" };
        match self.link.is_empty() {
            true => self.body.clone(),
            false => format!("{}\n\nくわしくは、次のページをご覧ください。\n{origin}{}", self.body, self.link),
        }
    }
}

/// The form, exactly as typed.
#[derive(Debug, Clone, Default)]
pub struct CannedTyped {
    /// [`Category`], its stable text.
    pub category: String,
    /// The words in the list.
    pub title: String,
    /// The text.
    pub body: String,
    /// An address.
    pub link: String,
    /// Its place; empty for the end.
    pub position: String,
    /// Whether it is offered.
    pub active: bool,
}

/// An answer that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannedInput {
    category: Category,
    title: String,
    body: String,
    link: String,
    position: i32,
    active: bool,
}

impl CannedInput {
    /// Judges what was typed.
    ///
    /// # Errors
    /// Every fault, in the order of the form.
    pub fn read(typed: &CannedTyped) -> std::result::Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let category = errors.take("category", "お問い合わせの種類", rules::read_category(&typed.category));
        let title = errors.take("title", "一覧に出す言葉", fold::text(&typed.title, TITLE_MAX_CHARS));
        let body = errors.take("body", "回答の文", fold::lines(&typed.body, ANSWER_MAX_CHARS));
        let link = errors.take("link", "よくある質問のアドレス", read_link(&typed.link));
        let position = errors.take("position", "並び順", read_position(&typed.position));
        let input = (|| {
            Some(Self {
                category: category?,
                title: title?,
                body: body?,
                link: link?,
                position: position?,
                active: typed.active,
            })
        })();
        errors.into_result(input)
    }
}

fn read_link(typed: &str) -> std::result::Result<String, FieldFault> {
    let Some(link) = fold::optional_text(typed, LINK_MAX_CHARS)? else { return Ok(String::new()) };
    let plain = link.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    let ours = link.starts_with('/') && !link.starts_with("//");
    match plain && (ours || link.starts_with("https://")) {
        true => Ok(link),
        false => Err(FieldFault::Sentence(
            "よくある質問のアドレスは「/faq/…」か「https://…」の形で入力してください".to_owned(),
        )),
    }
}

fn read_position(typed: &str) -> std::result::Result<i32, FieldFault> {
    if typed.trim().is_empty() {
        return Ok(100);
    }
    let number = fold::number(typed, 1, 999)?;
    Ok(i32::try_from(number).unwrap_or(999))
}

/// Every answer, retired ones too, in the order of the list.
///
/// # Errors
/// `Forbidden` without the permission to read inquiries.
pub fn list(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<CannedAnswer>> {
    may_read(scope)?;
    let mut all: Vec<CannedAnswer> = canned_answers::table.select(CannedAnswer::as_select()).load(conn)?;
    let place = |category: Category| Category::ALL.iter().position(|known| *known == category);
    all.sort_by(|a, b| (place(a.category), a.position, &a.id).cmp(&(place(b.category), b.position, &b.id)));
    Ok(all)
}

/// What is offered for an inquiry of this category: its own first, then the rest.
///
/// # Errors
/// As [`list`].
pub fn list_offered(conn: &mut Conn, scope: &StaffScope, category: Category) -> Result<Vec<CannedAnswer>> {
    let mut offered = list(conn, scope)?;
    offered.retain(|answer| answer.active);
    offered.sort_by_key(|answer| answer.category != category);
    Ok(offered)
}

/// One answer.
///
/// # Errors
/// As [`list`]; `NotFound`.
pub fn get(conn: &mut Conn, scope: &StaffScope, id: &CannedAnswerId) -> Result<CannedAnswer> {
    may_read(scope)?;
    Ok(canned_answers::table.find(id).select(CannedAnswer::as_select()).first(conn)?)
}

/// Keeps a new answer.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, input: CannedInput) -> Result<CannedAnswerId> {
    may_answer(scope)?;
    let row = CannedAnswer {
        id: CannedAnswerId::mint(),
        category: input.category,
        title: input.title,
        body: input.body,
        link: input.link,
        position: input.position,
        active: input.active,
        revision: 0,
        changed_by: scope.staff().clone(),
        changed_at: tx.now(),
    };
    diesel::insert_into(canned_answers::table).values(&row).execute(tx.conn())?;
    tx.record(
        Deed::new("canned_answer.changed", "canned_answers", row.id.as_str())
            .changed("title", "", &row.title)
            .changed("text", "", &row.body)
            .with(json!({ "category": row.category })),
    )?;
    Ok(row.id)
}

/// Changes an answer, or takes it out of the list.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound`; `Conflict` when a colleague was
/// faster.
pub fn change(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&CannedAnswerId, i64),
    input: CannedInput,
) -> Result<()> {
    may_answer(scope)?;
    let (before, now) = (get(tx.conn(), scope, id)?, tx.now());
    let changed = diesel::update(canned_answers::table.find(id).filter(canned_answers::revision.eq(seen)))
        .set((
            canned_answers::category.eq(input.category),
            canned_answers::title.eq(&input.title),
            canned_answers::body.eq(&input.body),
            canned_answers::link.eq(&input.link),
            canned_answers::position.eq(input.position),
            canned_answers::active.eq(input.active),
            canned_answers::revision.eq(seen + 1),
            canned_answers::changed_by.eq(scope.staff()),
            canned_answers::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    tx.record(
        Deed::new("canned_answer.changed", "canned_answers", id.as_str())
            .changed("category", before.category, input.category)
            .changed("title", before.title, input.title)
            .changed("text", before.body, input.body)
            .changed("link", before.link, input.link)
            .changed("active", before.active, input.active),
    )
}
