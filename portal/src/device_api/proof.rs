//! The DPoP proof of a request (RFC 9449 §4): exactly one header, for this very
//! address, used once.

use actix_web::HttpRequest;
use uketsuke_core::db::Tx;
use uketsuke_core::device;
use uketsuke_core::error::Result;
use uketsuke_core::jose::{Dpop, JoseError, Jwk, hash_access_token, verify_dpop};

use super::error::{ApiError, INVALID_DPOP_PROOF};
use super::{DeviceApi, basic};

/// Checks the proof of this request to `path` made with `key`. It is not used up
/// yet. A token sent under the scheme `DPoP` must be the one the proof names (§7.1).
///
/// # Errors
/// `invalid_dpop_proof`.
pub fn of(api: &DeviceApi, request: &HttpRequest, path: &str, key: &Jwk) -> std::result::Result<Dpop, ApiError> {
    let mut all = request.headers().get_all("DPoP");
    let only = all.next().filter(|_| all.next().is_none()).and_then(|value| value.to_str().ok());
    let proof = only.ok_or_else(|| refused("exactly one DPoP header is needed"))?;
    let token = basic::authorization(request, SCHEME).map(hash_access_token);
    let method = request.method().as_str();
    let checked = verify_dpop(proof, method, &api.address(path), api.now(), token.as_deref()).map_err(|e| wrong(&e))?;
    if checked.jkt == key.thumbprint() { Ok(checked) } else { Err(refused("made with another key")) }
}

/// The scheme of a token that comes with a proof (RFC 9449 §7.1).
pub const SCHEME: &str = "DPoP";

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
