//! The fields of each step as HTML (`templates/procedures/annex_declaration`).

use askama::Template;
use uketsuke_core::application::procedure::Step;
use uketsuke_core::application::{Answers, Case, Method};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::FieldErrors;
use uketsuke_web::form::{Choice, DateTyped};

use super::office;
use super::steps::{self, AGREED, CODE, EFFECT_STEP, MATCH_STEP, METHOD, OFFICE_STEP};
use crate::field::{TICKED, text};
use crate::matching;

#[derive(Template)]
#[template(path = "procedures/annex_declaration/office.html")]
struct OfficePage<'a> {
    errors: &'a FieldErrors,
    own_name: &'a str,
    partner: &'static str,
    code: Option<&'a str>,
    method: Option<&'a str>,
    choices: Vec<Choice>,
    closed: Option<String>,
}

#[derive(Template)]
#[template(path = "procedures/annex_declaration/match.html")]
struct MatchPage<'a> {
    errors: &'a FieldErrors,
    matched: bool,
    mismatch: bool,
    birth: DateTyped,
    other: String,
    evidence_label: &'static str,
}

#[derive(Template)]
#[template(path = "procedures/annex_declaration/effect.html")]
struct EffectPage<'a> {
    errors: &'a FieldErrors,
    own_name: &'a str,
    other: String,
    agreed: bool,
}

/// Draws a step. `typed` is what was just sent, or what the draft has.
pub(super) fn draw(step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
    let other = office::known(case).map_or_else(|| "従たる施術所".to_owned(), |other| other.name);
    match step.key {
        OFFICE_STEP => office_page(case, typed, errors).render(),
        MATCH_STEP => MatchPage {
            errors,
            matched: steps::matched_revision(case).is_some(),
            mismatch: matching::is_mismatch(errors),
            birth: matching::birth(typed),
            other,
            evidence_label: office::kind(case).entry().evidence_label,
        }
        .render(),
        EFFECT_STEP => {
            EffectPage { errors, own_name: &case.facility.name, other, agreed: text(typed, AGREED.name) == TICKED }
                .render()
        }
        _ => return Err(Error::NotFound),
    }
    .map_err(Error::internal)
}

fn office_page<'a>(case: &'a Case, typed: &'a Answers, errors: &'a FieldErrors) -> OfficePage<'a> {
    let open = |name| case.open.has(name).then(|| text(typed, name));
    let closed = steps::is_closed(case).then(|| matching::closed_sentence(case.document.mark(steps::CLOSED)));
    let entry = office::kind(case).entry();
    let by_match = Choice::new(Method::Match.as_str(), "① 提出済みの情報との照合")
        .hint(format!("おすすめ：すぐに終わります。従たる施術所の{}を入力します。", entry.secret.label()));
    let by_documents = Choice::new(Method::Documents.as_str(), "② 書類を添付")
        .hint(format!("数日かかります。従たる施術所の「{}」を添付します。", entry.evidence_label));
    let method = match open(METHOD.name) {
        Some("") if closed.is_none() => Some(Method::Match.as_str()),
        Some("") => Some(Method::Documents.as_str()),
        chosen => chosen,
    };
    OfficePage {
        errors,
        own_name: &case.facility.name,
        partner: entry.label,
        code: open(CODE.name),
        method,
        choices: if closed.is_some() { vec![by_documents] } else { vec![by_match, by_documents] },
        closed,
    }
}
