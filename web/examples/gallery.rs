//! Every macro of `templates/web/form.html` on one page: to look at
//! (`cargo run -p uketsuke-web --example gallery`) and to test their HTML.
//!
//! For developers only; no site serves it.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::{App, HttpResponse, HttpServer, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use uketsuke_core::form::{FieldErrors, FieldFault};

use uketsuke_web::error_page::ErrorPage;
use uketsuke_web::form::{Choice, ChoiceGroup, DateTyped};
use uketsuke_web::page::{Frame, NavItem, SITE_OFFICE};

const NAV: [NavItem; 4] = [
    NavItem { href: "/home", label: "ホーム" },
    NavItem { href: "/applications", label: "各種申請" },
    NavItem { href: "/devices", label: "端末" },
    NavItem { href: "/account", label: "登録情報" },
];

/// The page with all pieces, in the portal's layout.
#[derive(Template)]
#[template(path = "web/gallery.html")]
struct Gallery {
    frame: Frame,
    errors: FieldErrors,
    facility_code: String,
    mail: String,
    method: String,
    methods: Vec<Choice>,
    picked: Vec<String>,
    kind: String,
    kinds: Vec<Choice>,
    prefectures: Vec<ChoiceGroup>,
    born: DateTyped,
    reason: String,
    filed_on: NaiveDate,
    seen_at: DateTime<Utc>,
}

impl Gallery {
    /// The page as first opened, or with a fault at several fields.
    fn new(with_faults: bool) -> Self {
        let mut errors = FieldErrors::default();
        if with_faults {
            errors.add("facility_code", "登録記号番号", FieldFault::DigitCount { want: 10, now: 9 });
            errors.add("method", "施設の確認方法", FieldFault::NotChosen);
            errors.add("kind", "所属機関", FieldFault::NotChosen);
            errors.add("born_month", "生年月日の「月」", FieldFault::OutOfRange { min: 1, max: 12 });
            errors.add("terms", "", FieldFault::Sentence("規約を読んで、同意するに印を付けてください".into()));
            errors.add("evidence", "受領委任承諾通知書", FieldFault::NotChosen);
        }
        Self {
            frame: Frame::new("利用開始申請")
                .step(2, 5)
                .csrf("token-of-the-session")
                .person("山田 太郎")
                .facility("さくら接骨院")
                .unread(Some(2))
                .nav(&NAV, "/applications")
                .error(with_faults)
                .address("/gallery"),
            errors,
            facility_code: "<script>alert(1)</script>".into(),
            mail: "taro\"@example.jp".into(),
            method: "document".into(),
            methods: vec![
                Choice::new("match", "提出済みの情報と照合する").hint("すぐに終わります"),
                Choice::new("document", "書類を添付する").hint("数日かかります"),
            ],
            picked: vec!["match".into()],
            kind: "judo".into(),
            kinds: vec![Choice::new("judo", "柔道整復師の施術所"), Choice::new("midwifery", "助産所")],
            prefectures: vec![
                ChoiceGroup::new("北海道厚生局", vec![Choice::new("01", "北海道")]),
                ChoiceGroup::new("関東信越厚生局", vec![Choice::new("11", "埼玉県"), Choice::new("13", "東京都")]),
            ],
            born: DateTyped { era: "showa".into(), year: "３０".into(), month: "13".into(), day: "3".into() },
            reason: "</textarea><b>1行目\n2行目".into(),
            filed_on: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap_or_default(),
            seen_at: DateTime::from_timestamp(1_795_156_200, 0).unwrap_or_default(),
        }
    }
}

/// The back office's own pieces, in its layout.
#[derive(Template)]
#[template(path = "web/gallery_office.html")]
struct OfficeGallery {
    frame: Frame,
    errors: FieldErrors,
    kind: String,
    kinds: Vec<Choice>,
}

impl OfficeGallery {
    fn new() -> Self {
        let frame = Frame::new("審査一覧").site(SITE_OFFICE).csrf("token-of-the-session");
        Self {
            frame: frame.person("佐藤 花子").facility("審査担当").nav(&NAV, "/home"),
            errors: FieldErrors::default(),
            kind: "judo".into(),
            kinds: vec![Choice::new("judo", "柔道整復師の施術所")],
        }
    }
}

async fn show(path: web::Path<String>) -> HttpResponse {
    let html = match path.as_str() {
        "portal" => Gallery::new(false).render(),
        "faults" => Gallery::new(true).render(),
        "office" => OfficeGallery::new().render(),
        "error" => ErrorPage::new(503, Frame::new(""), "0192f0c1").retry_after(Some(30)).render(),
        "office-error" => ErrorPage::new(409, Frame::new("").site(SITE_OFFICE), "0192f0c1").render(),
        _ => return HttpResponse::NotFound().finish(),
    };
    match html {
        Ok(html) => HttpResponse::Ok()
            .content_type(ContentType::html())
            .insert_header((CONTENT_SECURITY_POLICY, uketsuke_web::headers::CSP))
            .body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new().configure(uketsuke_web::assets::configure).route("/gallery/{page}", web::get().to(show))
    })
    .workers(1)
    .bind("127.0.0.1:8099")?
    .run()
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn html(with_faults: bool) -> String {
        Gallery::new(with_faults).render().expect("renders")
    }

    /// The tag that carries this id.
    fn tag<'a>(html: &'a str, id: &str) -> &'a str {
        let at = html.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("no id {id}"));
        let start = html[..at].rfind('<').expect("a tag");
        &html[start..start + html[start..].find('>').expect("its end")]
    }

    /// All values of an attribute.
    fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
        html.split(&format!(" {attribute}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn what_was_typed_is_shown_again_and_never_runs() {
        let html = html(true);
        assert!(!html.contains("<script>alert"), "script in the page");
        assert!(!html.contains("</textarea><b>"), "text breaks out of its box");
        assert!(tag(&html, "facility_code").contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
        assert!(tag(&html, "mail").contains("value=\"taro&#34;@example.jp\""));
        assert!(tag(&html, "born_year").contains("value=\"３０\""));
    }

    #[test]
    fn each_fault_links_to_its_control_and_the_control_names_its_texts() {
        let html = html(true);
        for field in ["facility_code", "method", "kind", "born_month", "terms", "evidence"] {
            assert!(html.contains(&format!("<a href=\"#{field}\">")), "summary of {field}");
            tag(&html, field);
        }
        let code = tag(&html, "facility_code");
        assert!(code.contains("aria-describedby=\"facility_code-hint facility_code-error\""), "{code}");
        assert!(code.contains("aria-invalid=\"true\""), "{code}");
        assert!(tag(&html, "born").contains("aria-describedby=\"born-hint born-error\""));
        assert!(tag(&html, "born_month").contains("aria-invalid"));
        assert!(!tag(&html, "born_day").contains("aria-invalid"));
    }

    #[test]
    fn every_reference_has_its_id_and_every_id_is_unique() {
        for html in [html(false), html(true)] {
            let ids = values(&html, "id");
            let known: HashSet<_> = ids.iter().copied().collect();
            assert_eq!(ids.len(), known.len(), "{ids:?}");
            for attribute in ["aria-describedby", "aria-labelledby", "for"] {
                for reference in values(&html, attribute).into_iter().flat_map(str::split_whitespace) {
                    assert!(known.contains(reference), "{attribute} {reference}");
                }
            }
        }
    }

    #[test]
    fn a_page_without_faults_speaks_of_none() {
        let html = html(false);
        assert!(!html.contains("error-summary") && !html.contains("aria-invalid") && !html.contains("エラー："));
        assert!(html.contains("<title>利用開始申請（2/5）｜施術所等ポータル</title>"));
    }

    #[test]
    fn the_browser_judges_nothing_and_keeps_every_button_alive() {
        let html = html(true);
        assert!(!html.contains(uketsuke_web::assets::asset_url("no such file")));
        for never in [" required", " maxlength", " disabled", " style=", " onclick", "<script>"] {
            assert!(!html.contains(never), "{never}");
        }
        assert_eq!(html.matches("method=\"post\"").count(), html.matches("name=\"csrf_token\"").count());
        assert_eq!(html.matches("<form").count(), html.matches(" novalidate").count());
    }

    #[test]
    fn what_was_chosen_stays_chosen() {
        let html = html(true);
        assert!(tag(&html, "method-2").contains(" checked") && !tag(&html, "method").contains(" checked"));
        assert!(tag(&html, "faults").contains(" checked"));
        assert!(html.contains("<option value=\"judo\" selected>"));
        assert!(html.contains("<option value=\"13\" selected>"));
        assert!(html.contains("<option value=\"showa\" selected>"));
    }
}
