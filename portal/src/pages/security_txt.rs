//! `GET /.well-known/security.txt`: where to tell of a flaw. Anyone.

use actix_web::HttpRequest;
use actix_web::web::Data;
use uketsuke_web::{PageResult, security_txt};

use crate::Portal;

/// The file.
pub async fn show(portal: Data<Portal>, request: HttpRequest) -> PageResult {
    security_txt::answer(&request, portal.config.security_contact.as_deref(), portal.db.clock().now())
}
