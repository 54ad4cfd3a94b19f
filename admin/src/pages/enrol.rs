//! `GET, POST /enrol`: the first second factor. Sessions whose password was just
//! right and that have none yet.
//!
//! The secret is shown to this session alone, as a QR code and as text, until
//! one code of it has been confirmed.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::Deserialize;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::staff::{EnrolOutcome, Enrolment, Stage, confirm_enrolment, enrolment};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, html_with, invalid, see_other};

use super::second_factor::{throttled, wrong};
use super::words::until;
use crate::Office;
use crate::access::{HalfWay, next_gate, seated};

#[derive(Template)]
#[template(path = "admin/enrol.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    qr: String,
    secret: String,
}

/// The recovery codes, shown this once.
#[derive(Template)]
#[template(path = "admin/recovery_codes.html")]
pub(super) struct CodesPage {
    /// The frame.
    pub frame: Frame,
    /// The codes, grouped in fours.
    pub codes: Vec<String>,
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
}

/// The secret and the form.
pub async fn show(office: Data<Office>, who: HalfWay) -> PageResult {
    match elsewhere(&who) {
        Some(answer) => Ok(answer),
        None => html(&page(&office, &who).await?),
    }
}

/// Confirms the secret by a code.
pub async fn confirm(
    office: Data<Office>,
    request: HttpRequest,
    who: HalfWay,
    Form(form): Form<CodeForm>,
) -> PageResult {
    if let Some(answer) = elsewhere(&who) {
        return Ok(answer);
    }
    let page = page(&office, &who).await?;
    let (keyring, seat) = (office.keyring.clone(), who.seat.clone());
    let outcome = office.db.write(who.actor(), move |tx| confirm_enrolment(tx, &keyring, &seat, &form.code)).await?;
    match outcome {
        EnrolOutcome::Done(session, codes) => {
            let frame = who.frame("二段階認証を登録しました");
            let shown = html(&CodesPage { frame, codes: codes.reveal().to_vec() })?;
            Ok(seated(&request, &session, shown))
        }
        EnrolOutcome::Wrong { left } => invalid(&page.with(wrong(left))),
        EnrolOutcome::Throttled { until: at } => {
            html_with(StatusCode::TOO_MANY_REQUESTS, &page.with(throttled(&until(at))))
        }
    }
}

fn elsewhere(who: &HalfWay) -> Option<HttpResponse> {
    (who.seat.stage != Stage::Enrolling).then(|| see_other(next_gate(who.seat.stage).unwrap_or("/")))
}

async fn page(office: &Office, who: &HalfWay) -> Result<Page, PageError> {
    let (keyring, seat) = (office.keyring.clone(), who.seat.clone());
    let Enrolment { uri, secret } = office.db.read(move |c| enrolment(c, &keyring, &seat)).await?;
    let frame = who.frame("二段階認証の登録");
    Ok(Page { frame, errors: FieldErrors::default(), qr: qr_svg(&uri)?, secret: in_fours(&secret) })
}

impl Page {
    fn with(mut self, sentence: String) -> Self {
        self.errors.add("code", "確認コード", FieldFault::Sentence(sentence));
        self.frame = self.frame.error(true);
        self
    }
}

/// Drawn with presentation attributes only: the CSP forbids inline style.
fn qr_svg(text: &str) -> Result<String, PageError> {
    let code = QrCode::new(text).map_err(|_| PageError::fault("the address does not fit a QR code"))?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(220, 220).quiet_zone(true).build();
    let start = svg.find("<svg").unwrap_or(0);
    Ok(svg[start..].to_owned())
}

fn in_fours(secret: &str) -> String {
    uketsuke_web::words::groups(secret).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_qr_code_is_plain_svg() {
        let svg = qr_svg("otpauth://totp/x?secret=ABC").expect("draws");
        assert!(svg.starts_with("<svg") && !svg.contains("style="), "{}", &svg[..200]);
    }
}
