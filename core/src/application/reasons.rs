//! Canned reasons: what staff may say to applicants, by kind of application and
//! by action. The procedure brings a list along; administrators change its
//! texts, retire reasons, and add their own. Reviewers edit the text they pick.

use std::collections::HashSet;

use diesel::prelude::*;
use serde_json::json;

use super::kind::ApplicationKind;
use super::procedure::Procedure;
use crate::audit::Deed;
use crate::db::{At, Conn, Tx, text_enum};
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{CannedReasonId, StaffId};
use crate::schema::canned_reasons;
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// The longest label, characters.
pub const LABEL_MAX_CHARS: usize = 60;

text_enum! {
    /// What a reason is given for.
    pub enum ReasonAction {
        /// 差戻し: pinned to a field that opens.
        Return = "return",
        /// 却下
        Reject = "reject",
        /// Fewer approved than asked for.
        Fewer = "fewer",
    }
}

impl ReasonAction {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Return => "差戻し",
            Self::Reject => "却下",
            Self::Fewer => "減らして承認",
        }
    }
}

/// A reason as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it is given for.
    pub action: ReasonAction,
    /// Stable code.
    pub code: String,
    /// The field it opens; empty unless it is for a return.
    pub field: String,
    /// The words in the reviewer's list.
    pub label: String,
    /// The text the applicant reads; empty where the reviewer must write one.
    pub text: String,
    /// Whether reviewers no longer find it in their list.
    pub retired: bool,
    /// Whether the procedure brought it along.
    pub built_in: bool,
    /// Who changed it last, and when.
    pub changed: Option<(StaffId, At)>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = canned_reasons)]
struct Row {
    id: CannedReasonId,
    kind: ApplicationKind,
    action: ReasonAction,
    code: String,
    field: String,
    label: String,
    body: String,
    retired: bool,
    changed_by: StaffId,
    changed_at: At,
}

/// The reasons reviewers choose from.
///
/// # Errors
/// From the database only.
pub fn list(conn: &mut Conn, procedure: &dyn Procedure, action: ReasonAction) -> Result<Vec<Reason>> {
    let mut all = list_all(conn, procedure)?;
    all.retain(|reason| reason.action == action && !reason.retired);
    Ok(all)
}

/// Every reason of a kind, retired ones too: the procedure's own first, in its
/// order, then those that administrators added.
///
/// # Errors
/// From the database only.
pub fn list_all(conn: &mut Conn, procedure: &dyn Procedure) -> Result<Vec<Reason>> {
    let rows: Vec<Row> =
        canned_reasons::table.filter(canned_reasons::kind.eq(procedure.kind())).order(canned_reasons::id).load(conn)?;
    let mut reasons = built_in(procedure);
    for row in rows {
        let known = reasons.iter_mut().find(|reason| reason.action == row.action && reason.code == row.code);
        let now = Reason {
            action: row.action,
            code: row.code,
            field: row.field,
            label: row.label,
            text: row.body,
            retired: row.retired,
            built_in: known.is_some(),
            changed: Some((row.changed_by, row.changed_at)),
        };
        match known {
            Some(reason) => *reason = now,
            None => reasons.push(now),
        }
    }
    Ok(reasons)
}

fn built_in(procedure: &dyn Procedure) -> Vec<Reason> {
    let reason = |action, code: &str, field: &str, label: &str, text: &str| Reason {
        action,
        code: code.to_owned(),
        field: field.to_owned(),
        label: label.to_owned(),
        text: text.to_owned(),
        retired: false,
        built_in: true,
        changed: None,
    };
    let faults = procedure.fault_reasons().iter();
    let faults = faults.map(|f| reason(ReasonAction::Return, f.code, f.field, f.label, f.text));
    let decisions = procedure.decision_reasons().iter().map(|d| reason(d.action, d.code, "", d.label, d.text));
    faults.chain(decisions).collect()
}

/// What an administrator typed for a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonInput {
    /// The field it opens; for returns only.
    pub field: String,
    /// The words in the list.
    pub label: String,
    /// The text; may be empty: the reviewer then writes one.
    pub text: String,
    /// Whether to take it out of the list.
    pub retired: bool,
}

/// Keeps a reason: a new one (`code` is `None`), or a change of one there is.
/// Applications in hand keep the texts they were sent with.
///
/// # Errors
/// `Forbidden` without the permission; `NotFound` for an unknown code;
/// `Invalid` when the last reason of an action would be retired, or the field
/// is none of the procedure's; `Conflict` when a colleague was faster.
pub fn save(
    tx: &mut Tx<'_>,
    procedure: &dyn Procedure,
    scope: &StaffScope,
    (action, code): (ReasonAction, Option<&str>),
    input: ReasonInput,
) -> Result<String> {
    if !scope.may(Permission::ManageSettings) {
        return Err(Error::Forbidden);
    }
    let all = list_all(tx.conn(), procedure)?;
    let before = match code {
        Some(code) => Some(all.iter().find(|r| r.action == action && r.code == code).ok_or(Error::NotFound)?),
        None => None,
    };
    judge(procedure, &all, action, before, &input)?;
    let row = Row {
        id: CannedReasonId::mint(),
        kind: procedure.kind(),
        action,
        code: code.map_or_else(|| CannedReasonId::mint().to_string(), str::to_owned),
        field: input.field,
        label: input.label,
        body: input.text,
        retired: input.retired,
        changed_by: scope.staff().clone(),
        changed_at: tx.now(),
    };
    let (code, label, text, retired) = (row.code.clone(), row.label.clone(), row.body.clone(), row.retired);
    replace(tx, row)?;
    let was = |of: fn(&Reason) -> String| before.map_or_else(String::new, of);
    let deed = Deed::new("canned_reason.changed", "canned_reasons", &code)
        .changed("label", was(|r| r.label.clone()), label)
        .changed("text", was(|r| r.text.clone()), text)
        .changed("retired", was(|r| r.retired.to_string()), retired)
        .with(json!({ "kind": procedure.kind(), "action": action }));
    tx.record(deed)?;
    Ok(code)
}

fn judge(
    procedure: &dyn Procedure,
    all: &[Reason],
    action: ReasonAction,
    before: Option<&Reason>,
    input: &ReasonInput,
) -> Result<()> {
    let mut errors = FieldErrors::default();
    let fields: HashSet<&str> = procedure.fault_reasons().iter().map(|reason| reason.field).collect();
    if action == ReasonAction::Return && !fields.contains(input.field.as_str()) {
        errors.add("field", "直せるようになる項目", FieldFault::NotChosen);
    }
    let others = all.iter().filter(|r| r.action == action && !r.retired && before.is_none_or(|b| b.code != r.code));
    if input.retired && others.count() == 0 {
        let text = "最後の理由は外せません。先に別の理由を追加してください。".to_owned();
        errors.add("retired", "使わない", FieldFault::Sentence(text));
    }
    errors.into_result(Some(()))?;
    Ok(())
}

fn replace(tx: &mut Tx<'_>, row: Row) -> Result<()> {
    let same = canned_reasons::table
        .filter(canned_reasons::kind.eq(row.kind))
        .filter(canned_reasons::action.eq(row.action))
        .filter(canned_reasons::code.eq(&row.code));
    // The id stays: it is the order of the list.
    let changed = diesel::update(same)
        .set((
            canned_reasons::field.eq(&row.field),
            canned_reasons::label.eq(&row.label),
            canned_reasons::body.eq(&row.body),
            canned_reasons::retired.eq(row.retired),
            canned_reasons::changed_by.eq(&row.changed_by),
            canned_reasons::changed_at.eq(row.changed_at),
        ))
        .execute(tx.conn())?;
    if changed == 1 || tx.insert_once(|c| diesel::insert_into(canned_reasons::table).values(&row).execute(c))? {
        return Ok(());
    }
    Err(Error::Conflict)
}
