//! The pages of the declaration and what each finds out when it is sent.

use uketsuke_core::application::procedure::{Checked, Step, StepContent};
use uketsuke_core::application::{Answers, Case, Method};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Tx;
use uketsuke_core::error::Result;
use uketsuke_core::facility;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::secret::Keyring;

use super::office;
use crate::field::{Field, fields, text, ticked};
use crate::matching;

pub(super) const OFFICE_STEP: &str = "office";
pub(super) const MATCH_STEP: &str = "match";
pub(super) const DOCUMENTS_STEP: &str = "documents";
pub(super) const EFFECT_STEP: &str = "effect";

pub(super) const CODE: Field = Field { name: "other_code", label: "従たる施術所の登録記号番号" };
pub(super) const METHOD: Field = Field { name: "method", label: "従たる施術所の確認方法" };
pub(super) const AGREED: Field = Field { name: "agreed", label: "変わることの確認" };

/// Set when the match succeeded: the other office and the master's revision of it.
const MATCHED: &str = "matched";
/// Set when ① is closed, with why.
pub(super) const CLOSED: &str = "match_closed";

/// The revision of the other office that matched.
pub(super) fn matched_revision(case: &Case) -> Option<i64> {
    let (id, revision) = case.document.mark(MATCHED)?.split_once(' ')?;
    if office::known(case)?.id.as_str() == id { revision.parse().ok() } else { None }
}

/// Whether only documents are left.
pub(super) fn is_closed(case: &Case) -> bool {
    case.document.mark(CLOSED).is_some() && matched_revision(case).is_none()
}

/// What was chosen.
pub(super) fn chosen(typed: &str) -> std::result::Result<Method, FieldFault> {
    Method::parse(typed).ok_or(FieldFault::NotChosen)
}

/// The method that counts: what was chosen, unless ① is closed.
pub(super) fn method(case: &Case) -> Option<Method> {
    if is_closed(case) { Some(Method::Documents) } else { chosen(case.document.answer(METHOD.name)).ok() }
}

pub(super) fn agreed(typed: &str) -> std::result::Result<(), FieldFault> {
    ticked(typed, "変わることを確かめて、印を付けてください")
}

pub(super) fn steps(case: &Case) -> Vec<Step> {
    let proof = match method(case) {
        Some(Method::Documents) => {
            let label = office::kind(case).entry().evidence_label;
            Step { key: DOCUMENTS_STEP, title: "書類の添付", content: StepContent::Evidence { label } }
        }
        _ => matching_step(case),
    };
    vec![
        fields(OFFICE_STEP, "従たる施術所", &[CODE.name, METHOD.name]),
        proof,
        fields(EFFECT_STEP, "変わること", &[AGREED.name]),
    ]
}

fn matching_step(case: &Case) -> Step {
    let matched = matched_revision(case).is_some();
    let secret = if matched { &[] } else { matching::boxes(office::kind(case).entry().secret) };
    let button = if matched { "次へ進む" } else { "施術所の確認" };
    Step { key: MATCH_STEP, title: "施術所の確認", content: StepContent::Fields { kept: &[], secret, button } }
}

/// Judges one step as just typed; only fields open for change are looked at.
pub(super) fn check(tx: &mut Tx<'_>, keyring: &Keyring, step: &Step, case: &Case, typed: &Answers) -> Result<Checked> {
    match step.key {
        OFFICE_STEP => check_office(tx, case, typed),
        MATCH_STEP if matched_revision(case).is_none() => check_match(tx, keyring, case, typed),
        EFFECT_STEP => {
            let mut found = Checked::default();
            if case.open.has(AGREED.name) {
                found.errors.take(AGREED.name, AGREED.label, agreed(text(typed, AGREED.name)));
            }
            Ok(found)
        }
        _ => Ok(Checked::default()),
    }
}

fn check_office(tx: &mut Tx<'_>, case: &Case, typed: &Answers) -> Result<Checked> {
    let (mut found, today) = (Checked::default(), tokyo_date(tx.now().utc()));
    if case.open.has(CODE.name) {
        let other = office::find(tx.conn(), case, text(typed, CODE.name), today)?;
        let other = found.errors.take(CODE.name, CODE.label, other);
        let same = other.as_ref().map(|other| &other.id) == office::known(case).as_ref().map(|known| &known.id);
        found.marks = office::marks(other.as_ref());
        if !same {
            // Another office: what was found out about the last one says nothing of it.
            found.marks.extend([(MATCHED, None), (CLOSED, None)]);
        }
    }
    if case.open.has(METHOD.name) {
        let method = found.errors.take(METHOD.name, METHOD.label, chosen(text(typed, METHOD.name)));
        if method == Some(Method::Match) && is_closed(case) {
            let sentence = matching::closed_sentence(case.document.mark(CLOSED));
            found.errors.add(METHOD.name, METHOD.label, FieldFault::Sentence(sentence));
        }
    }
    Ok(found)
}

fn check_match(tx: &mut Tx<'_>, keyring: &Keyring, case: &Case, typed: &Answers) -> Result<Checked> {
    let Some(known) = office::known(case) else {
        let mut errors = FieldErrors::default();
        errors.add(CODE.name, CODE.label, FieldFault::Sentence("先に、従たる施術所を入力してください".to_owned()));
        return Ok(Checked { errors, marks: Vec::new() });
    };
    let other = facility::repo::get(tx.conn(), &known.id)?;
    let tried = matching::attempt(tx, keyring, &other, &case.application.account_id, typed)?;
    let marks = match tried.matched {
        None => Vec::new(),
        Some(matched) => {
            let revision = matched.then(|| format!("{} {}", other.id, other.revision));
            vec![(MATCHED, revision), (CLOSED, tried.closed.map(str::to_owned))]
        }
    };
    Ok(Checked { errors: tried.errors, marks })
}
