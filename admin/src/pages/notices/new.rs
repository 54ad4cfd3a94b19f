//! `GET /notices/new`: the form. `POST`: first shows the notice as the app will,
//! then publishes it.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::error::Error;
use uketsuke_core::facility::kind::KINDS;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::notice::{self, Input, Severity, Typed};
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::{Choice, DateTyped};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, words};

use super::{PATH, audience};
use crate::Office;
use crate::access::{PublishNotices, Staff};

#[derive(Template)]
#[template(path = "admin/notices/new.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: Typed,
    days: Days,
    severities: Vec<Choice>,
    kinds: Vec<Choice>,
    prefectures: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "admin/notices/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    input: Input,
    audience: String,
    period: String,
    /// What was typed, to be sent again as it was.
    sent: Vec<(String, String)>,
}

/// The two days as typed.
struct Days {
    from: DateTyped,
    until: DateTyped,
}

/// The empty form.
pub async fn show(who: Staff<PublishNotices>) -> PageResult {
    let empty = || DateTyped { era: "ad".to_owned(), ..DateTyped::default() };
    html(&page(&who, Typed::default(), Days { from: empty(), until: empty() }, FieldErrors::default()))
}

/// Shows what will be seen; at the second step publishes it, or opens the form again.
pub async fn publish(office: Data<Office>, who: Staff<PublishNotices>, AllFields(fields): AllFields) -> PageResult {
    let (mut typed, days) = typed(&fields);
    let mut errors = FieldErrors::default();
    // An empty first day means at once.
    if !is_empty(&days.from) {
        typed.from = days.from.read("from", "表示を始める日", &mut errors);
    }
    typed.until = days.until.read("until", "表示を終える日", &mut errors);
    if fields.get("step") == "correct" {
        return html(&page(&who, typed, days, FieldErrors::default()));
    }
    let input = match Input::read(&typed, office.db.clock().now().into(), errors) {
        Ok(input) => input,
        Err(Error::Invalid(errors)) => return invalid(&page(&who, typed, days, errors)),
        Err(other) => return Err(other.into()),
    };
    if fields.get("step") == "send" {
        let scope = who.scope.clone();
        office.db.write(who.actor(), move |tx| notice::publish(tx, &scope, &input)).await?;
        return Ok(who.done(PATH, "アプリのお知らせを出しました"));
    }
    let places: Vec<Prefecture> = input.prefecture.into_iter().collect();
    let from = input.from.map_or_else(|| "いま".to_owned(), words::plain_date);
    html(&ConfirmPage {
        frame: who.frame("お知らせの確認", PATH),
        audience: audience(&input.kinds, &places),
        period: format!("{from}から{}まで", words::plain_date(input.until)),
        input,
        sent: fields
            .iter()
            .filter(|(name, _)| !["csrf_token", "step"].contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    })
}

fn typed(fields: &Fields) -> (Typed, Days) {
    let get = |name: &str| fields.get(name).to_owned();
    let day = |name: &str| DateTyped::from_fields(fields, name);
    let typed = Typed {
        severity: get("severity"),
        title: get("title"),
        body: get("body"),
        kinds: fields.all("kinds").map(str::to_owned).collect(),
        prefecture: get("prefecture"),
        from: None,
        until: None,
    };
    (typed, Days { from: day("from"), until: day("until") })
}

fn is_empty(day: &DateTyped) -> bool {
    [&day.year, &day.month, &day.day].iter().all(|part| part.trim().is_empty())
}

fn page(who: &Staff<PublishNotices>, typed: Typed, days: Days, errors: FieldErrors) -> Page {
    let prefectures = Prefecture::all().map(|place| Choice::new(place.as_str(), place.name()));
    Page {
        frame: who.frame("アプリのお知らせを出す", PATH).error(!errors.is_empty()),
        errors,
        typed,
        days,
        severities: Severity::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect(),
        kinds: KINDS.iter().map(|entry| Choice::new(entry.id, entry.label)).collect(),
        prefectures: prefectures.collect(),
    }
}
