//! `GET, POST /applications/{id}/confirm`: everything once more, then
//! 「この内容で申請する」. What is missing is listed at that button. Sending twice
//! sends once. Signed in; who may fill the application in.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::application::procedure::{EVIDENCE_FIELD, Shortfall, SummaryRow};
use uketsuke_core::application::send::send;
use uketsuke_core::application::submit::Sent;
use uketsuke_core::application::{Case, State};
use uketsuke_core::facility::Facility;
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::place::{step_href, step_names};
use super::{FileLine, address, file_lines, load, must_be_open, parse, procedure};
use crate::Portal;
use crate::session::SignedIn;

#[derive(Template)]
#[template(path = "portal/applications/confirm.html")]
struct Page {
    frame: Frame,
    title: &'static str,
    back: String,
    address: String,
    names: Vec<&'static str>,
    facility: Facility,
    rows: Vec<Row>,
    missing: Vec<Missing>,
    refused: bool,
    correcting: bool,
    seen: i64,
}

/// One line, with the way to change it where it can be changed.
struct Row {
    label: String,
    value: String,
    change: String,
    files: Vec<FileLine>,
}

struct Missing {
    href: String,
    sentence: String,
}

/// The check page.
pub async fn show(portal: Data<Portal>, who: SignedIn, id: Path<String>) -> PageResult {
    let case = load(&portal, &who, &id).await?;
    if !case.application.state.is_editable() {
        return Ok(see_other(address(&case)));
    }
    must_be_open(&portal, &case)?;
    let missing = procedure(&portal, &case)?.file(&case).err().unwrap_or_default();
    html(&page(&portal, &who, &case, missing, false)?)
}

/// What the person looked at when they pressed the button.
#[derive(Debug, Deserialize)]
pub struct Seen {
    #[serde(default)]
    seen: String,
}

/// Sends it.
pub async fn submit(portal: Data<Portal>, who: SignedIn, id: Path<String>, form: Form<Seen>) -> PageResult {
    let seen: i64 = form.0.seen.parse().map_err(|_| PageError::Unreadable)?;
    let (parsed, scope, procedures) = (parse(&id)?, who.scope().clone(), portal.procedures.clone());
    let sent = portal.db.write(who.actor(), move |tx| send(tx, &procedures, &scope, &parsed, seen)).await?;
    let case = load(&portal, &who, &id).await?;
    match sent {
        Sent::Done => Ok(see_other(format!("{}/done", address(&case)))),
        Sent::Incomplete(missing) => invalid(&page(&portal, &who, &case, missing, true)?),
    }
}

fn page(
    portal: &Portal,
    who: &SignedIn,
    case: &Case,
    missing: Vec<Shortfall>,
    refused: bool,
) -> Result<Page, PageError> {
    let procedure = procedure(portal, case)?;
    let steps = procedure.steps(case);
    let correcting = case.application.state == State::Returned;
    let frame = who.frame("申請内容の確認").error(refused);
    Ok(Page {
        frame: if correcting { frame } else { frame.step(steps.len() + 1, steps.len() + 1) },
        title: procedure.title(),
        back: match steps.last() {
            Some(step) if !correcting => step_href(case, step.key),
            _ => address(case),
        },
        address: address(case),
        names: if correcting { Vec::new() } else { step_names(&steps) },
        facility: case.facility.clone(),
        rows: procedure.summary(case).into_iter().map(|line| row(portal, case, line)).collect(),
        missing: missing.into_iter().map(|one| lead(case, &one)).collect(),
        refused,
        correcting,
        seen: case.application.revision,
    })
}

fn row(portal: &Portal, case: &Case, line: SummaryRow) -> Row {
    let change = match case.application.state {
        State::Draft => format!("{}?then=confirm", step_href(case, line.step)),
        _ if case.open.has(line.field) => step_href(case, line.step),
        _ => String::new(),
    };
    let files = if line.field == EVIDENCE_FIELD { file_lines(&portal.storage, case) } else { Vec::new() };
    Row { label: line.label, value: line.value, change, files }
}

/// Leads to the field itself.
fn lead(case: &Case, one: &Shortfall) -> Missing {
    Missing {
        href: format!("{}?then=confirm#{}", step_href(case, one.step), one.error.field),
        sentence: one.error.sentence(),
    }
}
