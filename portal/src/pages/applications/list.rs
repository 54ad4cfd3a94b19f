//! `GET /applications`: what can be applied for, and what was. Signed in.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::application::{Application, ApplicationKind, State, repo};
use uketsuke_core::facility;
use uketsuke_core::refusal::Refusal;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use crate::Portal;
use crate::pages::closed::Closing;
use crate::session::SignedIn;
use crate::state_tag::tone;

#[derive(Template)]
#[template(path = "portal/applications/list.html")]
struct Page {
    frame: Frame,
    offers: Vec<Offer>,
    rows: Vec<Row>,
    closing: Closing,
}

/// A kind of application, and what one can do with it now.
struct Offer {
    title: &'static str,
    about: &'static str,
    kind: ApplicationKind,
    /// The one under way (or approved, where one is enough), if there is one.
    current: Option<Current>,
    /// Why none can be begun now.
    not_offered: Option<&'static str>,
}

/// The application of a kind that is under way, and what to do with it.
pub(super) struct Current {
    pub href: String,
    pub label: &'static str,
}

struct Row {
    href: String,
    title: &'static str,
    number: String,
    state: &'static str,
    tone: &'static str,
    changed: String,
}

/// The list.
pub async fn show(portal: Data<Portal>, who: SignedIn) -> PageResult {
    let (scope, procedures, now) = (who.scope().clone(), portal.procedures.clone(), portal.now());
    let (facility, applications, refusals) = portal
        .db
        .read(move |c| {
            let facility = facility::repo::get(c, scope.facility())?;
            let mut refusals = Vec::new();
            for procedure in procedures.iter().filter(|procedure| procedure.applies_to(&facility)) {
                refusals.push((procedure.kind(), procedure.not_offered(c, &facility, scope.verified(), now)?));
            }
            Ok((facility, repo::list_in_scope(c, &scope)?, refusals))
        })
        .await?;
    let offers = refusals.into_iter().map(|(kind, refusal)| Offer {
        title: kind.title(),
        about: kind.entry().about,
        kind,
        current: applications.iter().filter(|a| a.kind == kind).find_map(current),
        not_offered: refusal.map(Refusal::sentence),
    });
    html(&Page {
        frame: who.frame("各種申請"),
        offers: offers.collect(),
        rows: applications.iter().map(row).collect(),
        closing: Closing::of(&portal, &facility),
    })
}

pub(super) fn current(application: &Application) -> Option<Current> {
    let label = match application.state {
        State::Draft => "入力を続ける",
        State::Returned => "修正する",
        State::Submitted | State::InReview | State::AwaitingApproval => "申請の状況を見る",
        State::Approved if application.kind.once() => "承認された申請を見る",
        State::Approved | State::Rejected | State::Withdrawn | State::Discarded => return None,
    };
    Some(Current { href: format!("/applications/{}", application.id), label })
}

fn row(application: &Application) -> Row {
    Row {
        href: format!("/applications/{}", application.id),
        title: application.kind.title(),
        number: application.number_text().to_owned(),
        state: application.state.public_label(),
        tone: tone(&application.state),
        changed: words::date_time(application.updated_at.utc()),
    }
}
