//! The few answers pages give: HTML, HTML with faults (422), and a redirect.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION};
use askama::Template;

use crate::errors::PageError;

/// What a page's handler answers.
pub type PageResult = Result<HttpResponse, PageError>;

/// The page, 200.
///
/// # Errors
/// When the template cannot be rendered.
pub fn html(template: &impl Template) -> PageResult {
    html_with(StatusCode::OK, template)
}

/// The page again with its faults, 422.
///
/// # Errors
/// When the template cannot be rendered.
pub fn invalid(template: &impl Template) -> PageResult {
    html_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// The page under another status.
///
/// # Errors
/// When the template cannot be rendered.
pub fn html_with(status: StatusCode, template: &impl Template) -> PageResult {
    let html = template.render()?;
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(html))
}

/// On to another page of ours after a POST (303).
pub fn see_other(path: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path.as_ref())).finish()
}

/// A text as the value of a query parameter.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The text if it is the path of a page of ours, hence safe to lead to.
pub fn local_path(text: &str) -> Option<&str> {
    let plain = text.bytes().all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    (plain && text.starts_with('/') && !text.starts_with("//") && text.len() <= 500).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_followed() {
        for (text, ok) in [
            ("/home", true),
            ("/applications/1?step=2", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("javascript:alert(1)", false),
            ("/a\r\nSet-Cookie: x", false),
            ("", false),
        ] {
            assert_eq!(local_path(text).is_some(), ok, "{text}");
        }
    }
}
