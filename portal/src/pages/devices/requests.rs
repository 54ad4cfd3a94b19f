//! `GET /devices/requests`: 「資格確認アカウント申請状況」, every application for
//! devices and where it stands. Verified people.

use std::collections::HashMap;

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::{Application, repo};
use uketsuke_core::device::{self, Device};
use uketsuke_core::ids::ApplicationId;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use crate::Portal;
use crate::session::Verified;
use crate::state_tag::tone;

#[derive(Template)]
#[template(path = "portal/devices/requests.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    title: &'static str,
    number: String,
    sent: String,
    state: &'static str,
    tone: &'static str,
    /// Devices asked for.
    asked: String,
    /// Devices issued by it, or places for accounts.
    issued: String,
}

/// The list, newest first.
pub async fn show(portal: Data<Portal>, who: Verified) -> PageResult {
    let (scope, procedures) = (who.scope().clone(), portal.procedures.clone());
    let rows = portal
        .db
        .read(move |c| {
            let devices = device::list_in_scope(c, &scope)?;
            let places = device::places_by_application(c, scope.facility())?;
            let applications = repo::list_in_scope(c, &scope)?;
            let ids: Vec<_> = applications.iter().map(|application| application.id.clone()).collect();
            let filings = repo::latest_filings(c, &ids)?;
            let sent = applications.iter().filter(|application| application.number.is_some());
            let row = |application: &Application| {
                let quantity = match filings.get(&application.id) {
                    Some(filing) => procedures.get(application.kind)?.quantity(&filing.values()?),
                    None => None,
                };
                Ok(quantity.map(|quantity| row(application, quantity.asked, &devices, &places)))
            };
            Ok(sent.map(row).collect::<uketsuke_core::error::Result<Vec<_>>>()?.into_iter().flatten().collect())
        })
        .await?;
    html(&Page { frame: who.frame("資格確認アカウント申請状況"), rows })
}

fn row(application: &Application, asked: u32, devices: &[Device], places: &HashMap<ApplicationId, u32>) -> Row {
    let issued = devices.iter().filter(|device| device.application_id == application.id).count();
    let given = places.get(&application.id).map(|places| format!("{places}台（アカウント{issued}件）"));
    Row {
        href: format!("/applications/{}", application.id),
        title: application.kind.title(),
        number: application.number_text().to_owned(),
        sent: application.submitted_at.map_or_else(String::new, |at| words::date_time(at.utc())),
        state: application.state.public_label(),
        tone: tone(&application.state),
        asked: format!("{asked}台"),
        issued: given.unwrap_or_else(|| format!("{issued}台")),
    }
}
