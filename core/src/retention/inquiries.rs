//! Inquiries closed long ago: who asked and how to reach them, every message and note,
//! the files. Number, category, dates and whether it was answered stay for the figures.

use diesel::prelude::*;
use serde_json::json;

use super::rule::{Erased, Key, Rule, after, leftovers, untold};
use super::terms::Topic;
use crate::attachment::{self, Subject};
use crate::audit::Deed;
use crate::db::At;
use crate::ids::{FacilityId, InquiryId};
use crate::inquiry::State;
use crate::schema::{attachments, inquiries, inquiry_messages};
use crate::storage::StoredKey;

/// Closed or merged, and nobody wrote since. What was merged has given its messages
/// away, and goes by its own closing.
macro_rules! closed {
    ($cut:expr) => {
        inquiries::table
            .filter(inquiries::erased_at.is_null())
            .filter(inquiries::closed_at.is_not_null())
            .filter(inquiries::state.eq_any([State::Closed, State::Merged]))
            .filter(inquiries::closed_at.le($cut.at).assume_not_null())
    };
}

pub(super) const RULE: Rule = Rule {
    topic: Topic::Inquiries,
    due: |conn, cut, after, limit| {
        let at = inquiries::closed_at.assume_not_null();
        let rows: Vec<(At, InquiryId)> = closed!(cut)
            .filter(after!(after, at, inquiries::id))
            .order((inquiries::closed_at, inquiries::id))
            .limit(limit)
            .select((at, inquiries::id))
            .load(conn)?;
        Ok(rows.into_iter().map(Key::from).collect())
    },
    count_due: |conn, cut| Ok(closed!(cut).count().get_result(conn)?),
    erase: |tx, cut, id| {
        let now = tx.now();
        // The revision goes up: whoever has the page open sees that it changed.
        let things = diesel::update(closed!(cut).filter(inquiries::id.eq(id)))
            .set((
                inquiries::name.eq(""),
                inquiries::name_key.eq(""),
                inquiries::email.eq(None::<String>),
                inquiries::email_key.eq(None::<String>),
                inquiries::phone.eq(None::<String>),
                inquiries::revision.eq(inquiries::revision + 1),
                inquiries::erased_at.eq(now),
            ))
            .execute(tx.conn())?;
        if things == 0 {
            return Ok(Erased::default());
        }
        let thread = inquiry_messages::table.filter(inquiry_messages::inquiry_id.eq(id));
        diesel::update(thread).set(inquiry_messages::body.eq("")).execute(tx.conn())?;
        let files: Vec<StoredKey> = attachments::table
            .filter(attachments::subject_kind.eq(Subject::Inquiry).and(attachments::subject_id.eq(id)))
            .select(attachments::storage_key)
            .load(tx.conn())?;
        attachment::drop_all(tx, Subject::Inquiry, &[id])?;
        let facility: Option<FacilityId> =
            inquiries::table.filter(inquiries::id.eq(id)).select(inquiries::facility_id).first(tx.conn())?;
        let deed = Deed::new("inquiry.erased", "inquiries", id);
        let deed = facility.iter().fold(deed, |deed, facility| deed.at_facility(facility));
        tx.record(deed.with(json!({ "rule": Topic::Inquiries, "files": files.len() })))?;
        Ok(Erased { things, files })
    },
    also: None,
    count_erased: |conn| Ok(inquiries::table.filter(inquiries::erased_at.is_not_null()).count().get_result(conn)?),
    leftovers: |conn, _| {
        let erased = || inquiries::table.filter(inquiries::erased_at.is_not_null()).select(inquiries::id);
        let reached =
            inquiries::email.is_not_null().or(inquiries::email_key.is_not_null()).or(inquiries::phone.is_not_null());
        let named: Vec<InquiryId> =
            erased().filter(inquiries::name.ne("").or(inquiries::name_key.ne("")).or(reached)).load(conn)?;
        let said: Vec<InquiryId> = inquiry_messages::table
            .inner_join(inquiries::table)
            .filter(inquiries::erased_at.is_not_null())
            .filter(inquiry_messages::body.ne(""))
            .select(inquiries::id)
            .distinct()
            .load(conn)?;
        let filed: Vec<String> =
            attachments::table
                .filter(attachments::subject_kind.eq(Subject::Inquiry))
                .filter(attachments::subject_id.eq_any(
                    inquiries::table.filter(inquiries::erased_at.is_not_null()).select(diesel::dsl::sql::<
                        diesel::sql_types::Text,
                    >(
                        "inquiries.id"
                    )),
                ))
                .select(attachments::subject_id)
                .load(conn)?;
        let silent: Vec<InquiryId> = untold!(inquiries, "inquiry.erased").select(inquiries::id).load(conn)?;
        let (named, said) = (leftovers(named, "who asked"), leftovers(said, "words of a message"));
        let (filed, silent) = (leftovers(filed, "a file"), leftovers(silent, "no event in the audit trail"));
        Ok(named.chain(said).chain(filed).chain(silent).collect())
    },
};
