//! Words that mean the same to those who search: groups that editors keep.

use diesel::prelude::*;

use super::write::words_of;
use crate::audit::Deed;
use crate::content::{may_edit, may_read};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::SynonymsId;
use crate::schema::faq_synonyms;
use crate::scope::StaffScope;

/// The longest group, characters.
const GROUP_MAX_CHARS: usize = 300;
/// The most groups that are used.
const MOST_GROUPS: i64 = 1_000;

/// All groups, folded, to look words up in.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    groups: Vec<Vec<String>>,
    /// A word, its length in characters, its group; the longest first.
    words: Vec<(String, usize, usize)>,
}

impl Synonyms {
    /// Reads groups of words with 「、」 between.
    pub fn of(groups: &[impl AsRef<str>]) -> Self {
        let mut read = Self::default();
        for group in groups {
            let mut keys: Vec<String> = Vec::new();
            for key in group.as_ref().split('、').map(fold::search_key).filter(|key| !key.is_empty()) {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            let n = read.groups.len();
            read.words.extend(keys.iter().map(|key| (key.clone(), key.chars().count(), n)));
            read.groups.push(keys);
        }
        read.words.sort_by(|(a, la, _), (b, lb, _)| lb.cmp(la).then_with(|| a.cmp(b)));
        read
    }

    /// The longest known word at the start of this folded text that `fits`, by its
    /// length in characters: the word, then the others of all its groups.
    pub(super) fn longest_at(&self, text: &str, fits: impl Fn(usize) -> bool) -> Option<(usize, Vec<String>)> {
        let (word, length, _) =
            self.words.iter().find(|(word, length, _)| text.starts_with(word.as_str()) && fits(*length))?;
        let mut keys = vec![word.clone()];
        for (_, _, group) in self.words.iter().filter(|(other, _, _)| other == word) {
            for key in &self.groups[*group] {
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
        }
        Some((*length, keys))
    }

    /// All groups as editors keep them.
    ///
    /// # Errors
    /// From the database only.
    pub(super) fn load(conn: &mut Conn) -> Result<Self> {
        let groups: Vec<String> =
            faq_synonyms::table.order(faq_synonyms::id).limit(MOST_GROUPS).select(faq_synonyms::words).load(conn)?;
        Ok(Self::of(&groups))
    }
}

/// One group as editors see it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = faq_synonyms)]
pub struct Group {
    /// Id.
    pub id: SynonymsId,
    /// Words with 「、」 between.
    pub words: String,
    /// Who changed it last, as `kind:id`.
    pub changed_by: String,
    /// When.
    pub changed_at: At,
}

/// All groups, in the order they were made.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn list_synonyms(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Group>> {
    may_read(scope)?;
    Ok(faq_synonyms::table.order(faq_synonyms::id).limit(MOST_GROUPS).select(Group::as_select()).load(conn)?)
}

fn read(typed: &str) -> Result<String> {
    let mut errors = FieldErrors::default();
    let words = errors.take("words", "同じ意味の言葉", fold::text(&words_of(typed), GROUP_MAX_CHARS));
    if words.as_ref().is_some_and(|words| words.split('、').count() < 2) {
        let sentence = "同じ意味の言葉を、「、」で区切って2つ以上入力してください";
        errors.add("words", "同じ意味の言葉", FieldFault::Sentence(sentence.to_owned()));
    }
    errors.into_result(words).map_err(Error::from)
}

/// Adds a group.
///
/// # Errors
/// `Forbidden`; `Invalid` when it is none.
pub fn add_synonyms(tx: &mut Tx<'_>, scope: &StaffScope, typed: &str) -> Result<SynonymsId> {
    may_edit(scope)?;
    let (words, id, by, now) = (read(typed)?, SynonymsId::mint(), tx.actor().label(), tx.now());
    diesel::insert_into(faq_synonyms::table)
        .values((
            faq_synonyms::id.eq(&id),
            faq_synonyms::words.eq(&words),
            faq_synonyms::changed_by.eq(by),
            faq_synonyms::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    tx.record(Deed::new("faq.synonyms_changed", "faq_synonyms", id.as_str()).changed("words", "", &words))?;
    Ok(id)
}

/// Changes a group.
///
/// # Errors
/// `Forbidden`; `NotFound`; `Invalid`.
pub fn change_synonyms(tx: &mut Tx<'_>, scope: &StaffScope, id: &SynonymsId, typed: &str) -> Result<()> {
    may_edit(scope)?;
    let words = read(typed)?;
    let old: String = faq_synonyms::table.find(id).select(faq_synonyms::words).first(tx.conn())?;
    let (by, now) = (tx.actor().label(), tx.now());
    diesel::update(faq_synonyms::table.find(id))
        .set((faq_synonyms::words.eq(&words), faq_synonyms::changed_by.eq(by), faq_synonyms::changed_at.eq(now)))
        .execute(tx.conn())?;
    tx.record(Deed::new("faq.synonyms_changed", "faq_synonyms", id.as_str()).changed("words", old, words))
}

/// Removes a group.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub fn remove_synonyms(tx: &mut Tx<'_>, scope: &StaffScope, id: &SynonymsId) -> Result<()> {
    may_edit(scope)?;
    let old: String = faq_synonyms::table.find(id).select(faq_synonyms::words).first(tx.conn())?;
    diesel::delete(faq_synonyms::table.find(id)).execute(tx.conn())?;
    tx.record(Deed::new("faq.synonyms_changed", "faq_synonyms", id.as_str()).changed("words", old, ""))
}
