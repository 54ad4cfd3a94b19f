//! `GET, POST /queue/bulk/{id}/export`: the chosen applications as a file.
//! Whoever chose them.

use actix_web::web::{Data, Path};
use uketsuke_core::application::worklist;
use uketsuke_core::bulk;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::BulkRunId;
use uketsuke_core::spreadsheet::Sheet;
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::export::sheet_of;
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::export::{self, Export, ExportForm};

/// Asks for the format.
pub async fn ask(office: Data<Office>, who: Staff<ReadApplications>, path: Path<String>) -> PageResult {
    let (sheet, export) = chosen(&office, &who, &path).await?;
    export::ask(&who, export, sheet.rows.len())
}

/// The file.
pub async fn deliver(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Form(form): Form<ExportForm>,
) -> PageResult {
    let (sheet, export) = chosen(&office, &who, &path).await?;
    export::deliver(&office, &who, export, sheet, form).await
}

async fn chosen(office: &Office, who: &Staff<ReadApplications>, id: &str) -> Result<(Sheet, Export)> {
    let id = BulkRunId::parse(id).ok_or(Error::NotFound)?;
    let (scope, of) = (who.scope.clone(), id.clone());
    let (run, rows) = office
        .db
        .read(move |c| {
            let run = bulk::get_run(c, &scope, &of)?;
            let ids = bulk::ids_of(c, &of)?;
            Ok((run, worklist::rows_of_ids(c, &scope, &ids)?))
        })
        .await?;
    let sheet = sheet_of(rows, tokyo_date(office.db.clock().now()));
    let back = format!("/queue?{}", run.query);
    Ok((sheet, Export { list: "審査一覧", menu: "/queue", action: format!("/queue/bulk/{id}/export"), back }))
}
