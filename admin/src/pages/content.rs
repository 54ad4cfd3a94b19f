//! What the pages of everything published share: the tabs, versions in words, answers
//! to steps that came too late, and files that staff attach.

use actix_web::HttpRequest;
use actix_web::web::Payload;
use uketsuke_core::attachment::{self, NewAttachment};
use uketsuke_core::content::{Change, SiteChoice, Version, version};
use uketsuke_core::db::Conn;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::evidence::EvidenceError;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::storage::Storage;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::Choice;
use uketsuke_web::page::NavItem;
use uketsuke_web::upload::{self, UploadFault};
use uketsuke_web::{PageError, PageResult, words};

use crate::access::Staff;

/// The open entry of the menu for all of them.
pub const MENU: &str = "/notices";

/// The tabs under it.
pub const TABS: [NavItem; 4] = [
    NavItem { href: "/notices", label: "お知らせ" },
    NavItem { href: "/faq", label: "よくある質問" },
    NavItem { href: "/manuals", label: "手順書" },
    NavItem { href: "/terms", label: "規約" },
];

/// One site or both, to choose from.
pub fn sites() -> Vec<Choice> {
    SiteChoice::ALL.iter().map(|site| Choice::new(site.as_str(), site.label())).collect()
}

/// A version as it is shown.
pub struct VersionRow {
    /// From 1.
    pub number: i32,
    /// When it was made.
    pub when: String,
    /// By whom.
    pub by: String,
    /// Why.
    pub comment: String,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// The versions of something, newest first, each with what it changed.
///
/// # Errors
/// From the database only.
pub fn version_rows(conn: &mut Conn, subject: version::Subject, id: &str) -> Result<Vec<VersionRow>> {
    let versions = version::list(conn, subject, id)?;
    let names = actor_names(conn, versions.iter().map(|version| version.by.as_str()))?;
    let row = |(n, one): (usize, &Version)| VersionRow {
        number: one.number,
        when: words::date_time_full(one.at.utc()),
        by: names.of(&one.by),
        comment: one.comment.clone(),
        changes: versions.get(n + 1).map(|before| version::changes(before, one)).unwrap_or_default(),
    };
    Ok(versions.iter().enumerate().map(row).collect())
}

/// On to a page that says what was done; or, where that is not possible any more, why.
pub fn answered<D>(who: &Staff<D>, path: &str, outcome: Result<()>, told: &str) -> PageResult {
    match outcome {
        Ok(()) => Ok(who.done(path, told)),
        Err(Error::Conflict) => Ok(who.warned(path, "ほかの人が同時に操作しました。いまの状態を確かめてください。")),
        Err(Error::Refused(Refusal::NotInThisState)) => {
            Ok(who.warned(path, "いまの状態ではできない操作です。状態を確かめてください。"))
        }
        Err(other) => Err(other.into()),
    }
}

/// Fields of a form, to be sent again as they were.
pub fn sent_again(fields: &Fields) -> Vec<(String, String)> {
    let own = |(name, _): &(&str, &str)| !["csrf_token", "step"].contains(name);
    fields.iter().filter(own).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Why a file was not taken.
pub struct Refused {
    /// Said at the field.
    pub sentence: String,
    /// The form was not read to its end.
    pub cut_short: bool,
}

impl Refused {
    /// The faults of the form.
    pub fn errors(self) -> FieldErrors {
        let mut errors = FieldErrors::default();
        errors.add("file", "ファイル", FieldFault::Sentence(self.sentence));
        errors
    }
}

impl From<String> for Refused {
    fn from(sentence: String) -> Self {
        Self { sentence, cut_short: false }
    }
}

/// Receives a form with a file and keeps the file; no row names it yet.
///
/// # Errors
/// For a forged or unreadable form, and from the disk.
pub async fn hand_in(
    storage: &Storage,
    request: &HttpRequest,
    payload: Payload,
) -> std::result::Result<std::result::Result<NewAttachment, Refused>, PageError> {
    let uploaded = match upload::receive(request, payload, storage, "file").await {
        Ok(uploaded) => uploaded,
        Err(UploadFault::Forged) => return Err(PageError::Forged),
        Err(UploadFault::Unreadable) => return Err(PageError::Unreadable),
        Err(UploadFault::Storage(_)) => return Err(PageError::fault("the disk does not take the file")),
        Err(fault) => {
            let cut_short = matches!(fault, UploadFault::TooLarge { read_to_end: false, .. });
            return Ok(Err(Refused { sentence: sentence_of(&fault).to_owned(), cut_short }));
        }
    };
    match attachment::keep(storage, uploaded.content, &uploaded.file_name).await {
        Ok(kept) => Ok(Ok(kept)),
        Err(EvidenceError::Fault(fault)) => Ok(Err(fault.sentence("ファイル").into())),
        Err(EvidenceError::Storage(error)) => Err(Error::from(error).into()),
    }
}

fn sentence_of(fault: &UploadFault) -> &'static str {
    match fault {
        UploadFault::Missing(_) => "ファイルを選んでください",
        UploadFault::Empty => "中身のないファイルです。別のファイルを選んでください",
        UploadFault::TooLarge { .. } => "ファイルは100MBより小さくしてください",
        _ => "途中で切れました。もう一度選んでください",
    }
}
