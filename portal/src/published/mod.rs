//! The published list as this crate answers it, for readers (`pages::installed`)
//! and for programs (`device_api::facilities`): what is asked for, the live list as
//! a stream, the files of frozen editions, and 304 for whoever has them already.

mod stream;
mod tag;

use actix_web::HttpResponse;
use actix_web::http::header::HeaderValue;
use chrono::NaiveDate;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use uketsuke_core::db::{At, Db};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldFault;
use uketsuke_core::published::{self, Part, Place, Sought};
use uketsuke_core::storage::Storage;
use uketsuke_web::download::{self, Disposition};

pub use tag::Known;

/// What may stand in the address of the live list. Nothing of it is an error to
/// readers; programs are told ([`Asked::strictly`]).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Stable text of 所属機関.
    kind: Option<String>,
    /// JIS X 0401 number, two digits.
    prefecture: Option<String>,
    /// Words of the name, a code or a phone number.
    name: Option<String>,
    /// Where the page begins.
    after: Option<String>,
}

fn text(part: &Option<String>) -> &str {
    part.as_deref().unwrap_or_default()
}

impl Asked {
    /// 所属機関 as asked.
    pub fn kind(&self) -> &str {
        text(&self.kind)
    }

    /// The prefecture as asked.
    pub fn prefecture(&self) -> &str {
        text(&self.prefecture)
    }

    /// The words as asked.
    pub fn name(&self) -> &str {
        text(&self.name)
    }

    /// Where the page begins, as far as it can be read.
    pub fn after(&self) -> Option<Place> {
        Place::parse(text(&self.after))
    }

    /// The conditions, as far as they can be read.
    pub fn sought(&self) -> Sought {
        Sought {
            kind: FacilityKind::parse(self.kind()),
            prefecture: Prefecture::parse(self.prefecture()),
            words: self.name().to_owned(),
        }
    }

    /// The conditions, or the name of the parameter that cannot be read.
    pub fn strictly(&self) -> std::result::Result<(Sought, Option<Place>), &'static str> {
        let (sought, after) = (self.sought(), self.after());
        let two_digits = self.prefecture().len() == 2 && self.prefecture().bytes().all(|byte| byte.is_ascii_digit());
        let read = [
            ("kind", self.kind.is_none() || sought.kind.is_some()),
            ("prefecture", self.prefecture.is_none() || (sought.prefecture.is_some() && two_digits)),
            ("name", too_long(self.name()).is_none()),
            ("after", self.after.is_none() || after.is_some()),
        ];
        match read.into_iter().find(|(_, good)| !good) {
            Some((name, _)) => Err(name),
            None => Ok((sought, after)),
        }
    }

    /// The conditions as they stand in an address, without the page.
    pub fn query(&self) -> String {
        let set = [("prefecture", self.prefecture()), ("kind", self.kind()), ("name", self.name())];
        let set = set.into_iter().filter(|(_, value)| !value.is_empty());
        let part = |(name, value): (&str, &str)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        set.map(part).collect::<Vec<_>>().join("&")
    }

    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        self.query().is_empty() && text(&self.after).is_empty()
    }
}

/// The longest name that is looked for, characters.
const NAME_MAX: usize = 100;

/// The fault of a name that is too long to be looked for.
pub(crate) fn too_long(name: &str) -> Option<FieldFault> {
    let now = name.chars().count();
    (now > NAME_MAX).then_some(FieldFault::TooLong { max: NAME_MAX, now })
}

/// The whole live list as CSV, as it is read: no more than a page of it is ever in
/// memory. 304 while nothing changed.
///
/// # Errors
/// From the database, before the first byte.
pub(crate) async fn live_csv(db: &Db, sought: Sought, known: &Known) -> Result<HttpResponse> {
    let now: At = db.clock().now().into();
    let state = db.read(move |c| published::state(c, now)).await?;
    // The address says what is asked for; the tag only what is there.
    let tag = tag::of(&state);
    if known.has(&tag) {
        return Ok(tag::not_modified(&tag, NO_CACHE));
    }
    let name = "オンライン資格確認導入済み施設.csv";
    let body = stream::csv(db.clone(), sought, now);
    let mut answer = download::stream(body, Part::ListCsv.media_type(), Disposition::Save(name));
    tag::put(answer.headers_mut(), &tag, NO_CACHE);
    Ok(answer)
}

/// A file of a frozen edition. It never changes, so it may be kept for ever.
///
/// # Errors
/// `NotFound`; from the database or the store.
pub(crate) async fn edition_file(
    (db, storage): (&Db, &Storage),
    (week_on, file_name): (&str, &str),
    known: &Known,
) -> Result<HttpResponse> {
    let part = Part::of_file_name(file_name).ok_or(Error::NotFound)?;
    let week_on = week(week_on).ok_or(Error::NotFound)?;
    let file = db.read(move |c| published::find_file(c, week_on, part)).await?.ok_or(Error::NotFound)?;
    let tag = tag::of(&file.sha256);
    if known.has(&tag) {
        return Ok(tag::not_modified(&tag, FOR_EVER));
    }
    let content = storage.read(&file.storage_key).await.map_err(Error::from)?;
    let name = format!("facilities-{week_on}-{file_name}");
    let mut answer = download::answer(content, part.media_type(), Disposition::Save(&name));
    tag::put(answer.headers_mut(), &tag, FOR_EVER);
    Ok(answer)
}

/// The Monday in an address, in ISO form and no other.
pub(crate) fn week(text: &str) -> Option<NaiveDate> {
    let day: NaiveDate = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
