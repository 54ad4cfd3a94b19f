//! What stands in the `Authorization` header: `client_secret_basic` (RFC 6749
//! §2.3.1: id and secret, each form-encoded, then base64), or a token.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uketsuke_web::fields::Fields;

use super::question::is_plain;

/// The value of the one `Authorization` header with this scheme.
pub fn authorization<'r>(request: &'r HttpRequest, scheme: &str) -> Option<&'r str> {
    let mut all = request.headers().get_all(AUTHORIZATION);
    let only = all.next()?.to_str().ok().filter(|_| all.next().is_none())?;
    let (given, value) = only.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| value.trim())
}

/// The longest id and secret with the colon, bytes: what a header has room for.
const ROOM: usize = 1024;

/// Gives id and secret of a Basic header to `judge`; `None` when there is none or it
/// is no such thing. Without memory of its own where nothing is encoded: this is at
/// every card.
pub fn with_credentials<T>(request: &HttpRequest, judge: impl FnOnce(&str, &str) -> T) -> Option<T> {
    let mut room = [0; ROOM];
    let length = STANDARD.decode_slice(authorization(request, "Basic")?, &mut room).ok()?;
    let decoded = &room[..length];
    let (id, secret) = std::str::from_utf8(decoded).ok()?.split_once(':')?;
    if is_plain(decoded) {
        return Some(judge(id, secret));
    }
    Some(judge(&form_decoded(id)?, &form_decoded(secret)?))
}

fn form_decoded(text: &str) -> Option<String> {
    let escaped = text.replace('&', "%26");
    Fields::parse(format!("v={escaped}").as_bytes()).map(|fields| fields.get("v").to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_one_well_formed_header_is_read() {
        let header = |text: &str| TestRequest::default().insert_header((AUTHORIZATION, text)).to_http_request();
        let basic = |plain: &str| header(&format!("Basic {}", STANDARD.encode(plain)));
        let read = |request: &HttpRequest| with_credentials(request, |id, secret| (id.to_owned(), secret.to_owned()));
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(read(&basic("a:b:c")), pair("a", "b:c"));
        assert_eq!(read(&basic("a%2Db:c%26+d")), pair("a-b", "c& d"));
        assert_eq!(read(&basic("a:b&v=c")), pair("a", "b&v=c"));
        for wrong in [
            basic(&format!("a:{}", "b".repeat(ROOM))),
            basic("ab"),
            header("Basic !"),
            header("Bearer YTpi"),
            header("Basic"),
        ] {
            assert_eq!(read(&wrong), None);
        }
        let twice = TestRequest::default()
            .append_header((AUTHORIZATION, "Basic YTpi"))
            .append_header((AUTHORIZATION, "Basic YTpi"))
            .to_http_request();
        assert_eq!(read(&twice), None);
    }
}
