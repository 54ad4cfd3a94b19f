//! 助成金: programmes, budgets and books.

pub mod edit;
pub mod export;
mod form;
pub mod index;
pub mod show;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ProgrammeId;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::programme::Made;
use uketsuke_core::subsidy::rules::Rules;
use uketsuke_web::words;

/// The menu entry of all of them.
const PATH: &str = "/subsidies";

fn parse(id: &str) -> Result<ProgrammeId> {
    ProgrammeId::parse(id).ok_or(Error::NotFound)
}

/// Rules line by line: labels and values.
fn rows(rules: &Rules) -> Vec<(String, String)> {
    let mut rows = vec![("制度の名前".to_owned(), rules.name.clone()), ("対象".to_owned(), kinds(rules))];
    for (part, number) in rules.components.iter().zip(1..) {
        let items: Vec<_> = part.items.iter().map(|item| item.label()).collect();
        let value = format!("{}：{}まで（{}）", part.label, shown(part.cap), items.join("、"));
        rows.push((format!("費用の区分 {number}"), value));
    }
    let fixed = [
        ("費用の上限額の合計", shown(rules.total_cap)),
        ("補助率", rules.rate.to_string()),
        ("端数処理", format!("{}未満を切り捨て", shown(rules.rounding))),
        ("助成金の上限額", shown(rules.most())),
        ("対象になる購入日", format!("{}から", words::date(rules.bought_from))),
        ("受付期間", window(rules)),
    ];
    rows.extend(fixed.map(|(label, value)| (label.to_owned(), value)));
    rows
}

fn kinds(rules: &Rules) -> String {
    rules.kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("、")
}

fn window(rules: &Rules) -> String {
    let until = rules
        .closes_on
        .map_or("（終了日は決まっていません）".to_owned(), |last| format!("{}まで", words::date(last)));
    format!("{}から{until}", words::date(rules.opens_on))
}

/// A line of rules beside its former one: label, before, after, whether they differ.
type Change = (String, String, String, bool);

/// What a version changed against another; nothing where there is none.
fn changes(before: Option<&Made>, made: &Made) -> Vec<Change> {
    let Some(before) = before else { return Vec::new() };
    let mut rows = compared(Some(&before.programme.rules), &made.programme.rules);
    rows.retain(|row| row.3);
    rows
}

/// Rules beside their former ones, line by line.
fn compared(before: Option<&Rules>, after: &Rules) -> Vec<Change> {
    let (old, new) = (before.map(rows).unwrap_or_default(), rows(after));
    let value = |rows: &[(String, String)], label: &str| {
        rows.iter().find(|(known, _)| known == label).map_or(String::new(), |(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(label, _)| new.iter().all(|(known, _)| known != label));
    let labels = new.iter().chain(gone).map(|(label, _)| label.clone());
    labels
        .map(|label| {
            let (before, after) = (value(&old, &label), value(&new, &label));
            let differs = before != after;
            (label, before, after, differs)
        })
        .collect()
}
