//! 照合 as a step of a form: the match secret of a facility as typed, one try, and
//! the words about what came of it. The secret itself is kept nowhere.

use chrono::NaiveDate;
use uketsuke_core::application::Answers;
use uketsuke_core::application::procedure::EVIDENCE_FIELD;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Tx;
use uketsuke_core::error::Result;
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::kind::MatchSecret;
use uketsuke_core::facility::secret_match::{self, MatchOutcome, TypedSecret};
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::AccountId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::Keyring;
use uketsuke_web::form::DateTyped;

use crate::field::{Field, text};

/// Names with `secret` in them are kept nowhere, whatever happens to a form.
pub(crate) const ACCOUNT: Field = Field { name: "secret_account", label: "口座番号" };
pub(crate) const BIRTH: Field = Field { name: "secret_birth", label: "施術管理者の生年月日" };
const BIRTH_PARTS: &[&str] = &["secret_birth_era", "secret_birth_year", "secret_birth_month", "secret_birth_day"];

/// Why ① is closed, as marks keep it.
pub(crate) const NO_TRIES: &str = "no_tries";
pub(crate) const NOTHING_TO_COMPARE: &str = "nothing_to_compare";

/// How the sentence about a failed match begins.
const MISMATCH: &str = "提出済みの情報と一致しませんでした";

/// Which secret a facility is matched by.
pub(crate) fn sort(facility: &Facility) -> MatchSecret {
    facility.kind.entry().secret
}

/// The names of the boxes for it.
pub(crate) fn boxes(sort: MatchSecret) -> &'static [&'static str] {
    match sort {
        MatchSecret::AccountNumber => &[ACCOUNT.name],
        MatchSecret::ManagerBirthDate => BIRTH_PARTS,
    }
}

/// The birth date's four boxes as typed.
pub(crate) fn birth(typed: &Answers) -> DateTyped {
    let part = |part: &str| text(typed, &format!("{}_{part}", BIRTH.name)).to_owned();
    DateTyped { era: part("era"), year: part("year"), month: part("month"), day: part("day") }
}

/// The match secret of a facility's kind, or its faults by field.
pub(crate) fn secret(sort: MatchSecret, typed: &Answers) -> std::result::Result<TypedSecret, FieldErrors> {
    let mut errors = FieldErrors::default();
    let secret = match sort {
        MatchSecret::AccountNumber => errors
            .take(ACCOUNT.name, ACCOUNT.label, fold::account_number(text(typed, ACCOUNT.name)))
            .map(TypedSecret::AccountNumber),
        MatchSecret::ManagerBirthDate => {
            birth(typed).read(BIRTH.name, BIRTH.label, &mut errors).map(TypedSecret::ManagerBirthDate)
        }
    };
    errors.into_result(secret)
}

/// What a try came to.
pub(crate) struct Tried {
    /// What to tell the person.
    pub errors: FieldErrors,
    /// Whether it matched; nothing when it cost no try.
    pub matched: Option<bool>,
    /// Why ① is closed from now on.
    pub closed: Option<&'static str>,
}

/// One try. A fault of shape costs none.
///
/// # Errors
/// `Refused(FacilityClosed)`, or from the database.
pub(crate) fn attempt(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    facility: &Facility,
    account: &AccountId,
    typed: &Answers,
) -> Result<Tried> {
    let misshapen = |errors| Tried { errors, matched: None, closed: None };
    let secret = match secret(sort(facility), typed) {
        Ok(secret) => secret,
        Err(errors) => return Ok(misshapen(errors)),
    };
    let today = tokyo_date(tx.now().utc());
    if facility.is_closed(today) {
        return Err(Refusal::FacilityClosed.into());
    }
    if not_born_yet(&secret, today) {
        let mut errors = FieldErrors::default();
        let sentence = format!("{}が今日より後の日付です。元号と年を確かめて入力してください", BIRTH.label);
        errors.add(BIRTH.name, BIRTH.label, FieldFault::Sentence(sentence));
        return Ok(misshapen(errors));
    }
    Ok(told(sort(facility), secret_match::check(tx, keyring, facility, account, &secret)?))
}

/// Mostly a 令和 that was to be a 昭和.
fn not_born_yet(secret: &TypedSecret, today: NaiveDate) -> bool {
    matches!(secret, TypedSecret::ManagerBirthDate(on) if *on >= today)
}

fn told(sort: MatchSecret, outcome: MatchOutcome) -> Tried {
    let closed = match outcome {
        MatchOutcome::Closed => Some(NO_TRIES),
        MatchOutcome::NothingToCompare => Some(NOTHING_TO_COMPARE),
        MatchOutcome::Matched | MatchOutcome::Wrong { .. } => None,
    };
    let field = match sort {
        MatchSecret::AccountNumber => ACCOUNT,
        MatchSecret::ManagerBirthDate => BIRTH,
    };
    let mut errors = FieldErrors::default();
    match outcome {
        MatchOutcome::Matched => {}
        MatchOutcome::Wrong { left } => {
            // The same words whatever was wrong.
            let sentence = format!("{MISMATCH}（残り{left}回）");
            errors.add(field.name, field.label, FieldFault::Sentence(sentence));
        }
        MatchOutcome::Closed | MatchOutcome::NothingToCompare => {
            errors.add(EVIDENCE_FIELD, "書類", FieldFault::Sentence(closed_sentence(closed)));
        }
    }
    Tried { errors, matched: Some(outcome == MatchOutcome::Matched), closed }
}

/// Whether one of these faults is a match that failed.
pub(crate) fn is_mismatch(errors: &FieldErrors) -> bool {
    errors.iter().any(|error| error.sentence().starts_with(MISMATCH))
}

/// Why ① is closed, in the words users read.
pub(crate) fn closed_sentence(why: Option<&str>) -> String {
    match why {
        Some(NOTHING_TO_COMPARE) => {
            "この施設には照合に使う情報が登録されていません。書類を添付して申請してください。".to_owned()
        }
        _ => Refusal::MatchClosed.sentence().to_owned(),
    }
}
