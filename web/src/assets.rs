//! Style sheets, scripts and pictures: embedded in the program, joined into one
//! file per site at start-up, served under an address that holds their hash.
//!
//! Anyone may fetch them. Because the address changes with the content,
//! browsers keep them for a year without asking again.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use ring::digest::{SHA256, digest};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Files;

/// One served file and the parts it is joined from, in order.
struct Bundle {
    name: &'static str,
    content_type: &'static str,
    join: fn(&[u8]) -> Vec<u8>,
    parts: &'static [&'static str],
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const BUNDLES: &[Bundle] = &[
    Bundle {
        name: "portal.css",
        content_type: CSS,
        join: as_it_is,
        parts: &["css/tokens.css", "css/base.css", "css/forms.css", "css/components.css", "css/print.css"],
    },
    Bundle {
        name: "office.css",
        content_type: CSS,
        join: as_it_is,
        parts: &[
            "css/tokens.css",
            "css/base.css",
            "css/forms.css",
            "css/components.css",
            "css/backoffice.css",
            "css/print.css",
        ],
    },
    Bundle {
        name: "app.js",
        content_type: JS,
        join: as_block,
        parts: &[
            "js/errors.js",
            "js/send.js",
            "js/upload.js",
            "js/password.js",
            "js/tools.js",
            "js/lookup.js",
            "js/calendar.js",
            "js/count.js",
        ],
    },
    Bundle { name: "office.js", content_type: JS, join: as_block, parts: &["js/viewer.js"] },
    Bundle { name: "icon.svg", content_type: "image/svg+xml", join: as_it_is, parts: &["img/icon.svg"] },
    Bundle { name: "icon-csm.svg", content_type: "image/svg+xml", join: as_it_is, parts: &["img/icon-csm.svg"] },
];

struct Asset {
    url: String,
    content_type: &'static str,
    body: web::Bytes,
}

struct Assets {
    by_name: HashMap<&'static str, Asset>,
    name_of: HashMap<String, &'static str>,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let by_name: HashMap<_, _> = BUNDLES.iter().map(|bundle| (bundle.name, build(bundle))).collect();
    let name_of = by_name.iter().map(|(name, asset)| (asset.url.clone(), *name)).collect();
    Assets { by_name, name_of }
});

fn build(bundle: &Bundle) -> Asset {
    let mut body = Vec::new();
    for part in bundle.parts {
        let file = Files::get(part).expect("every part of a bundle is embedded");
        body.extend((bundle.join)(&file.data));
    }
    let hash: String = digest(&SHA256, &body).as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let (stem, extension) = bundle.name.rsplit_once('.').expect("bundle names have an extension");
    Asset {
        url: format!("/assets/{stem}.{hash}.{extension}"),
        content_type: bundle.content_type,
        body: web::Bytes::from(body),
    }
}

fn as_it_is(part: &[u8]) -> Vec<u8> {
    part.to_vec()
}

/// A script in a block, hence with names of its own, without comment lines and indentation.
/// No script may hold a text of several lines.
fn as_block(part: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(part);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join("\n")).into_bytes()
}

/// The address of an asset by its plain name (`portal.css`, `office.css`,
/// `app.js`, `icon.svg`, `icon-csm.svg`); an unknown name leads to an address that is not found.
pub fn asset_url(name: &str) -> &'static str {
    ASSETS.by_name.get(name).map_or("/assets/unknown", |asset| asset.url.as_str())
}

/// Adds `GET /assets/{file}`; call it in every application that serves pages.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/assets/{file}", web::get().to(serve)).route("/assets/{file}", web::head().to(serve));
}

async fn serve(file: web::Path<String>) -> HttpResponse {
    let url = format!("/assets/{file}");
    let Some(asset) = ASSETS.name_of.get(&url).and_then(|name| ASSETS.by_name.get(name)) else {
        return HttpResponse::NotFound().insert_header((CACHE_CONTROL, "no-store")).finish();
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, format!("\"{file}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(asset.body.clone())
}

#[cfg(test)]
#[path = "colour_tests.rs"]
mod colour_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{App, http::StatusCode, test};

    #[actix_web::test]
    async fn an_asset_is_served_under_its_hash_and_kept_for_a_year() {
        let app = test::init_service(App::new().configure(configure)).await;
        for bundle in BUNDLES {
            let request = test::TestRequest::get().uri(asset_url(bundle.name)).to_request();
            let answer = test::call_service(&app, request).await;
            assert_eq!(answer.status(), StatusCode::OK, "{}", bundle.name);
            let kept = answer.headers().get(CACHE_CONTROL).expect("cache header");
            assert!(kept.to_str().expect("ascii").contains("immutable"));
            assert_eq!(answer.headers().get(CONTENT_TYPE).expect("type"), bundle.content_type);
        }
    }

    #[actix_web::test]
    async fn an_address_with_another_hash_is_not_found() {
        let app = test::init_service(App::new().configure(configure)).await;
        for path in ["/assets/portal.00000000.css", "/assets/portal.css", "/assets/unknown", "/assets/..%2fCargo.toml"]
        {
            let answer = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[::core::prelude::v1::test]
    fn the_scripts_together_stay_small() {
        for name in ["app.js", "office.js"] {
            let size = ASSETS.by_name[name].body.len();
            assert!(size < 8 * 1024, "{name} has {size} bytes");
        }
    }

    #[::core::prelude::v1::test]
    fn style_sheets_call_nobody_else() {
        for name in ["portal.css", "office.css"] {
            let text = String::from_utf8_lossy(&ASSETS.by_name[name].body).into_owned();
            assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("@import"), "{name}");
        }
    }
}
