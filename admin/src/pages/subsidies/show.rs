//! `GET /subsidies/{id}`: a programme with its budgets and the versions of its rules.
//! Whoever reads 助成金. `POST …/budget`: sets the budget of a year. Administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::desk::actor_names;
use uketsuke_core::error::Result;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::money::shown;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::subsidy::programme::{self, fiscal_year, fiscal_year_name};
use uketsuke_web::extract::Form;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid, words};

use super::{Change, PATH, changes, parse, rows};
use crate::Office;
use crate::access::{ManageSubsidies, ReadSubsidies, Staff};

/// Fiscal years that a budget is for.
const YEARS: (i64, i64) = (2020, 2100);

#[derive(Template)]
#[template(path = "admin/subsidies/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    id: String,
    rows: Vec<(String, String)>,
    budgets: Vec<(String, String)>,
    versions: Vec<Version>,
    may_edit: bool,
    typed: Typed,
}

/// One version in the history.
struct Version {
    number: i32,
    when: String,
    by: String,
    comment: String,
    changes: Vec<Change>,
}

/// What is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    fiscal_year: String,
    yen: String,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadSubsidies>, path: Path<String>) -> PageResult {
    let year = fiscal_year(tokyo_date(office.db.clock().now()));
    let typed = Typed { fiscal_year: year.to_string(), yen: String::new() };
    html(&page(&office, &who, &path, typed, FieldErrors::default()).await?)
}

/// Sets a budget.
pub async fn set_budget(
    office: Data<Office>,
    who: Staff<ManageSubsidies>,
    path: Path<String>,
    Form(typed): Form<Typed>,
) -> PageResult {
    let mut errors = FieldErrors::default();
    let year = errors.take("fiscal_year", "年度", fold::number(&typed.fiscal_year, YEARS.0, YEARS.1));
    let yen = errors.take("yen", "予算", fold::yen(&typed.yen));
    let (Some(year), Some(yen)) = (year.and_then(|year| i32::try_from(year).ok()), yen) else {
        return invalid(&page(&office, &who, &path, typed, errors).await?);
    };
    let (id, scope) = (parse(&path)?, who.scope.clone());
    office.db.write(who.actor(), move |tx| programme::set_budget(tx, &scope, &id, year, yen)).await?;
    Ok(who.done(format!("{PATH}/{path}"), &format!("{}の予算を設定しました", fiscal_year_name(year))))
}

async fn page<D>(office: &Office, who: &Staff<D>, id: &str, typed: Typed, errors: FieldErrors) -> Result<Page> {
    let id = parse(id)?;
    let own = id.clone();
    let (versions, budgets, names) = office
        .db
        .read(move |c| {
            let versions = programme::versions(c, &own)?;
            let names = actor_names(c, versions.iter().map(|made| made.by.as_str()))?;
            Ok((versions, programme::budgets(c)?, names))
        })
        .await?;
    let own = budgets.iter().rev().filter(|((programme, _), _)| *programme == id);
    let history = versions.iter().enumerate().map(|(n, made)| Version {
        number: made.programme.version,
        when: words::date_time_full(made.at.utc()),
        by: names.of(&made.by),
        comment: made.comment.clone(),
        changes: changes(versions.get(n + 1), made),
    });
    let now = &versions[0].programme;
    Ok(Page {
        frame: who.frame(now.rules.name.clone(), PATH).error(!errors.is_empty()),
        errors,
        id: id.to_string(),
        rows: rows(&now.rules),
        budgets: own.map(|((_, year), yen)| (fiscal_year_name(*year), shown(*yen))).collect(),
        versions: history.collect(),
        may_edit: who.scope.may(Permission::ManageSubsidies),
        typed,
    })
}
