//! `GET /home`: the one thing to do next, and how far everything is. Signed in.

mod next;
mod tasks;

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::account::find_active_account;
use uketsuke_core::application::Application;
use uketsuke_core::mail::unreachable_since;
use uketsuke_core::notice::{self, Notice};
use uketsuke_core::progress::{self, NextStep};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, site, words};

use super::closed::Closing;
use crate::Portal;
use crate::session::SignedIn;
use next::Next;
use tasks::Task;

/// Notices shown.
const NOTICES: i64 = 4;

#[derive(Template)]
#[template(path = "portal/home.html")]
struct Page {
    frame: Frame,
    next: Next,
    tasks: Vec<Task>,
    applications: Vec<Application>,
    verified: bool,
    closing: Closing,
    /// The newest notices for this facility.
    notices: Vec<Notice>,
    /// The address of the site this facility belongs to, where it is another than
    /// the person came to.
    own_site: Option<String>,
    /// The day on which the use ends or ended; empty when none is set.
    ends_on: String,
    /// The address that letters do not arrive at; empty while they do.
    unreachable: String,
}

/// The home page.
pub async fn show(portal: Data<Portal>, who: SignedIn) -> PageResult {
    let scope = who.scope().clone();
    let verified = scope.verified();
    let now = portal.now();
    let audience = who.audience();
    let read = portal.db.read(move |c| {
        // None for staff who look at what the facility sees.
        let address = find_active_account(c, scope.account())?.map_or(String::new(), |account| account.email);
        let unreachable = unreachable_since(c, &address, now)?.map_or(String::new(), |_| address);
        Ok((progress::of(c, &scope, now)?, notice::latest(c, audience, NOTICES, now)?, unreachable))
    });
    let (progress, notices, unreachable) = read.await?;
    html(&Page {
        frame: who.frame("ホーム"),
        own_site: site::elsewhere(who.request(), site::which(who.request())).map(ToOwned::to_owned),
        closing: Closing::of(&portal, &progress.facility),
        next: next::next(&progress.next),
        tasks: tasks::tasks(&progress),
        ends_on: match progress.next {
            NextStep::Ended => String::new(),
            _ => progress.ends_on.map(words::date).unwrap_or_default(),
        },
        applications: progress.applications,
        notices,
        verified,
        unreachable,
    })
}
