//! What was decided about 助成金, beside its case; and `GET /cases/{id}/notice.pdf`: the
//! notice as it was made. Whoever reads applications; each opening is recorded.

use actix_web::web::{Data, Path};
use serde_json::json;
use uketsuke_core::audit::Deed;
use uketsuke_core::db::Conn;
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::decision::{self, Outcome};
use uketsuke_core::subsidy::payment::{Standing, standing};
use uketsuke_core::subsidy::{notice, paper};
use uketsuke_web::download::{self, Disposition};
use uketsuke_web::{PageResult, words};

use crate::Office;
use crate::access::{ReadApplications, Staff};

/// A decision in lines, and what its notice is called once there is one.
pub(super) struct Money {
    pub rows: Vec<(&'static str, String)>,
    pub notice: Option<String>,
}

/// The decision about an application, if there is one.
pub(super) fn read(conn: &mut Conn, id: &ApplicationId) -> Result<Option<Money>> {
    let Some(decision) = decision::find(conn, id)? else { return Ok(None) };
    let made = notice::find(conn, id)?.filter(|notice| notice.storage_key.is_some());
    let pays = match standing(conn, &decision, made.as_ref())? {
        Standing::Refused => None,
        Standing::BeforeNotice => Some("通知書を作成しています".to_owned()),
        Standing::Waiting => Some("振込待ち".to_owned()),
        Standing::InTransfer(on) => Some(format!("振込手続中（振込日 {}）", words::plain_date(on))),
        Standing::Paid(on) => Some(format!("振込済み（{}）", words::plain_date(on))),
        Standing::Held => Some("振込が戻りました。口座の訂正を待っています".to_owned()),
    };
    let granted = (decision.outcome == Outcome::Granted).then(|| ("交付決定額", shown(decision.yen)));
    let rows = [Some(("申請額", shown(decision.decided.claimed))), granted, pays.map(|pays| ("振込", pays))];
    Ok(Some(Money {
        rows: rows.into_iter().flatten().collect(),
        notice: made.map(|notice| format!("{}（{}）", paper::title(&decision), notice.name())),
    }))
}

/// The notice.
pub async fn file(office: Data<Office>, who: Staff<ReadApplications>, path: Path<String>) -> PageResult {
    let (id, scope) = (ApplicationId::parse(&path).ok_or(Error::NotFound)?, who.scope.clone());
    let (key, name) = office
        .db
        .write(who.actor(), move |tx| {
            let application = desk::get_sent(tx.conn(), &scope, &id)?;
            let decision = decision::find(tx.conn(), &id)?.ok_or(Error::NotFound)?;
            let made = notice::find(tx.conn(), &id)?.ok_or(Error::NotFound)?;
            let key = made.storage_key.clone().ok_or(Error::NotFound)?;
            tx.record(
                Deed::new("subsidy.notice_read", "applications", id.as_str())
                    .at_facility(&application.facility_id)
                    .with(json!({ "notice": made.name() })),
            )?;
            Ok((key, format!("{}_{}.pdf", paper::title(&decision), application.number_text())))
        })
        .await?;
    let content = office.storage.read(&key).await.map_err(Error::from)?;
    Ok(download::answer(content, "application/pdf", Disposition::Save(&name)))
}
