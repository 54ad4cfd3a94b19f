//! `GET, POST /queue/bulk/{id}/export`: the chosen applications as a file.
//! Whoever chose them.

use actix_web::web::{Data, Path};
use uketsuke_core::application::worklist;
use uketsuke_core::bulk;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::holiday;
use uketsuke_core::ids::{ApplicationId, BulkRunId};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::Cell;
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::export::{SHEET, cells};
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::pages::export::{self, Chosen as Format, Place};

/// The applications of a run, all in one step: a run holds at most [`bulk::MOST`].
#[derive(Clone)]
struct Chosen {
    ids: Vec<ApplicationId>,
    now: At,
}

impl Listing for Chosen {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        vec![("条件", "一覧で選んだ申請".to_owned())]
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        let ids = std::mem::take(&mut self.ids);
        let rows = worklist::rows_of_ids(conn, scope, &ids)?;
        let (calendar, today) = (holiday::calendar(conn)?, tokyo_date(self.now.utc()));
        Ok(rows.into_iter().map(|row| cells(row, today, &calendar)).collect())
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, path: Path<String>) -> PageResult {
    let (chosen, place) = chosen(&office, &who, &path).await?;
    export::show(&office, &who, chosen, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Form(format): Form<Format>,
) -> PageResult {
    let (chosen, place) = chosen(&office, &who, &path).await?;
    export::send(&office, &who, chosen, place, format).await
}

async fn chosen(office: &Office, who: &Staff<ReadApplications>, id: &str) -> Result<(Chosen, Place)> {
    let id = BulkRunId::parse(id).ok_or(Error::NotFound)?;
    let (scope, of) = (who.scope.clone(), id.clone());
    let (run, ids) = office.db.read(move |c| Ok((bulk::get_run(c, &scope, &of)?, bulk::ids_of(c, &of)?))).await?;
    let place =
        Place { action: format!("/queue/bulk/{id}/export"), back: format!("/queue?{}", run.query), menu: "/queue" };
    Ok((Chosen { ids, now: office.db.clock().now().into() }, place))
}
