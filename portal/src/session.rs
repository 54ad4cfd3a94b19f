//! Who sends a request: five extractors, one per line of the route table.
//! [`Anyone`] looks, [`SignedIn`] demands a session, [`Verified`] also that the
//! person is known to belong to the facility. Staff who look at what a facility
//! sees pass these with `GET` alone, each page recorded; [`Person`] and
//! [`VerifiedPerson`] keep them out. Only these mint a scope.

use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use uketsuke_core::account::{self, Session};
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::{self, Audience};
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::secret::PlainToken;
use uketsuke_web::announced::Announced;
use uketsuke_web::errors::{Ended, PageError};
use uketsuke_web::fields::Fields;
use uketsuke_web::page::{Frame, NavItem, SiteName};
use uketsuke_web::request::traced;
use uketsuke_web::site::{self, SignedInAs, Site};

use crate::Portal;
use crate::routes;

/// The main navigation.
const NAV: [NavItem; 4] = [
    NavItem { href: "/home", label: "ホーム" },
    NavItem { href: "/applications", label: "各種申請" },
    NavItem { href: "/devices", label: "端末" },
    NavItem { href: "/account", label: "登録情報" },
];

/// A person signed in, with the facility in hand.
#[derive(Clone)]
pub struct SignedIn {
    session: Session,
    portal: Data<Portal>,
    request: HttpRequest,
}

impl SignedIn {
    /// What this person may see.
    pub fn scope(&self) -> &FacilityScope {
        self.session.scope()
    }

    /// The session itself.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The person as the actor of a write, with address and request id.
    pub fn actor(&self) -> Actor {
        traced(&self.request, self.session.actor())
    }

    /// What of the notices is for the facility in hand.
    pub fn audience(&self) -> Audience {
        let Session { kind, prefecture, .. } = &self.session;
        Audience { site: Some(kind.entry().site), kind: Some(*kind), prefecture: Some(*prefecture) }
    }

    /// The frame of a page for this person.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        site::frame(&self.request, title)
    }

    /// The request itself.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// What this person had typed on this page when the session ended; given
    /// back once. Empty if there is nothing.
    ///
    /// # Errors
    /// From the database only.
    pub async fn kept_fields(&self) -> Result<Fields, PageError> {
        let (account, path) = (self.session.account.clone(), self.request.path().to_owned());
        let (asked, at) = (account.clone(), path.clone());
        if !self.portal.db.read(move |c| account::has_kept_form(c, &asked, &at)).await? {
            return Ok(Fields::default());
        }
        let kept = self.portal.db.write(self.actor(), move |tx| account::take_kept_form(tx, &account, &path));
        Ok(kept.await?.into())
    }
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match find(&request).await? {
                Some(signed_in) => Ok(signed_in),
                None => Err(ask_to_sign_in(&request).await?),
            }
        })
    }
}

async fn find(request: &HttpRequest) -> Result<Option<SignedIn>, PageError> {
    let portal = Portal::of(request);
    let Some(value) = Site::of(request).session_value(request) else { return Ok(None) };
    let Some(session) = account::resume(&portal.db, &PlainToken::received(&value)).await? else { return Ok(None) };
    let watching = session.scope().watching();
    let signed_in = SignedIn { session, portal, request: request.clone() };
    let (session, audience) = (&signed_in.session, signed_in.audience());
    SignedInAs {
        person: session.person.clone(),
        facility: session.facility_name.clone(),
        can_switch: session.can_switch,
        watching,
        site: SiteName::of(session.kind.entry().site),
        audience,
        unread: unread(&signed_in, audience).await?,
        nav: &NAV,
    }
    .announce(request);
    if watching {
        look_along(&signed_in).await?;
    }
    Ok(Some(signed_in))
}

/// How many of the notices for this facility the person has not read; not counted
/// where no page is drawn.
async fn unread(who: &SignedIn, audience: Audience) -> Result<Option<u32>, PageError> {
    if !matches!(*who.request.method(), Method::GET | Method::HEAD) {
        return Ok(None);
    }
    let announced = who.request.extensions().get::<Announced>().cloned().unwrap_or_default();
    let own = announced.notices.iter().filter(|notice| notice.is_for(audience));
    let ids: Vec<NoticeId> = own.map(|notice| notice.id.clone()).collect();
    if ids.is_empty() {
        return Ok(Some(0));
    }
    let (account, all) = (who.session.account.clone(), ids.len());
    let read = who.portal.db.read(move |c| notice::read_among(c, &account, &ids)).await?;
    Ok(Some(u32::try_from(all - read.len()).unwrap_or(u32::MAX)))
}

/// What staff who look along may still send: the end of the look, the next one.
const OPEN_TO_STAFF: [&str; 2] = ["/logout", "/watch/{token}"];

/// Staff look; they send nothing, and the facility's trail says where they were.
async fn look_along(who: &SignedIn) -> Result<(), PageError> {
    let pattern = who.request.match_pattern().unwrap_or_default();
    if OPEN_TO_STAFF.contains(&pattern.as_str()) {
        return Ok(());
    }
    if !matches!(*who.request.method(), Method::GET | Method::HEAD) {
        return Err(PageError::LooksOnly);
    }
    let reading = Reading {
        action: "facility.page_watched",
        subject_kind: "pages",
        subject_id: who.request.path().to_owned(),
        facility: who.scope().facility().clone(),
    };
    Ok(note_reading(&who.portal.db, who.actor(), reading).await?)
}

/// The way to the login. A form sent after the session had ended is kept for the
/// owner of that session, who finds it filled in after the login.
pub(crate) async fn ask_to_sign_in(request: &HttpRequest) -> Result<PageError, PageError> {
    let next = next_path(request);
    let owner = match Site::of(request).session_value(request) {
        Some(value) => {
            let token = PlainToken::received(&value);
            Portal::of(request).db.read(move |c| account::find_owner(c, &token)).await?
        }
        None => None,
    };
    let Some(owner) = owner else { return Ok(PageError::sign_in(next)) };
    let fields = request.extensions().get::<Rc<Fields>>().cloned();
    let Some(fields) = fields.filter(|fields| fields.pairs().len() > 1) else {
        return Ok(PageError::SignIn { next, ended: Some(Ended::Idle) });
    };
    let (pairs, path) = (fields.pairs().to_vec(), request.path().to_owned());
    let actor = traced(request, Actor::new(ActorKind::Visitor, ""));
    Portal::of(request).db.write(actor, move |tx| account::keep_form(tx, &owner, &path, &pairs)).await?;
    Ok(PageError::SignIn { next, ended: Some(Ended::Kept) })
}

/// Where to go after the login: this page, if one can look at it, else home.
fn next_path(request: &HttpRequest) -> String {
    let looks = *request.method() == Method::GET || *request.method() == Method::HEAD;
    let shown = request.match_pattern().is_some_and(|pattern| routes::is_page(&pattern));
    match (looks, shown) {
        (true, _) => request.uri().path_and_query().map_or("/home", |p| p.as_str()).to_owned(),
        (false, true) => request.path().to_owned(),
        (false, false) => "/home".to_owned(),
    }
}

/// A person signed in and verified as belonging to the facility in hand.
#[derive(Clone)]
pub struct Verified(SignedIn);

impl Deref for Verified {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl FromRequest for Verified {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let signed_in = signed_in.await?;
            if signed_in.scope().verified() { Ok(Self(signed_in)) } else { Err(PageError::Unverified) }
        })
    }
}

/// A person signed in, and no staff who look along: for what is the person's alone.
#[derive(Clone)]
pub struct Person(SignedIn);

/// A verified person, and no staff who look along: for the secrets of devices.
#[derive(Clone)]
pub struct VerifiedPerson(Verified);

macro_rules! no_staff {
    ($($own:ident of $wide:ident;)+) => {$(
        impl Deref for $own {
            type Target = $wide;
            fn deref(&self) -> &$wide {
                &self.0
            }
        }

        impl FromRequest for $own {
            type Error = PageError;
            type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let asked = $wide::from_request(request, payload);
                Box::pin(async move {
                    let who = asked.await?;
                    if who.scope().watching() { Err(PageError::LooksOnly) } else { Ok(Self(who)) }
                })
            }
        }
    )+};
}

no_staff! {
    Person of SignedIn;
    VerifiedPerson of Verified;
}

/// Whoever comes, signed in or not.
#[derive(Clone)]
pub struct Anyone {
    /// The session, if there is one.
    pub signed_in: Option<SignedIn>,
    request: HttpRequest,
}

impl Anyone {
    /// The frame of a page, with the person's name if somebody is signed in.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        site::frame(&self.request, title)
    }

    /// The actor of a write: the person, or a visitor.
    pub fn actor(&self) -> Actor {
        match &self.signed_in {
            Some(signed_in) => signed_in.actor(),
            None => traced(&self.request, Actor::new(ActorKind::Visitor, "")),
        }
    }

    /// The request itself.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }
}

impl FromRequest for Anyone {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self { signed_in: find(&request).await?, request }) })
    }
}
