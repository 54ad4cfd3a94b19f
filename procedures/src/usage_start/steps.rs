//! The pages of the application and what each finds out when it is sent.
//!
//! The match is the only one that looks beyond its own fields. What comes of it
//! is a mark in the document; the secret itself is kept nowhere.

use uketsuke_core::application::procedure::{Checked, Step, StepContent};
use uketsuke_core::application::{Answers, Case};
use uketsuke_core::db::Tx;
use uketsuke_core::error::Result;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::secret::Keyring;
use uketsuke_web::documents::USAGE_TERMS;

use super::form::{self, DEVICES, Field, METHOD, Method, STAFF, TERMS};
use crate::matching;

pub(super) const METHOD_STEP: &str = "method";
pub(super) const MATCH_STEP: &str = "match";
pub(super) const DOCUMENTS_STEP: &str = "documents";
pub(super) const COUNT_STEP: &str = "count";
pub(super) const TERMS_STEP: &str = "terms";

/// Set when the match succeeded: the master's revision it succeeded with.
pub(super) const MATCHED: &str = "matched";
/// Set when ① is closed, with why.
pub(super) const CLOSED: &str = "match_closed";
/// The version of the terms that were ticked.
pub(super) const TERMS_READ: &str = "terms_version";

/// Whether the facility matched, and the master is still the one it matched.
pub(super) fn is_matched(case: &Case) -> bool {
    case.document.mark(MATCHED) == Some(case.facility.revision.to_string().as_str())
}

/// Whether only documents are left.
pub(super) fn is_closed(case: &Case) -> bool {
    case.document.mark(CLOSED).is_some()
}

/// The method that counts: what was chosen, unless ① is closed.
pub(super) fn method(case: &Case) -> Option<Method> {
    let chosen = form::method(case.document.answer(METHOD.name)).ok();
    if is_closed(case) && !is_matched(case) { Some(Method::Documents) } else { chosen }
}

/// The version of the terms that was ticked; a newer one must be read first.
/// What was sent already stands under the version of its day.
pub(super) fn agreed_version(case: &Case) -> std::result::Result<&str, FieldFault> {
    form::terms(case.document.answer(TERMS.name))?;
    match case.document.mark(TERMS_READ) {
        None => Err(form::unread()),
        Some(version) if version == USAGE_TERMS.version || case.application.submitted_at.is_some() => Ok(version),
        Some(_) => {
            Err(FieldFault::Sentence("利用規約が新しくなりました。読んで、同意するに印を付けてください".to_owned()))
        }
    }
}

pub(super) fn steps(case: &Case) -> Vec<Step> {
    let proof = match method(case) {
        Some(Method::Documents) => documents(case),
        _ => matching(case),
    };
    vec![
        fields(METHOD_STEP, METHOD.label, &[METHOD.name], &[], "次へ進む"),
        proof,
        fields(COUNT_STEP, "職員数と台数", &[STAFF.name, DEVICES.name], &[], "次へ進む"),
        fields(TERMS_STEP, "利用規約", &[TERMS.name], &[], "次へ進む"),
    ]
}

fn fields(
    key: &'static str,
    title: &'static str,
    kept: &'static [&'static str],
    secret: &'static [&'static str],
    button: &'static str,
) -> Step {
    Step { key, title, content: StepContent::Fields { kept, secret, button } }
}

fn documents(case: &Case) -> Step {
    let label = case.facility.kind.entry().evidence_label;
    Step { key: DOCUMENTS_STEP, title: "書類の添付", content: StepContent::Evidence { label } }
}

fn matching(case: &Case) -> Step {
    match is_matched(case) {
        true => fields(MATCH_STEP, "施設の確認", &[], &[], "次へ進む"),
        false => fields(MATCH_STEP, "施設の確認", &[], matching::boxes(matching::sort(&case.facility)), "施設の確認"),
    }
}

/// Judges one step as just typed; only fields open for change are looked at.
pub(super) fn check(tx: &mut Tx<'_>, keyring: &Keyring, step: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
    let mut found = Checked::default();
    match step.key {
        METHOD_STEP => check_method(case, typed, &mut found.errors),
        MATCH_STEP if !is_matched(case) => return check_match(tx, keyring, case, typed),
        COUNT_STEP => {
            take(case, STAFF, form::staff_count(form::text(typed, STAFF.name)), &mut found.errors);
            take(case, DEVICES, form::device_count(form::text(typed, DEVICES.name)), &mut found.errors);
        }
        TERMS_STEP => {
            let ticked = take(case, TERMS, form::terms(form::text(typed, TERMS.name)), &mut found.errors);
            found.marks.push((TERMS_READ, ticked.map(|()| USAGE_TERMS.version.to_owned())));
        }
        _ => {}
    }
    Ok(found)
}

fn take<T>(case: &Case, field: Field, read: std::result::Result<T, FieldFault>, errors: &mut FieldErrors) -> Option<T> {
    if case.open.has(field.name) { errors.take(field.name, field.label, read) } else { None }
}

fn check_method(case: &Case, typed: &Answers, errors: &mut FieldErrors) {
    let chosen = take(case, METHOD, form::method(form::text(typed, METHOD.name)), errors);
    if chosen == Some(Method::Match) && is_closed(case) && !is_matched(case) {
        errors.add(METHOD.name, METHOD.label, closed_fault(case.document.mark(CLOSED)));
    }
}

fn check_match(tx: &mut Tx<'_>, keyring: &Keyring, case: &Case, typed: &Answers) -> Result<Checked> {
    let tried = matching::attempt(tx, keyring, &case.facility, &case.application.account_id, typed)?;
    let marks = match tried.matched {
        None => Vec::new(),
        Some(matched) => {
            let revision = matched.then(|| case.facility.revision.to_string());
            vec![(MATCHED, revision), (CLOSED, tried.closed.map(str::to_owned))]
        }
    };
    Ok(Checked { errors: tried.errors, marks })
}

fn closed_fault(why: Option<&str>) -> FieldFault {
    FieldFault::Sentence(matching::closed_sentence(why))
}
