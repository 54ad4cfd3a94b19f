//! The versions of what is published, with the words of their fields, and what
//! one changed against another.

use diesel::prelude::*;
use similar::{ChangeTag, TextDiff};

use crate::db::{At, Conn, Tx, text_enum};
use crate::error::Result;
use crate::schema::content_versions;

text_enum! {
    /// What versions are kept of.
    pub enum Subject {
        /// お知らせ
        Notice = "notice",
        /// よくある質問
        Faq = "faq",
    }
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub number: i32,
    /// Each field: what staff call it, what it held.
    pub fields: Vec<(String, String)>,
    /// Why it was made.
    pub comment: String,
    /// By whom, as `kind:id`.
    pub by: String,
    /// When.
    pub at: At,
}

/// A field that a version changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What staff call the field.
    pub label: String,
    /// Its lines, those that stayed among them.
    pub lines: Vec<Line>,
}

/// A line of a changed field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// In both versions.
    Same(String),
    /// Only before.
    Removed(String),
    /// Only after.
    Added(String),
}

/// Keeps a version.
///
/// # Errors
/// From the database only.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    (subject, id): (Subject, &str),
    number: i32,
    fields: &[(&str, String)],
    comment: &str,
) -> Result<()> {
    let (by, at, document) = (tx.actor().label(), tx.now(), serde_json::to_string(fields)?);
    diesel::insert_into(content_versions::table)
        .values((
            content_versions::subject_kind.eq(subject),
            content_versions::subject_id.eq(id),
            content_versions::number.eq(number),
            content_versions::document.eq(document),
            content_versions::comment.eq(comment),
            content_versions::made_by.eq(by),
            content_versions::made_at.eq(at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// All versions, newest first.
///
/// # Errors
/// From the database, or when a document is damaged.
pub fn list(conn: &mut Conn, subject: Subject, id: &str) -> Result<Vec<Version>> {
    let rows: Vec<(i32, String, String, String, At)> = content_versions::table
        .filter(content_versions::subject_kind.eq(subject).and(content_versions::subject_id.eq(id)))
        .order(content_versions::number.desc())
        .select((
            content_versions::number,
            content_versions::document,
            content_versions::comment,
            content_versions::made_by,
            content_versions::made_at,
        ))
        .load(conn)?;
    let version = |(number, document, comment, by, at): (i32, String, String, String, At)| {
        Ok(Version { number, fields: serde_json::from_str(&document)?, comment, by, at })
    };
    rows.into_iter().map(version).collect()
}

/// What `after` changed, field by field, in its order.
pub fn changes(before: &Version, after: &Version) -> Vec<Change> {
    let held = |label: &str| before.fields.iter().find(|(l, _)| l == label).map_or("", |(_, text)| text.as_str());
    let changed = after.fields.iter().filter(|(label, text)| held(label) != text);
    changed.map(|(label, text)| Change { label: label.clone(), lines: lines(held(label), text) }).collect()
}

/// Two texts, line by line.
pub fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let line = |change: similar::Change<&str>| {
        let text = change.value().trim_end_matches('\n').to_owned();
        match change.tag() {
            ChangeTag::Equal => Line::Same(text),
            ChangeTag::Delete => Line::Removed(text),
            ChangeTag::Insert => Line::Added(text),
        }
    };
    diff.iter_all_changes().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_what_went_and_what_came() {
        let version = |number, body: &str| Version {
            number,
            fields: vec![("見出し".to_owned(), "同じ".to_owned()), ("本文".to_owned(), body.to_owned())],
            comment: String::new(),
            by: String::new(),
            at: crate::testing::start().into(),
        };
        let changes = changes(&version(1, "一\n二\n三"), &version(2, "一\n弐\n三"));
        let [Change { label, lines }] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(label, "本文");
        let wanted =
            [Line::Same("一".into()), Line::Removed("二".into()), Line::Added("弐".into()), Line::Same("三".into())];
        assert_eq!(lines[..], wanted);
    }
}
