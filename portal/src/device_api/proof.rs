//! The DPoP proof of a request (RFC 9449 §4): exactly one header, for this very
//! address, used once.

use actix_web::HttpRequest;
use uketsuke_core::db::Tx;
use uketsuke_core::device;
use uketsuke_core::error::Result;
use uketsuke_core::jose::{Dpop, JoseError, Jwk, verify_dpop};

use super::DeviceApi;
use super::error::{ApiError, INVALID_DPOP_PROOF};

/// Checks the proof of a POST to `path` made with `key`. It is not used up yet.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn of_post(api: &DeviceApi, request: &HttpRequest, path: &str, key: &Jwk) -> std::result::Result<Dpop, ApiError> {
    of("POST", api, request, path, key)
}

/// The same for any method.
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn of(
    method: &str,
    api: &DeviceApi,
    request: &HttpRequest,
    path: &str,
    key: &Jwk,
) -> std::result::Result<Dpop, ApiError> {
    let mut all = request.headers().get_all("DPoP");
    let only = all.next().filter(|_| all.next().is_none()).and_then(|value| value.to_str().ok());
    let proof = only.ok_or_else(|| refused("exactly one DPoP header is needed"))?;
    let checked = verify_dpop(proof, method, &api.address(path), api.now(), None).map_err(|e| wrong(&e))?;
    if checked.jkt == key.thumbprint() { Ok(checked) } else { Err(refused("made with another key")) }
}

/// Uses a proof up; `false` when it was used before.
///
/// # Errors
/// From the database.
pub fn use_up(tx: &mut Tx<'_>, proof: &Dpop) -> Result<bool> {
    device::use_jti(tx, &format!("dpop {}", proof.jkt), &proof.jti, proof.exp)
}

/// The answer to a proof that was used before.
pub fn replayed() -> ApiError {
    refused("this proof was used before")
}

fn refused(description: &str) -> ApiError {
    ApiError::new(INVALID_DPOP_PROOF, description)
}

fn wrong(error: &JoseError) -> ApiError {
    let refused = ApiError::new(INVALID_DPOP_PROOF, error.to_string());
    match error {
        JoseError::Expired { .. } | JoseError::Future { .. } => refused.message(CLOCK),
        _ => refused,
    }
}

/// What to do about a clock that is off.
pub const CLOCK: &str = "端末の時計がずれています。日付と時刻の自動設定をオンにしてください。";
