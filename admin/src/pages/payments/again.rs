//! `GET /payments/again/{application}`: asks whether a returned transfer is to be paid
//! again to the same account. `POST`: lets it. Whoever pays.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::money::shown;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::subsidy::decision::{self, Decision};
use uketsuke_core::subsidy::payment;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::{PATH, answered, slower};
use crate::Office;
use crate::access::{Pay, Staff};

#[derive(Template)]
#[template(path = "admin/payments/again.html")]
struct Page {
    frame: Frame,
    decision: Decision,
    yen: String,
}

/// Asks.
pub async fn ask(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let id = parse(&path)?;
    let decision = office.db.read(move |c| decision::find(c, &id)?.ok_or(Error::NotFound)).await?;
    if decision.held_since.is_none() {
        return slower(&who, PATH, Refusal::NotInThisState.into());
    }
    let yen = shown(decision.yen);
    html(&Page { frame: who.frame("同じ口座への再振込", PATH), decision, yen })
}

/// Lets it.
pub async fn pay(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let outcome = office.db.write(who.actor(), move |tx| payment::pay_again(tx, &scope, &id)).await;
    answered(&who, PATH, outcome, "次の振込データに含めます")
}

fn parse(id: &str) -> Result<ApplicationId> {
    ApplicationId::parse(id).ok_or(Error::NotFound)
}
