//! `GET, POST /facilities/{id}/watch`: the way to the portal as this facility
//! sees it, for looking only. Whoever may look along.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::watch::{self, Occasion};
use uketsuke_core::desk;
use uketsuke_core::error::Error;
use uketsuke_core::facility::Facility;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::FacilityId;
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{Staff, WatchFacility};

#[derive(Template)]
#[template(path = "admin/facilities/watch.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    facility: Facility,
    occasions: Vec<Choice>,
    typed: WatchForm,
}

#[derive(Template)]
#[template(path = "admin/facilities/watch_open.html")]
struct OpenPage {
    frame: Frame,
    facility: Facility,
    /// Works once; shown here alone.
    address: String,
}

/// What is chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct WatchForm {
    occasion: String,
}

/// Asks why.
pub async fn ask(office: Data<Office>, who: Staff<WatchFacility>, path: Path<String>) -> PageResult {
    let facility = read(&office, &who, &path).await?;
    html(&page(&who, facility, WatchForm::default(), FieldErrors::default()))
}

/// Makes the link. Not a redirect: the page's policy lets no form lead to another site.
pub async fn prepare(
    office: Data<Office>,
    who: Staff<WatchFacility>,
    path: Path<String>,
    Form(form): Form<WatchForm>,
) -> PageResult {
    let facility = read(&office, &who, &path).await?;
    let Some(occasion) = Occasion::parse(&form.occasion) else {
        let mut errors = FieldErrors::default();
        errors.add("occasion", "見る理由", FieldFault::NotChosen);
        return invalid(&page(&who, facility, form, errors));
    };
    let (scope, id) = (who.scope.clone(), facility.id.clone());
    let token = office.db.write(who.actor(), move |tx| watch::ask(tx, &scope, &id, occasion)).await?;
    let address = format!("{}/watch/{}", office.config.portals().of(facility.site()), token.reveal());
    html(&OpenPage { frame: who.frame("施設に見える画面", "/facilities"), facility, address })
}

fn page(who: &Staff<WatchFacility>, facility: Facility, typed: WatchForm, errors: FieldErrors) -> Page {
    let frame = who.frame("施設に見える画面を見る", "/facilities").error(!errors.is_empty());
    let occasions = Occasion::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect();
    Page { frame, errors, facility, occasions, typed }
}

async fn read(office: &Office, who: &Staff<WatchFacility>, id: &str) -> Result<Facility, Error> {
    let id = FacilityId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    office.db.read(move |c| desk::get_facility(c, &scope, &id)).await
}
