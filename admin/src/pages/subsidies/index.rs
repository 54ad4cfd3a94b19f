//! `GET /subsidies`: the programmes, the books, and whether they agreed last night.
//! Whoever reads 助成金.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::books::{self, Difference, Night, Of, YearBooks};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::money::shown;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::subsidy::programme::{self, Programme, fiscal_year_name};
use uketsuke_core::subsidy::rules::Window;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, words};

use super::{PATH, kinds, window};
use crate::Office;
use crate::access::{ReadSubsidies, Staff};

#[derive(Template)]
#[template(path = "admin/subsidies/index.html")]
struct Page {
    frame: Frame,
    programmes: Vec<Line>,
    books: Vec<Row>,
    night: Option<Checked>,
    may_edit: bool,
}

/// When the books were compared last, and what did not agree: in words, and where
/// it is looked at.
struct Checked {
    when: String,
    differences: Vec<(String, String)>,
}

struct Line {
    id: String,
    name: String,
    kinds: String,
    rate: String,
    most: String,
    window: String,
    standing: (&'static str, &'static str),
}

/// The books of a year as cells.
struct Row {
    name: String,
    year: String,
    cells: Vec<String>,
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadSubsidies>) -> PageResult {
    let (scope, today) = (who.scope.clone(), tokyo_date(office.db.clock().now()));
    let (programmes, books, nights) = office
        .db
        .read(move |c| Ok((programme::list(c)?, books::list(c, &scope)?, books::last_nights(c, &scope, 1)?)))
        .await?;
    let line = |one: &Programme| Line {
        id: one.id.to_string(),
        name: one.rules.name.clone(),
        kinds: kinds(&one.rules),
        rate: one.rules.rate.to_string(),
        most: shown(one.rules.most()),
        window: window(&one.rules),
        standing: standing(one.rules.window(today)),
    };
    html(&Page {
        frame: who.frame("助成金", PATH),
        books: books.iter().map(|year| row(&programmes, year)).collect(),
        programmes: programmes.iter().map(line).collect(),
        night: nights.into_iter().next().map(checked),
        may_edit: who.scope.may(Permission::ManageSubsidies),
    })
}

fn standing(window: Window) -> (&'static str, &'static str) {
    match window {
        Window::Ahead => ("受付前", "blue-line"),
        Window::Open => ("受付中", "green"),
        Window::Closed => ("受付終了", "grey"),
    }
}

fn row(programmes: &[Programme], year: &YearBooks) -> Row {
    let name = programmes.iter().find(|one| one.id == year.programme).map_or("", |one| one.rules.name.as_str());
    let sum = |sum: books::Sum| format!("{}件・{}", sum.count, shown(sum.yen));
    let left = match year.left() {
        Some(left) if left < 0 => format!("{}（超過）", shown(left)),
        Some(left) => shown(left),
        None => String::new(),
    };
    Row {
        name: name.to_owned(),
        year: fiscal_year_name(year.fiscal_year),
        cells: vec![
            sum(year.claimed),
            sum(year.granted),
            format!("{}件", year.refused),
            sum(year.waiting()),
            sum(year.in_transfer),
            sum(year.paid),
            sum(year.returned),
            year.budget.map_or("未設定".to_owned(), shown),
            left,
        ],
    }
}

fn checked(night: Night) -> Checked {
    let differences = night.differences.iter().map(|one| (one.sentence.clone(), href(one)));
    Checked { when: words::date_time_full(night.at.utc()), differences: differences.collect() }
}

/// Where a difference is looked at; empty for a whole year.
fn href(difference: &Difference) -> String {
    match &difference.of {
        Of::Application(id) => format!("/cases/{id}"),
        Of::Batch(id) => format!("/payments/{id}"),
        Of::Year(_) => String::new(),
    }
}
