//! The fields of each step as HTML (`templates/procedures/usage_start`). The
//! portal puts form, token and buttons around them.

use askama::Template;
use uketsuke_core::application::procedure::Step;
use uketsuke_core::application::{Answers, Case};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::MatchSecret;
use uketsuke_core::form::FieldErrors;
use uketsuke_web::documents::{Document, USAGE_TERMS};
use uketsuke_web::form::{Choice, DateTyped};

use super::form::{self, METHOD, Method, STAFF};
use super::steps::{self, CLOSED, COUNT_STEP, MATCH_STEP, METHOD_STEP, TERMS_STEP};
use crate::matching;

#[derive(Template)]
#[template(path = "procedures/usage_start/method.html")]
struct MethodPage<'a> {
    errors: &'a FieldErrors,
    chosen: &'a str,
    choices: Vec<Choice>,
    closed: Option<String>,
}

#[derive(Template)]
#[template(path = "procedures/usage_start/match.html")]
struct MatchPage<'a> {
    errors: &'a FieldErrors,
    matched: bool,
    /// A try has just failed.
    mismatch: bool,
    by_account: bool,
    account: &'a str,
    birth: DateTyped,
    facility_name: &'a str,
    evidence_label: &'static str,
}

#[derive(Template)]
#[template(path = "procedures/usage_start/count.html")]
struct CountPage<'a> {
    errors: &'a FieldErrors,
    staff_count: Option<&'a str>,
    device_count: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "procedures/usage_start/terms.html")]
struct TermsPage<'a> {
    errors: &'a FieldErrors,
    ticked: bool,
    client: &'static str,
    document: Document,
}

/// Draws a step. `typed` is what was just sent, or what the draft has.
pub(super) fn draw(step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
    match step.key {
        METHOD_STEP => method(case, typed, errors).render(),
        MATCH_STEP => matching(case, typed, errors).render(),
        COUNT_STEP => count(case, typed, errors).render(),
        TERMS_STEP => terms(case, errors).render(),
        _ => return Err(Error::NotFound),
    }
    .map_err(Error::internal)
}

fn method<'a>(case: &Case, typed: &'a Answers, errors: &'a FieldErrors) -> MethodPage<'a> {
    let closed = (steps::is_closed(case) && !steps::is_matched(case))
        .then(|| matching::closed_sentence(case.document.mark(CLOSED)));
    let offered = Method::ALL.into_iter().filter(|method| closed.is_none() || *method == Method::Documents);
    let chosen = match form::text(typed, METHOD.name) {
        // Nothing chosen yet: the quick way is ready to go, or the only one left.
        "" if closed.is_none() => Method::Match.value(),
        "" => Method::Documents.value(),
        chosen => chosen,
    };
    MethodPage { errors, chosen, choices: offered.map(|method| choice(case, method)).collect(), closed }
}

fn choice(case: &Case, method: Method) -> Choice {
    let entry = case.facility.kind.entry();
    let hint = match method {
        Method::Match => format!(
            "おすすめ：すぐに終わります。{}を入力して、支払基金または地方厚生（支）局に提出済みの情報と照らし合わせます。",
            entry.secret.label()
        ),
        Method::Documents => {
            format!("数日かかります。「{}」のファイルか写真を添付し、審査担当が確認します。", entry.evidence_label)
        }
    };
    Choice::new(method.value(), method.label()).hint(hint)
}

fn matching<'a>(case: &'a Case, typed: &'a Answers, errors: &'a FieldErrors) -> MatchPage<'a> {
    MatchPage {
        errors,
        matched: steps::is_matched(case),
        mismatch: matching::is_mismatch(errors),
        by_account: matching::sort(&case.facility) == MatchSecret::AccountNumber,
        account: form::text(typed, matching::ACCOUNT.name),
        birth: matching::birth(typed),
        facility_name: &case.facility.name,
        evidence_label: case.facility.kind.entry().evidence_label,
    }
}

fn count<'a>(case: &Case, typed: &'a Answers, errors: &'a FieldErrors) -> CountPage<'a> {
    let open = |field: form::Field| case.open.has(field.name).then(|| form::text(typed, field.name));
    CountPage { errors, staff_count: open(STAFF), device_count: open(form::DEVICES) }
}

fn terms<'a>(case: &Case, errors: &'a FieldErrors) -> TermsPage<'a> {
    TermsPage {
        errors,
        ticked: steps::agreed_version(case).is_ok(),
        client: case.facility.client().label(),
        document: USAGE_TERMS,
    }
}
