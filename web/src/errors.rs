//! What goes wrong on the way to a page, and the status each becomes. The page
//! itself is drawn in one place ([`crate::outer`]), so that failures of the
//! framework look no different from ours.

use actix_web::http::StatusCode;
use actix_web::http::header::{LOCATION, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use uketsuke_core::error::Error;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::secret::Busy;

use crate::answer::encoded;
use crate::error_page::ErrorPage;
use crate::page::Frame;

/// A failure that becomes an error page (or, signed out, a way to the login).
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// What the business said.
    #[error(transparent)]
    Core(#[from] Error),
    /// Nobody is signed in; after the login the way leads on to `next`.
    #[error("not signed in")]
    SignIn {
        /// Where the visitor wanted to go.
        next: String,
        /// Why somebody who was signed in is not any more.
        ended: Option<Ended>,
    },
    /// Signed in, but not yet known to belong to the facility.
    #[error("not verified")]
    Unverified,
    /// Staff look at what a facility sees; they change nothing, and what is the
    /// person's alone they do not see.
    #[error("staff only look")]
    LooksOnly,
    /// Forged, or from a page that was shown to another visitor.
    #[error("cross-site or without its token")]
    Forged,
    /// The body cannot be read.
    #[error("unreadable request")]
    Unreadable,
    /// The body did not come in time.
    #[error("the body did not come in time")]
    TimedOut,
    /// A file is larger than allowed.
    #[error("too large")]
    TooLarge,
    /// A form is larger than any of ours.
    #[error("form too large")]
    FormTooLarge,
    /// This way of asking is not meant for this address.
    #[error("method not allowed")]
    Method,
}

/// How a session ended, for the words on the login page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Idle,
    /// By itself, and what was typed is kept for after the login.
    Kept,
}

impl Ended {
    /// The word in the login page's address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Kept => "kept",
        }
    }
}

impl PageError {
    /// To the login, and from there on to `next`.
    pub fn sign_in(next: impl Into<String>) -> Self {
        Self::SignIn { next: next.into(), ended: None }
    }

    /// No such page, or not for the one who asks.
    pub fn not_found() -> Self {
        Self::Core(Error::NotFound)
    }

    /// A fault of ours, in words for the log.
    pub fn fault(message: &'static str) -> Self {
        Self::Core(Error::boxed(message))
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Core(error) => core_status(error),
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Forged | Self::Unverified | Self::LooksOnly => StatusCode::FORBIDDEN,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge | Self::FormTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Core(Error::Unavailable { retry_after_seconds }) => Some(u64::from(*retry_after_seconds)),
            _ => None,
        }
    }

    /// The page for this failure.
    pub(crate) fn page(&self, frame: Frame, request_id: &str) -> ErrorPage {
        // A body that did not come reads to people like one that came in pieces.
        let status = if matches!(self, Self::TimedOut) { StatusCode::BAD_REQUEST } else { self.status() };
        let page = ErrorPage::new(status.as_u16(), frame, request_id).retry_after(self.retry_after());
        match self {
            Self::Core(Error::Refused(refusal)) => refused(page, *refusal),
            Self::FormTooLarge => form_too_large(page),
            Self::Unverified => unverified(page),
            Self::LooksOnly => looks_only(page),
            _ => page,
        }
    }
}

/// The status of a business failure.
pub fn core_status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Refused(Refusal::TooManyTries) => StatusCode::TOO_MANY_REQUESTS,
        Error::Conflict | Error::Refused(_) => StatusCode::CONFLICT,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn unverified(mut page: ErrorPage) -> ErrorPage {
    page.frame.title = "利用開始の承認後に使えます".to_owned();
    page.happened(
        "この施設の方であることの確認が、まだ終わっていません。利用開始申請が承認されると、このページを使えます。",
    )
    .answers("ご自分の申請と登録情報は、いまもご覧になれます。")
    .way_on("/applications", "各種申請へ")
}

fn looks_only(mut page: ErrorPage) -> ErrorPage {
    page.frame.title = "職員は、ここから先へ進めません".to_owned();
    page.happened(
        "施設に見える画面を、職員として見ています。登録や変更、端末の設定情報、利用者本人の情報は、施設の方だけが使えます。",
    )
    .answers("この操作では何も登録されていません。")
    .way_on("/home", "ホームへ戻る")
}

fn form_too_large(mut page: ErrorPage) -> ErrorPage {
    page.frame.title = "入力が長すぎます".to_owned();
    page.happened("一度に送れる文字の量を超えています。前の画面へ戻り、短くしてからもう一度お試しください。")
        .answers("この操作では何も登録されていません。")
}

/// A refusal has a sentence of its own that says what to do next.
fn refused(mut page: ErrorPage, refusal: Refusal) -> ErrorPage {
    page.frame.title = match refusal {
        Refusal::FacilityClosed => "この施設は廃止になっています".to_owned(),
        _ => "この操作は受け付けられません".to_owned(),
    };
    page.happened(refusal.sentence()).answers("この操作では何も登録されていません。")
}

fn login_path(next: &str, ended: Option<Ended>) -> String {
    let next = encoded(next);
    let ended = ended.map_or(String::new(), |ended| format!("&ended={}", ended.as_str()));
    format!("/login?next={next}{ended}")
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        Self::Core(refusal.into())
    }
}

impl From<Busy> for PageError {
    fn from(_: Busy) -> Self {
        Self::Core(Error::Unavailable { retry_after_seconds: 5 })
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::Core(Error::internal(error))
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status());
        if let Self::SignIn { next, ended } = self {
            answer.insert_header((LOCATION, login_path(next, *ended)));
        }
        if let Some(seconds) = self.retry_after() {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        answer.finish()
    }
}
