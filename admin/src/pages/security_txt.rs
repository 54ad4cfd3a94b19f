//! `GET /.well-known/security.txt`: where to tell of a flaw. Anyone.

use actix_web::HttpRequest;
use actix_web::web::Data;
use uketsuke_web::{PageResult, security_txt};

use crate::Office;

/// The file.
pub async fn show(office: Data<Office>, request: HttpRequest) -> PageResult {
    security_txt::answer(&request, office.config.security_contact.as_deref(), office.db.clock().now())
}
