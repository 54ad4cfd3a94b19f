//! The pages of the application and what each finds out when it is sent.
//!
//! The match is the only one that looks beyond its own fields. What comes of it
//! is a mark in the document; the secret itself is kept nowhere.

use uketsuke_core::application::procedure::{Checked, EVIDENCE_FIELD, Step, StepContent};
use uketsuke_core::application::{Answers, Case};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Tx;
use uketsuke_core::error::Result;
use uketsuke_core::facility::kind::MatchSecret;
use uketsuke_core::facility::secret_match::{self, MatchOutcome, TypedSecret};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::Keyring;
use uketsuke_web::documents::USAGE_TERMS;

use super::form::{self, ACCOUNT, BIRTH, DEVICES, Field, METHOD, Method, STAFF, TERMS};

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

/// How the sentence about a failed match begins.
const MISMATCH: &str = "提出済みの情報と一致しませんでした";

/// Why ① is closed.
pub(super) const NO_TRIES: &str = "no_tries";
pub(super) const NOTHING_TO_COMPARE: &str = "nothing_to_compare";

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
    const BIRTH_PARTS: &[&str] = &["secret_birth_era", "secret_birth_year", "secret_birth_month", "secret_birth_day"];
    let secret = match form::sort(case) {
        MatchSecret::AccountNumber => &[ACCOUNT.name],
        MatchSecret::ManagerBirthDate => BIRTH_PARTS,
    };
    match is_matched(case) {
        true => fields(MATCH_STEP, "施設の確認", &[], &[], "次へ進む"),
        false => fields(MATCH_STEP, "施設の確認", &[], secret, "施設の確認"),
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

/// One try. A fault of shape costs none.
fn check_match(tx: &mut Tx<'_>, keyring: &Keyring, case: &Case, typed: &Answers) -> Result<Checked> {
    let secret = match form::secret(case, typed) {
        Ok(secret) => secret,
        Err(errors) => return Ok(Checked { errors, marks: Vec::new() }),
    };
    let today = tokyo_date(tx.now().utc());
    if case.facility.is_closed(today) {
        return Err(Refusal::FacilityClosed.into());
    }
    if matches!(secret, TypedSecret::ManagerBirthDate(on) if on >= today) {
        let mut errors = FieldErrors::default();
        errors.add(BIRTH.name, BIRTH.label, not_born_yet());
        return Ok(Checked { errors, marks: Vec::new() });
    }
    let outcome = secret_match::check(tx, keyring, &case.facility, &case.application.account_id, &secret)?;
    Ok(remembered(case, outcome))
}

fn remembered(case: &Case, outcome: MatchOutcome) -> Checked {
    let matched = outcome == MatchOutcome::Matched;
    let closed = match outcome {
        MatchOutcome::Closed => Some(NO_TRIES.to_owned()),
        MatchOutcome::NothingToCompare => Some(NOTHING_TO_COMPARE.to_owned()),
        MatchOutcome::Matched | MatchOutcome::Wrong { .. } => None,
    };
    let mut errors = FieldErrors::default();
    let field = match form::sort(case) {
        MatchSecret::AccountNumber => ACCOUNT,
        MatchSecret::ManagerBirthDate => BIRTH,
    };
    match outcome {
        MatchOutcome::Matched => {}
        MatchOutcome::Wrong { left } => errors.add(field.name, field.label, wrong_fault(left)),
        MatchOutcome::Closed | MatchOutcome::NothingToCompare => {
            errors.add(EVIDENCE_FIELD, "書類", closed_fault(closed.as_deref()));
        }
    }
    let revision = matched.then(|| case.facility.revision.to_string());
    Checked { errors, marks: vec![(MATCHED, revision), (CLOSED, closed)] }
}

/// The same words whatever was wrong.
fn wrong_fault(left: i32) -> FieldFault {
    FieldFault::Sentence(format!("{MISMATCH}（残り{left}回）"))
}

/// Whether one of these faults is a match that failed.
pub(super) fn is_mismatch(errors: &FieldErrors) -> bool {
    errors.iter().any(|error| error.sentence().starts_with(MISMATCH))
}

/// Mostly a 令和 that was to be a 昭和.
fn not_born_yet() -> FieldFault {
    FieldFault::Sentence(format!("{}が今日より後の日付です。元号と年を確かめて入力してください", BIRTH.label))
}

/// Why ① is closed, in the words users read.
pub(super) fn closed_sentence(why: Option<&str>) -> String {
    match why {
        Some(NOTHING_TO_COMPARE) => {
            "この施設には照合に使う情報が登録されていません。書類を添付して申請してください。".to_owned()
        }
        _ => Refusal::MatchClosed.sentence().to_owned(),
    }
}

fn closed_fault(why: Option<&str>) -> FieldFault {
    FieldFault::Sentence(closed_sentence(why))
}
