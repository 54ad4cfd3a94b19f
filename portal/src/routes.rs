//! Every address of the portal: method, path, who may, handler. A test walks it.

use std::collections::HashSet;
use std::sync::OnceLock;

use actix_web::http::Method;
use actix_web::web;
use uketsuke_web::routes::{Route, Who, get, post};

use crate::pages::applications::{confirm, done, edit, end, files, list, show, start};
use crate::pages::{
    account, activate, consent, devices, documents, facilities, home, installed, login, logout, records, register,
    reset, top, watch,
};

/// The table.
pub fn routes() -> Vec<Route> {
    use Who::{Anyone, Person, SignedIn, Verified, VerifiedPerson};
    vec![
        get("/", Anyone, || web::to(top::show)),
        get("/register", Anyone, || web::to(register::start)),
        get("/register/type", Anyone, || web::to(register::kind::show)),
        post("/register/type", Anyone, || web::to(register::kind::choose)),
        get("/register/facility", Anyone, || web::to(register::facility::show)),
        post("/register/facility", Anyone, || web::to(register::facility::find)),
        get("/register/facility/lookup", Anyone, || web::to(register::lookup::look)),
        get("/register/facility/confirm", Anyone, || web::to(register::confirm::show)),
        post("/register/facility/confirm", Anyone, || web::to(register::confirm::agree)),
        get("/register/person", Anyone, || web::to(register::person::show)),
        post("/register/person", Anyone, || web::to(register::person::keep)),
        get("/register/check", Anyone, || web::to(register::check::show)),
        post("/register/check", Anyone, || web::to(register::check::send)),
        get("/register/sent", Anyone, || web::to(register::sent::show)),
        post("/register/resend", Anyone, || web::to(register::sent::resend)),
        get("/register/address", Anyone, || web::to(register::address::show)),
        post("/register/address", Anyone, || web::to(register::address::change)),
        get("/activate/done", Anyone, || web::to(activate::done)),
        get("/activate/{token}", Anyone, || web::to(activate::show)),
        post("/activate/{token}", Anyone, || web::to(activate::activate)),
        post("/activate/{token}/resend", Anyone, || web::to(activate::resend)),
        get("/login", Anyone, || web::to(login::show)),
        post("/login", Anyone, || web::to(login::login)),
        get("/logout", Anyone, || web::to(logout::show)),
        post("/logout", Anyone, || web::to(logout::logout)),
        get("/reset", Anyone, || web::to(reset::ask::show)),
        post("/reset", Anyone, || web::to(reset::ask::ask)),
        get("/reset/sent", Anyone, || web::to(reset::ask::sent)),
        get("/reset/{token}", Anyone, || web::to(reset::set::show)),
        post("/reset/{token}", Anyone, || web::to(reset::set::set)),
        get("/consent", Person, || web::to(consent::show)),
        post("/consent", Person, || web::to(consent::give)),
        get("/account", Person, || web::to(account::show::show)),
        get("/account/password", Person, || web::to(account::password::show)),
        post("/account/password", Person, || web::to(account::password::change)),
        get("/account/sessions", Person, || web::to(account::sessions::show)),
        post("/account/sessions/end-others", Person, || web::to(account::sessions::end_others)),
        post("/account/sessions/{id}/end", Person, || web::to(account::sessions::end)),
        get("/records", Verified, || web::to(records::show)),
        get("/facilities", Person, || web::to(facilities::list::show)),
        post("/facilities/{id}/switch", Person, || web::to(facilities::list::switch)),
        get("/facilities/add", Person, || web::to(facilities::add::show)),
        post("/facilities/add", Person, || web::to(facilities::add::choose)),
        get("/facilities/add/code", Person, || web::to(facilities::add::show_code)),
        post("/facilities/add/code", Person, || web::to(facilities::add::find)),
        post("/facilities/add/join", Person, || web::to(facilities::add::join)),
        get("/home", SignedIn, || web::to(home::show)),
        get("/applications", SignedIn, || web::to(list::show)),
        get("/applications/start/{kind}", SignedIn, || web::to(start::show)),
        post("/applications/start/{kind}", SignedIn, || web::to(start::start)),
        get("/applications/{id}", SignedIn, || web::to(show::show)),
        get("/applications/{id}/edit/{step}", SignedIn, || web::to(edit::show)),
        post("/applications/{id}/edit/{step}", SignedIn, || web::to(edit::save)),
        get("/applications/{id}/evidence/{file}", SignedIn, || web::to(files::save)),
        get("/applications/{id}/evidence/{file}/preview", SignedIn, || web::to(files::preview)),
        post("/applications/{id}/evidence/{file}/remove", SignedIn, || web::to(files::remove)),
        get("/applications/{id}/confirm", SignedIn, || web::to(confirm::show)),
        post("/applications/{id}/confirm", SignedIn, || web::to(confirm::submit)),
        get("/applications/{id}/done", SignedIn, || web::to(done::show)),
        post("/applications/{id}/again", SignedIn, || web::to(start::again)),
        get("/applications/{id}/withdraw", SignedIn, || web::to(end::ask_withdraw)),
        post("/applications/{id}/withdraw", SignedIn, || web::to(end::withdraw)),
        get("/applications/{id}/discard", SignedIn, || web::to(end::ask_discard)),
        post("/applications/{id}/discard", SignedIn, || web::to(end::discard)),
        get("/devices", SignedIn, || web::to(devices::list::show)),
        get("/devices/new", Verified, || web::to(devices::account::show_new)),
        post("/devices/new", Verified, || web::to(devices::account::create)),
        get("/devices/features", Verified, || web::to(devices::features::show)),
        post("/devices/features", Verified, || web::to(devices::features::save)),
        get("/devices/cards", VerifiedPerson, || web::to(devices::card::all)),
        get("/devices/cards.pdf", VerifiedPerson, || web::to(devices::card_pdf::all)),
        get("/devices/{id}/card.pdf", VerifiedPerson, || web::to(devices::card_pdf::one)),
        get("/devices/requests", Verified, || web::to(devices::requests::show)),
        get("/devices/{id}", Verified, || web::to(devices::show::show)),
        post("/devices/{id}/reveal", Verified, || web::to(devices::show::reveal)),
        get("/devices/{id}/card", VerifiedPerson, || web::to(devices::card::one)),
        get("/devices/{id}/holder", Verified, || web::to(devices::account::show)),
        post("/devices/{id}/holder", Verified, || web::to(devices::account::amend)),
        get("/devices/{id}/label", Verified, || web::to(devices::label::show)),
        post("/devices/{id}/label", Verified, || web::to(devices::label::save)),
        get("/devices/{id}/reissue", Verified, || web::to(devices::reissue::show)),
        post("/devices/{id}/reissue", Verified, || web::to(devices::reissue::reissue)),
        get("/devices/{id}/suspend", Verified, || web::to(devices::confirm::show_suspend)),
        post("/devices/{id}/suspend", Verified, || web::to(devices::confirm::suspend)),
        get("/devices/{id}/resume", Verified, || web::to(devices::confirm::show_resume)),
        post("/devices/{id}/resume", Verified, || web::to(devices::confirm::resume)),
        get("/devices/{id}/revoke", Verified, || web::to(devices::confirm::show_revoke)),
        post("/devices/{id}/revoke", Verified, || web::to(devices::confirm::revoke)),
        get("/device-stop/{token}", Anyone, || web::to(devices::stop::show)),
        post("/device-stop/{token}", Anyone, || web::to(devices::stop::stop)),
        get("/device-stopped", Anyone, || web::to(devices::stop::done)),
        get("/watch/{token}", Anyone, || web::to(watch::show)),
        post("/watch/{token}", Anyone, || web::to(watch::open)),
        get("/installed", Anyone, || web::to(installed::list::show)),
        get("/installed.csv", Anyone, || web::to(installed::list::csv)),
        get("/installed/editions", Anyone, || web::to(installed::editions::show)),
        get("/installed/editions/{week}", Anyone, || web::to(installed::editions::one)),
        get("/installed/editions/{week}/{file}", Anyone, || web::to(installed::editions::file)),
        get("/terms", Anyone, || web::to(documents::terms)),
        get("/privacy", Anyone, || web::to(documents::privacy)),
        get("/usage-terms", Anyone, || web::to(documents::usage_terms)),
        get("/accessibility", Anyone, || web::to(documents::accessibility)),
        get("/manual", Anyone, || web::to(documents::manual)),
    ]
}

/// Whether something can be looked at under this path (with its `{parts}`).
pub(crate) fn is_page(pattern: &str) -> bool {
    static PAGES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let pages = || routes().into_iter().filter(|route| route.method == Method::GET).map(|route| route.path);
    PAGES.get_or_init(|| pages().collect()).contains(pattern)
}
