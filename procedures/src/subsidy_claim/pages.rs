//! The fields of each step as HTML (`templates/procedures/subsidy_claim`).

use askama::Template;
use uketsuke_core::application::procedure::Step;
use uketsuke_core::application::{Answers, Case};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::payee::Unclear;
use uketsuke_core::subsidy::rules::ItemKind;
use uketsuke_web::form::Choice;
use uketsuke_web::payee::PayeeFields;
use uketsuke_web::words;

use super::filing::{PROGRAMME, UNCLEAR, Under, mark};
use super::purchases::{MOST_LINES, PARTS, box_label, box_name};
use super::{PAYEE_STEP, PURCHASES_STEP};
use crate::field::text;

#[derive(Template)]
#[template(path = "procedures/subsidy_claim/purchases.html")]
struct PurchasesPage<'a> {
    errors: &'a FieldErrors,
    items: Vec<Choice>,
    lines: Vec<LineBoxes<'a>>,
    rules: Vec<(String, String)>,
}

/// The boxes of one line.
struct LineBoxes<'a> {
    number: usize,
    /// Whether it is shown from the start.
    open: bool,
    names: [String; 6],
    labels: [String; 6],
    values: [&'a str; 6],
}

#[derive(Template)]
#[template(path = "procedures/subsidy_claim/payee.html")]
struct PayeePage<'a> {
    fields: PayeeFields<'a>,
}

/// Lines shown without being asked for.
const LINES_AT_FIRST: usize = 2;

/// Draws a step.
pub(super) fn draw(step: &Step, case: &Case, typed: &Answers, errors: &FieldErrors) -> Result<String> {
    match step.key {
        PURCHASES_STEP => purchases(case, typed, errors).render(),
        PAYEE_STEP => account(case, typed, errors).render(),
        _ => return Err(Error::NotFound),
    }
    .map_err(Error::internal)
}

fn purchases<'a>(case: &Case, typed: &'a Answers, errors: &'a FieldErrors) -> PurchasesPage<'a> {
    let under = mark::<Under>(case, PROGRAMME);
    let items = items(under.as_ref()).map(|item| Choice::new(item.as_str(), item.label())).collect();
    let lines = (1..=MOST_LINES)
        .map(|number| {
            let names = PARTS.map(|(part, _)| box_name(number, part));
            let labels = PARTS.map(|(_, label)| box_label(number, label));
            let values = [0, 1, 2, 3, 4, 5].map(|part| text(typed, &names[part]));
            let open = number <= LINES_AT_FIRST || values.iter().any(|value| !value.is_empty());
            LineBoxes { number, open, names, labels, values }
        })
        .collect();
    PurchasesPage { errors, items, lines, rules: under.map(|under| rules(&under)).unwrap_or_default() }
}

/// What counts under the programme; everything while there is none.
pub(super) fn items(under: Option<&Under>) -> impl Iterator<Item = &'static ItemKind> {
    let covered = move |item: &&ItemKind| under.is_none_or(|under| under.rules.component_of(**item).is_some());
    ItemKind::ALL.iter().filter(covered)
}

/// What the programme grants, line by line.
pub(super) fn rules(under: &Under) -> Vec<(String, String)> {
    let rules = &under.rules;
    let until = rules.closes_on.map_or("期限は決まっていません".to_owned(), words::date);
    let mut rows = vec![
        ("制度".to_owned(), rules.name.clone()),
        ("申請の期限".to_owned(), until),
        ("対象になる購入日".to_owned(), format!("{}から", words::date(rules.bought_from))),
    ];
    for part in &rules.components {
        let items: Vec<_> = part.items.iter().map(|item| item.label()).collect();
        let value = format!("{}まで（{}）", shown(part.cap), items.join("、"));
        rows.push((format!("対象になる費用：{}", part.label), value));
    }
    rows.push(("補助率".to_owned(), rules.rate.to_string()));
    rows.push(("助成金の上限額".to_owned(), shown(rules.most())));
    rows
}

fn account<'a>(case: &Case, typed: &'a Answers, errors: &'a FieldErrors) -> PayeePage<'a> {
    let (banks, branches): (Vec<_>, Vec<_>) = mark(case, UNCLEAR).unwrap_or_default();
    PayeePage { fields: PayeeFields::new(|name| text(typed, name), errors).choosing(&banks, &branches) }
}

/// Banks or branches to choose from, as the mark keeps them.
pub(super) fn unclear_mark(unclear: &Unclear) -> Option<String> {
    let open = !unclear.banks.is_empty() || !unclear.branches.is_empty();
    open.then(|| serde_json::to_string(&(&unclear.banks, &unclear.branches)).unwrap_or_default())
}
