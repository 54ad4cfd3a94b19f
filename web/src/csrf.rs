//! Forged forms: a token ties each form to the cookie of the one who was shown
//! it, and requests that another site caused are refused before they are read.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use uketsuke_core::secret::{Keyring, Purpose};

use crate::site::Site;

/// The form field that carries the token.
pub const FIELD: &str = "csrf_token";

const BYTES: usize = 32;

/// A token for a form shown to the holder of this cookie value. It looks
/// different every time, so that compressed pages do not give it away (BREACH).
pub fn token(keyring: &Keyring, cookie_value: &str) -> String {
    let mac = unhex(&keyring.mac(Purpose::Csrf, cookie_value.as_bytes())).unwrap_or([0; BYTES]);
    let mut pad = [0; BYTES];
    SystemRandom::new()
        .fill(&mut pad)
        .expect("the operating system's random source does not fail once the machine is up");
    URL_SAFE_NO_PAD.encode([pad, xor(&pad, &mac)].concat())
}

/// Whether the token belongs to this cookie value.
pub fn holds(keyring: &Keyring, cookie_value: &str, token: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
    let Some((pad, masked)) = bytes.split_first_chunk::<BYTES>() else { return false };
    let Ok(masked) = masked.try_into() else { return false };
    let mac: String = xor(pad, masked).iter().map(|byte| format!("{byte:02x}")).collect();
    keyring.verify_mac(Purpose::Csrf, cookie_value.as_bytes(), &mac)
}

/// Whether the token belongs to any cookie this request came with. For readers
/// of bodies that the page guard does not read itself: uploads.
pub fn holds_for(request: &HttpRequest, token: &str) -> bool {
    let site = Site::of(request);
    site.form_ties(request).iter().any(|tie| holds(&site.keyring, tie, token))
}

fn xor(one: &[u8; BYTES], other: &[u8; BYTES]) -> [u8; BYTES] {
    std::array::from_fn(|i| one[i] ^ other[i])
}

fn unhex(text: &str) -> Option<[u8; BYTES]> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let bytes: Vec<u8> =
        pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect::<Option<_>>()?;
    bytes.try_into().ok()
}

/// Whether another site caused this request. Browsers that send `Sec-Fetch-Site`
/// say so themselves; older ones send `Origin` with a POST. (`Origin: null` is
/// what our own `no-referrer` makes of our own forms: then the token decides.)
pub fn is_cross_site(site: &Site, request: &HttpRequest) -> bool {
    let text = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(from) = text(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(from, "same-origin" | "none");
    }
    match text(ORIGIN) {
        None | Some("null") => false,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            origin != site.origin && (host.is_none() || host != text(HOST))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_its_cookie_and_key_only() {
        let keyring = Keyring::from_master("a", &[1; 32]);
        let one = token(&keyring, "cookie");
        assert_ne!(one, token(&keyring, "cookie"), "masked anew each time");
        let other = Keyring::from_master("a", &[2; 32]);
        for (keyring, cookie, token, expected) in [
            (&keyring, "cookie", one.as_str(), true),
            (&keyring, "another", one.as_str(), false),
            (&other, "cookie", one.as_str(), false),
            (&keyring, "cookie", &one[..80], false),
            (&keyring, "cookie", "", false),
            (&keyring, "cookie", "あ", false),
        ] {
            assert_eq!(holds(keyring, cookie, token), expected, "{cookie} {token}");
        }
    }
}
