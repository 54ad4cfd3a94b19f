//! `GET /services/{id}`: one credential. `POST /services/{id}/rotate`: another one in
//! its place, shown once. `POST /services/{id}/ranges`: from where it may be used.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::Duration;
use serde::Deserialize;
use uketsuke_core::eligibility::{self, IntrospectionClient};
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, words};

use super::{MENU, MadePage, id_of, ranges, standing, until};
use crate::Office;
use crate::access::{ManageStaff, Staff};

/// For how many hours the earlier credential can go on, with the words for it.
const OVERLAPS: [(i64, &str); 4] = [(1, "1時間"), (24, "1日"), (24 * 7, "7日"), (24 * 30, "30日")];

#[derive(Template)]
#[template(path = "admin/services/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    client: IntrospectionClient,
    standing: (&'static str, &'static str),
    is_taken: bool,
    since: String,
    until: String,
    from: String,
    typed: Typed,
    overlaps: Vec<Choice>,
}

/// What is typed, in either form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    hours: String,
    ranges: String,
}

/// The credential.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>, id: Path<String>) -> PageResult {
    let client = find(&office, &id).await?;
    let typed = Typed { hours: "24".to_owned(), ranges: client.address_ranges.replace(' ', "\n") };
    html(&page(&office, &who, client, typed, FieldErrors::default()))
}

/// Puts another one in its place.
pub async fn rotate(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    id: Path<String>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let client = find(&office, &id).await?;
    let chosen = OVERLAPS.iter().find(|(hours, _)| hours.to_string() == typed.hours);
    let Some((hours, words)) = chosen else {
        let mut errors = FieldErrors::default();
        errors.add("hours", "今の認証情報を使える時間", FieldFault::NotChosen);
        return invalid(&page(&office, &who, client, typed, errors));
    };
    let overlap = Duration::hours(*hours);
    let made = office.db.write(who.actor(), move |tx| eligibility::rotate(tx, &client.id, overlap)).await?;
    html(&MadePage::new(&who, made, format!("これまでの認証情報は、あと{words}使えます。")))
}

/// Binds it to networks.
pub async fn bind(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    id: Path<String>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let client = find(&office, &id).await?;
    let (of, sent) = (client.id.clone(), typed.ranges.clone());
    match office.db.write(who.actor(), move |tx| eligibility::set_ranges(tx, &of, &sent)).await {
        Ok(()) => Ok(who.done(format!("/services/{}", client.id), "使える場所を変更しました")),
        Err(Error::Invalid(errors)) => {
            let typed = Typed { hours: "24".to_owned(), ..typed };
            invalid(&page(&office, &who, client, typed, errors))
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn find(office: &Office, id: &str) -> Result<IntrospectionClient, uketsuke_web::PageError> {
    let id = id_of(id)?;
    Ok(office.db.read(move |c| eligibility::get(c, &id)).await?)
}

fn page(
    office: &Office,
    who: &Staff<ManageStaff>,
    client: IntrospectionClient,
    typed: Typed,
    errors: FieldErrors,
) -> Page {
    let now = office.db.clock().now().into();
    Page {
        frame: who.frame(client.name.as_str(), MENU).error(!errors.is_empty()),
        errors,
        standing: standing(&client, now),
        is_taken: client.is_taken(now),
        since: words::date_time_full(client.created_at.utc()),
        until: until(&client),
        from: ranges(&client),
        typed,
        overlaps: OVERLAPS.iter().map(|(hours, words)| Choice::new(hours.to_string(), *words)).collect(),
        client,
    }
}
