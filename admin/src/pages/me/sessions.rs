//! `POST /me/sessions/end-others`: signs oneself out everywhere else. Any of the
//! staff.

use actix_web::web::Data;
use uketsuke_core::staff;
use uketsuke_web::PageResult;
use uketsuke_web::extract::AllFields;

use crate::Office;
use crate::access::{Anybody, Staff};

/// Ends all sessions but this one.
pub async fn end_others(office: Data<Office>, who: Staff<Anybody>, _form: AllFields) -> PageResult {
    let seat = who.seat().clone();
    office.db.write(who.actor(), move |tx| staff::end_other_sessions(tx, &seat)).await?;
    Ok(who.done("/me", "この端末のほかは、すべてログアウトしました"))
}
