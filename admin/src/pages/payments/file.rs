//! `POST /payments/{id}/file`: the file for the bank. The first time notes that it
//! went out; each later time it is the identical file. Whoever pays.

use actix_web::web::{Data, Path};
use uketsuke_core::subsidy::payment;
use uketsuke_web::PageResult;
use uketsuke_web::download::{self, Disposition};

use super::{PATH, parse, slower};
use crate::Office;
use crate::access::{Pay, Staff};

/// The file.
pub async fn fetch(office: Data<Office>, who: Staff<Pay>, path: Path<String>) -> PageResult {
    let (id, scope) = (parse(&path)?, who.scope.clone());
    let fetched = office
        .db
        .write(who.actor(), move |tx| {
            let file = payment::export(tx, &scope, &id)?;
            Ok((file, payment::get(tx.conn(), &id)?.pay_on))
        })
        .await;
    match fetched {
        Ok((file, on)) => {
            let name = format!("総合振込_{}.txt", on.format("%Y%m%d"));
            Ok(download::bytes(file, "application/octet-stream", Disposition::Save(&name)))
        }
        Err(error) => slower(&who, &format!("{PATH}/{path}"), error),
    }
}
