//! `GET /notices.atom`: the newest notices of this site as an Atom feed (RFC 4287);
//! `kind`, `prefecture` and `category` leave out what is for others. Anyone; 304 for
//! whoever has it already.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, Query};
use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use chrono_tz::Asia::Tokyo;
use serde::Deserialize;
use uketsuke_core::content::markdown;
use uketsuke_core::db::At;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::notice::{self, Audience, Category, Notice, Shown};
use uketsuke_web::site::{self, Site};
use uketsuke_web::{PageError, PageResult};

use crate::Portal;
use crate::published::Known;

/// Entries of the feed.
const SIZE: i64 = 50;
/// The media type (RFC 4287 §7).
const ATOM: HeaderValue = HeaderValue::from_static("application/atom+xml; charset=utf-8");

/// What may stand in the address; what cannot be read leaves nothing out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    prefecture: String,
    category: String,
}

/// The feed.
pub async fn show(portal: Data<Portal>, request: HttpRequest, asked: Query<Asked>, known: Known) -> PageResult {
    let site = Site::of(&request);
    let which = site::which(&request);
    let audience = Audience {
        site: Some(which),
        kind: FacilityKind::parse(&asked.kind).filter(|kind| kind.entry().site == which),
        prefecture: Prefecture::parse(&asked.prefecture),
    };
    let important = asked.category == "important";
    let (shown, now) = (Shown { audience, category: Category::parse(&asked.category), important }, portal.now());
    let notices = portal.db.read(move |c| notice::page(c, shown, None, SIZE, now)).await?;
    // A feed names the moment of its newest change, so the same notices are the same bytes.
    let changed = notices.iter().map(updated).max().unwrap_or_else(|| now_at_midnight(now));
    let origin = &site.origin;
    let address = request.uri().path_and_query().map_or("/notices.atom", |path| path.as_str());
    let feed = Feed {
        title: Text::plain(format!("お知らせ｜{}", site.name.full)),
        id: format!("{origin}/notices"),
        updated: time(changed),
        lang: Some("ja".to_owned()),
        authors: vec![Person { name: site.name.full.to_owned(), ..Person::default() }],
        links: vec![link(format!("{origin}{address}"), "self"), link(format!("{origin}/notices"), "alternate")],
        entries: notices.iter().map(|notice| entry(notice, origin)).collect(),
        ..Feed::default()
    };
    let text = feed.write_to(Vec::new()).map_err(|_| PageError::fault("the feed cannot be written"))?;
    Ok(known.answer(text, ATOM))
}

fn entry(notice: &Notice, origin: &str) -> Entry {
    let mut categories = vec![category(notice.category.as_str(), notice.category.label())];
    if notice.important {
        categories.push(category("important", "重要"));
    }
    let content = Content {
        value: Some(markdown::plain(&notice.body)),
        content_type: Some("text".to_owned()),
        ..Content::default()
    };
    Entry {
        title: Text::plain(notice.title.clone()),
        id: format!("urn:uuid:{}", notice.id),
        published: Some(time(notice.starts_at)),
        updated: time(updated(notice)),
        categories,
        links: vec![link(format!("{origin}/notices/{}", notice.id), "alternate")],
        content: Some(content),
        ..Entry::default()
    }
}

fn link(href: String, rel: &str) -> Link {
    Link { href, rel: rel.to_owned(), ..Link::default() }
}

fn category(term: &str, label: &str) -> atom_syndication::Category {
    atom_syndication::Category { term: term.to_owned(), label: Some(label.to_owned()), scheme: None }
}

fn updated(notice: &Notice) -> At {
    notice.amended_at.unwrap_or(notice.starts_at)
}

/// An empty feed does not change all day.
fn now_at_midnight(now: At) -> At {
    uketsuke_core::clock::tokyo_midnight(uketsuke_core::clock::tokyo_date(now.utc())).into()
}

fn time(at: At) -> FixedDateTime {
    at.utc().with_timezone(&Tokyo).fixed_offset()
}
