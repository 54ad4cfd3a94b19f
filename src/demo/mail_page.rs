//! `GET /`, `GET /mails/{id}` and `GET /codes` on a listener of its own: the demo's mails, and
//! what staff's authenticator apps would show. Never part of production.

use std::net::TcpListener;
use std::path::PathBuf;

use actix_web::HttpResponse;
use actix_web::dev::Server;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use uketsuke_core::clock::Clock;
use uketsuke_core::secret::totp::TotpSecret;
use uketsuke_web::patience::Patience;
use uketsuke_web::site::Site;
use uketsuke_web::{assets, server};

use super::logins::{Logins, StaffLogin};
use super::mail_file::{self, MailFile, Piece};

struct Shown {
    folder: PathBuf,
    logins: Logins,
}

#[derive(Template)]
#[template(path = "demo/mails.html")]
struct List {
    title: &'static str,
    mails: Vec<MailFile>,
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct Show {
    title: String,
    mail: MailFile,
    lines: Vec<Vec<Piece>>,
}

#[derive(Template)]
#[template(path = "demo/codes.html")]
struct Codes {
    title: &'static str,
    codes: Vec<Code>,
}

struct Code {
    email: String,
    role: String,
    code: String,
}

/// Serves the mails of `folder`, and the codes of the staff.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(listener: TcpListener, site: Site, folder: PathBuf, logins: Logins) -> std::io::Result<Server> {
    let shown = Data::new(Shown { folder, logins });
    server::bind(listener, 1, Data::new(site.into()), Patience::STANDARD, move |config: &mut ServiceConfig| {
        assets::configure(config);
        config
            .app_data(shown)
            .service(web::resource("/").get(list))
            .service(web::resource("/codes").get(codes))
            .service(web::resource("/mails/{id}").get(show));
    })
}

async fn list(shown: Data<Shown>) -> HttpResponse {
    page(&List { title: "届いたメール", mails: mail_file::list(&shown.folder) })
}

async fn show(shown: Data<Shown>, id: web::Path<String>) -> HttpResponse {
    let Some(mail) = mail_file::find(&shown.folder, &id) else { return HttpResponse::NotFound().finish() };
    let lines = mail_file::pieces(&mail.body);
    page(&Show { title: mail.subject.clone(), mail, lines })
}

async fn codes(shown: Data<Shown>) -> HttpResponse {
    let now = Clock::System.now();
    let code = |staff: &StaffLogin| Code {
        email: staff.email.clone(),
        role: staff.role.clone(),
        code: TotpSecret::from_base32(&staff.totp_secret).map_or_else(String::new, |app| app.code_at(now)),
    };
    page(&Codes { title: "職員の確認コード", codes: shown.logins.staff.iter().map(code).collect() })
}

fn page(template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
