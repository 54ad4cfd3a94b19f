//! Time-based one-time codes (RFC 6238) as authenticator apps make them: SHA-1,
//! six digits, 30 seconds.
//!
//! A code is accepted once: `check` answers the step it belongs to, and the
//! caller stores it by compare-and-set (SECURITY line 14).

use std::fmt;

use chrono::{DateTime, Utc};
use totp_rs::{Builder, Secret, Totp};

use super::{random, typed};

const STEP_SECONDS: i64 = 30;

/// A shared TOTP secret of 160 bits (RFC 4226, 4). `Debug` prints a constant.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// A new secret from the system's random source.
    pub fn mint() -> Self {
        Self(random::bytes())
    }

    /// A secret as it was sealed; `None` unless it has 20 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A secret as [`TotpSecret::reveal_base32`] gave it: for the demo and for
    /// tests, which play the authenticator app.
    pub fn from_base32(text: &str) -> Option<Self> {
        Secret::try_from_base32(text).ok().and_then(|secret| Self::from_bytes(&secret))
    }

    /// The raw secret, to be sealed.
    pub fn reveal_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret in base32, for typing it into an app that cannot scan.
    pub fn reveal_base32(&self) -> String {
        Secret::new_stack(self.0).to_base32()
    }

    /// The `otpauth://` address behind the QR code. Colons in the names become spaces.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> String {
        let account = account.replace(':', " ");
        let account = if account.is_empty() { "-" } else { &account };
        totp_builder(self)
            .with_account_name(account)
            .with_issuer(Some(issuer.replace(':', " ")))
            .build()
            .and_then(|totp| totp.to_url())
            .expect("names without colons and a 160-bit secret always make an address")
    }

    /// The code shown by an authenticator at `now`: for tests and the demo.
    pub fn code_at(&self, now: DateTime<Utc>) -> String {
        totp(self).generate(seconds(step_at(now))).to_string()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(secret)")
    }
}

/// The step `code` belongs to, if it is right now or one step before or after
/// and later than `last_step`, the last one accepted. Blanks and full-width
/// digits do not matter.
pub fn check(secret: &TotpSecret, code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> Option<i64> {
    let code: String = typed::characters(code).take(7).collect();
    let totp = totp(secret);
    let current = step_at(now);
    [current, current - 1, current + 1]
        .into_iter()
        .filter(|step| last_step.is_none_or(|last| *step > last))
        .find(|step| totp.check(&code, seconds(*step)).is_some())
}

fn totp_builder(secret: &TotpSecret) -> Builder {
    // Each step is asked for by itself, so that a used one can be left out.
    Builder::new().with_secret(Secret::new_stack(secret.0)).with_skew(0)
}

fn totp(secret: &TotpSecret) -> Totp {
    totp_builder(secret).with_account_name("-").build().expect("a 160-bit secret is long enough")
}

fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_SECONDS)
}

fn seconds(step: i64) -> u64 {
    u64::try_from(step * STEP_SECONDS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B: the SHA-1 secret and the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = TotpSecret(*b"12345678901234567890");
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(secret.code_at(at(time)), code);
            assert_eq!(check(&secret, code, at(time), None), Some(time / 30));
        }
    }

    #[test]
    fn one_step_of_drift_is_forgiven_and_no_step_is_accepted_twice() {
        let secret = TotpSecret::mint();
        let (now, step) = (at(1_800_000_000), 60_000_000);
        let code = secret.code_at(now);
        let cases = [
            (0, None, Some(step)),
            (30, None, Some(step)),
            (-30, None, Some(step)),
            (60, None, None),
            (-60, None, None),
            (0, Some(step - 1), Some(step)),
            (0, Some(step), None),
            (30, Some(step), None),
            (0, Some(step + 1), None),
        ];
        for (drift, last, expected) in cases {
            let later = now + chrono::TimeDelta::seconds(drift);
            assert_eq!(check(&secret, &code, later, last), expected, "{drift} {last:?}");
        }
    }

    #[test]
    fn a_code_is_read_however_it_is_typed_and_rubbish_is_refused() {
        let secret = TotpSecret(*b"12345678901234567890");
        for typed in ["287082", "287 082", "２８７０８２", " 287-082\n"] {
            assert_eq!(check(&secret, typed, at(59), None), Some(1), "{typed}");
        }
        for typed in ["", "28708", "2870820", "+87082", "28708a", "あいうえおか"] {
            assert_eq!(check(&secret, typed, at(59), None), None, "{typed}");
        }
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        let uri = TotpSecret(*b"12345678901234567890").otpauth_uri("受付: 管理", "yamada@example.jp");
        assert!(uri.starts_with("otpauth://totp/"), "{uri}");
        assert!(uri.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{uri}");
        assert!(uri.contains("issuer="), "{uri}");
    }

    #[test]
    fn debug_never_shows_the_secret() {
        assert_eq!(format!("{:?}", TotpSecret::mint()), "TotpSecret(secret)");
    }
}
