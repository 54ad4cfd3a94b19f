//! Who asks: the guards in the handlers' signatures.
//!
//! `Staff<P>` exists only for a session that has passed both factors and whose
//! roles have the permission `P`; `HalfWay` only for one that has passed the
//! password alone. A handler without either is open to anyone.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use uketsuke_core::db::{Actor, ActorKind};
use uketsuke_core::error::Error;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::secret::PlainToken;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{self, NewSession, Seat, Stage};
use uketsuke_web::errors::Ended;
use uketsuke_web::fields::Fields;
use uketsuke_web::page::{FlashKind, Frame};
use uketsuke_web::request::traced;
use uketsuke_web::site::Site;
use uketsuke_web::{PageError, flash, see_other};

use crate::{Office, frame};

/// What a handler demands of the one who asks.
pub trait Demand: 'static {
    /// The permission, or nothing beyond being one of the staff.
    const PERMISSION: Option<Permission>;
}

macro_rules! demands {
    ($($(#[$doc:meta])* $name:ident = $permission:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;
        impl Demand for $name {
            const PERMISSION: Option<Permission> = $permission;
        }
    )+};
}

demands! {
    /// Any of the staff.
    Anybody = None;
    /// [`Permission::ReadApplications`].
    ReadApplications = Some(Permission::ReadApplications);
    /// [`Permission::Review`].
    Review = Some(Permission::Review);
    /// [`Permission::Approve`].
    Approve = Some(Permission::Approve);
    /// [`Permission::WriteNotes`].
    WriteNotes = Some(Permission::WriteNotes);
    /// [`Permission::ManageSettings`].
    ManageSettings = Some(Permission::ManageSettings);
    /// [`Permission::ReadFacilities`].
    ReadFacilities = Some(Permission::ReadFacilities);
    /// [`Permission::WatchFacility`].
    WatchFacility = Some(Permission::WatchFacility);
    /// [`Permission::ManageDevices`].
    ManageDevices = Some(Permission::ManageDevices);
    /// [`Permission::ImportMaster`].
    ImportMaster = Some(Permission::ImportMaster);
    /// [`Permission::ReadSubsidies`].
    ReadSubsidies = Some(Permission::ReadSubsidies);
    /// [`Permission::ManageSubsidies`].
    ManageSubsidies = Some(Permission::ManageSubsidies);
    /// [`Permission::Pay`].
    Pay = Some(Permission::Pay);
    /// [`Permission::ReadContent`].
    ReadContent = Some(Permission::ReadContent);
    /// [`Permission::EditContent`].
    EditContent = Some(Permission::EditContent);
    /// [`Permission::ManageStaff`].
    ManageStaff = Some(Permission::ManageStaff);
    /// [`Permission::ReadAudit`].
    ReadAudit = Some(Permission::ReadAudit);
    /// [`Permission::ReadMail`].
    ReadMail = Some(Permission::ReadMail);
    /// [`Permission::ResendMail`].
    ResendMail = Some(Permission::ResendMail);
    /// [`Permission::ManageJobs`].
    ManageJobs = Some(Permission::ManageJobs);
    /// [`Permission::ReadInquiries`].
    ReadInquiries = Some(Permission::ReadInquiries);
    /// [`Permission::AnswerInquiries`].
    AnswerInquiries = Some(Permission::AnswerInquiries);
}

/// A signed-in member of staff with a permission.
pub struct Staff<D> {
    /// What they may see and do.
    pub scope: StaffScope,
    seat: Seat,
    request: HttpRequest,
    demand: PhantomData<D>,
}

impl<D> Staff<D> {
    /// The frame of a page for this person; `current` is the open menu entry.
    pub fn frame(&self, title: impl Into<String>, current: &'static str) -> Frame {
        frame::of(&self.request, title)
            .person(&self.seat.name)
            .facility(self.seat.role_words())
            .nav(frame::nav_for(&self.scope), current)
    }

    /// This person as an actor, with the request they came by.
    pub fn actor(&self) -> Actor {
        traced(&self.request, self.scope.actor())
    }

    /// The session.
    pub fn seat(&self) -> &Seat {
        &self.seat
    }

    /// On under a new token, to a page that says once what was done.
    pub fn goes_on(&self, token: PlainToken, path: &str, told: &str) -> HttpResponse {
        seated(&self.request, &NewSession { token, stage: Stage::Full }, self.done(path, told))
    }

    /// On to a page that says once what was done.
    pub fn done(&self, path: impl AsRef<str>, told: &str) -> HttpResponse {
        flash::carry(&self.request, see_other(path), FlashKind::Success, told)
    }

    /// On to a page that says once why something was not done.
    pub fn warned(&self, path: impl AsRef<str>, told: &str) -> HttpResponse {
        flash::carry(&self.request, see_other(path), FlashKind::Warning, told)
    }
}

impl<D: Demand> FromRequest for Staff<D> {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let seat = seat(&request).await?;
            let Some((scope, seat)) = seat.and_then(|seat| Some((seat.scope()?, seat))) else {
                return Err(keep_and_sign_in(&request).await?);
            };
            match D::PERMISSION {
                Some(permission) if !scope.may(permission) => Err(Error::Forbidden.into()),
                _ => Ok(Self { scope, seat, request, demand: PhantomData }),
            }
        })
    }
}

/// Somebody who has passed the password and nothing more.
pub struct HalfWay {
    /// The session.
    pub seat: Seat,
    request: HttpRequest,
}

impl HalfWay {
    /// A frame without menu: there is nowhere else to go.
    pub fn frame(&self, title: impl Into<String>) -> Frame {
        frame::of(&self.request, title)
    }

    /// This person as an actor.
    pub fn actor(&self) -> Actor {
        let actor = Actor::new(ActorKind::Staff, self.seat.staff.as_str());
        traced(&self.request, actor)
    }
}

impl FromRequest for HalfWay {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match seat(&request).await? {
                Some(seat) if seat.stage != Stage::Full => Ok(Self { seat, request }),
                _ => Err(sign_in(&request)),
            }
        })
    }
}

/// The session this request came with, at whatever stage.
///
/// # Errors
/// From the database only.
pub async fn seat(request: &HttpRequest) -> Result<Option<Seat>, PageError> {
    let Some(token) = Site::of(request).session_value(request) else { return Ok(None) };
    Ok(staff::resume(&office(request)?.db, &PlainToken::received(&token)).await?)
}

fn office(request: &HttpRequest) -> Result<&Data<Office>, PageError> {
    request.app_data::<Data<Office>>().ok_or_else(|| PageError::fault("the back office was not composed"))
}

/// The way to the login. A form sent after the session had ended by itself is
/// kept for its owner, who finds it after the login.
async fn keep_and_sign_in(request: &HttpRequest) -> Result<PageError, PageError> {
    let fields = request.extensions().get::<Rc<Fields>>().cloned().filter(|fields| fields.pairs().len() > 1);
    let (Some(fields), Some(value)) = (fields, Site::of(request).session_value(request)) else {
        return Ok(sign_in(request));
    };
    let db = &office(request)?.db;
    let Some(owner) = db.read(move |c| staff::find_owner(c, &PlainToken::received(&value))).await? else {
        return Ok(sign_in(request));
    };
    let (pairs, path) = (fields.pairs().to_vec(), request.path().to_owned());
    let actor = traced(request, Actor::new(ActorKind::Visitor, ""));
    match db.write(actor, move |tx| staff::keep_form(tx, &owner, &path, &pairs)).await? {
        true => Ok(PageError::SignIn { next: "/kept".to_owned(), ended: Some(Ended::Kept) }),
        false => Ok(sign_in(request)),
    }
}

/// The way to the login; a page that was asked for is opened afterwards. Who
/// comes with a session that is over is told so.
fn sign_in(request: &HttpRequest) -> PageError {
    let ended = Site::of(request).session_value(request).map(|_| Ended::Idle);
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    let next = if *request.method() == Method::GET { asked } else { "/" };
    PageError::SignIn { next: next.to_owned(), ended }
}

/// Where a session of this stage has to go first, if anywhere.
pub fn next_gate(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::PasswordOnly => Some("/second-factor"),
        Stage::Enrolling => Some("/enrol"),
        Stage::Full => None,
    }
}

/// Gives the browser a session just opened or lifted. The cookie ends with the
/// browser; the row ends by itself.
pub fn seated(request: &HttpRequest, session: &NewSession, mut answer: HttpResponse) -> HttpResponse {
    let site = Site::of(request);
    // A cookie of base64 always fits a header.
    let _ = answer.add_cookie(&site.cookie(site.cookies.session, session.token.reveal(), None));
    answer
}
