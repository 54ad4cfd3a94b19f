//! From counts to a chart and the table behind it, figure by figure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uketsuke_core::application::due::PROMISED_BUSINESS_DAYS;
use uketsuke_core::application::{ApplicationKind, Procedures};
use uketsuke_core::calendar::Calendar;
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::facility::kind::{FacilityKind, KINDS};
use uketsuke_core::facility::prefecture::{Bureau, Prefecture};
use uketsuke_core::holiday;
use uketsuke_core::report::{self, Coverage, Filter, Flow, Spread};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::Cell;
use uketsuke_web::words::{day, digits};

use super::tables::Figure;
use crate::chart::{Bar, Bars, Lines};

/// Below this many decisions a median says nothing.
const ENOUGH: i64 = 5;
/// Ages above this many business days are one bar.
const OLDEST: u32 = 10;
/// Reasons shown as bars; the table has all.
const TOP_REASONS: usize = 10;

/// What is drawn.
#[derive(Debug, Clone)]
pub enum Chart {
    /// Bars.
    Bars(Bars),
    /// Lines.
    Lines(Lines),
    /// Nothing, and why.
    TooFew(String),
}

/// A figure, ready for the page.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Which.
    pub figure: Figure,
    /// How it is counted, in a sentence.
    pub note: &'static str,
    /// The charts: one, or two that belong together, each with its heading.
    pub charts: Vec<(&'static str, Chart)>,
    /// The table behind them.
    pub rows: Vec<Vec<Cell>>,
}

/// What figures are drawn from, beside the counts.
pub struct Means<'m> {
    /// For the words of reasons.
    pub procedures: &'m Procedures,
    /// The day of the newest count.
    pub today: NaiveDate,
}

/// Draws one figure.
///
/// # Errors
/// `Forbidden` without the permission to read applications.
pub fn draw(conn: &mut Conn, scope: &StaffScope, filter: &Filter, figure: Figure, means: &Means<'_>) -> Result<Drawn> {
    let (note, charts, rows) = match figure {
        Figure::Waiting => {
            let calendar = holiday::calendar(conn)?;
            waiting(&report::waiting(conn, scope, filter)?, &calendar, means.today)
        }
        Figure::Bureaus => bureaus(&report::waiting(conn, scope, filter)?),
        Figure::Flow => flow(&report::flow(conn, scope, filter)?),
        Figure::Places => places(report::by_place(conn, scope, filter)?),
        Figure::Times => times(&report::hours(conn, scope, filter)?),
        Figure::Reasons => reasons(&report::reasons(conn, scope, filter)?, means.procedures),
        Figure::Kinds => kinds(report::coverage(conn, scope, filter)?),
        Figure::Prefectures => prefectures(report::coverage(conn, scope, filter)?),
        Figure::Weeks => weeks(&report::coverage_over_time(conn, scope, filter)?),
    };
    Ok(Drawn { figure, note, charts, rows })
}

type Parts = (&'static str, Vec<(&'static str, Chart)>, Vec<Vec<Cell>>);

/// Bars of amounts, or the words that there is nothing.
fn bars(id: &'static str, title: &str, amounts: Vec<(String, i64, bool)>, empty: &str) -> Chart {
    let sum: i64 = amounts.iter().map(|amount| amount.1).sum();
    if sum == 0 {
        return Chart::TooFew(empty.to_owned());
    }
    let most = amounts.iter().max_by_key(|amount| amount.1);
    let most =
        most.map_or(String::new(), |(label, count, _)| format!("もっとも多いのは{label}の{}件です。", digits(count)));
    Chart::Bars(Bars::of(id, title, format!("合計{}件。{most}", digits(sum)), amounts))
}

fn waiting(counts: &[(NaiveDate, Prefecture, i64)], calendar: &Calendar, today: NaiveDate) -> Parts {
    let mut ages: BTreeMap<u32, i64> = (0..=PROMISED_BUSINESS_DAYS).map(|age| (age, 0)).collect();
    for (due_on, _, count) in counts {
        *ages.entry(age(calendar, *due_on, today)).or_default() += count;
    }
    let mut shown: BTreeMap<u32, i64> = BTreeMap::new();
    ages.iter().for_each(|(age, count)| *shown.entry((*age).min(OLDEST)).or_default() += count);
    let label = |age: u32| match age {
        age if age > PROMISED_BUSINESS_DAYS => {
            format!("{age}営業日{}（期限超過）", if age >= OLDEST { "以上" } else { "" })
        }
        age => format!("{age}営業日"),
    };
    let amounts = shown.into_iter().map(|(age, count)| (label(age), count, age > PROMISED_BUSINESS_DAYS)).collect();
    let chart = bars("waiting", "待っている営業日数ごとの件数", amounts, "審査を待っている申請はありません。");
    let words =
        |age: u32| if age > PROMISED_BUSINESS_DAYS { format!("{age}（期限超過）") } else { age.to_string() };
    let rows = ages.into_iter().map(|(age, count)| vec![Cell::text(words(age)), Cell::Number(count)]).collect();
    ("受け付けてからの営業日数です。申請者の修正を待っている間は数えません。", vec![("", chart)], rows)
}

/// How many business days an application has waited: the promised ones less what
/// is left of them, or with what is over.
fn age(calendar: &Calendar, due_on: NaiveDate, today: NaiveDate) -> u32 {
    let left = calendar.business_days_between(today, due_on);
    let over = calendar.business_days_between(due_on, today);
    PROMISED_BUSINESS_DAYS.saturating_sub(left) + over
}

fn bureaus(counts: &[(NaiveDate, Prefecture, i64)]) -> Parts {
    let of = |bureau: Bureau| counts.iter().filter(|row| row.1.bureau() == bureau).map(|row| row.2).sum::<i64>();
    let all: Vec<(&str, i64)> = Bureau::ALL.into_iter().map(|bureau| (bureau.name(), of(bureau))).collect();
    let amounts = all.iter().map(|(name, count)| ((*name).to_owned(), *count, false)).collect();
    let chart = bars("bureaus", "厚生局ごとの件数", amounts, "審査を待っている申請はありません。");
    let rows = all.into_iter().map(|(name, count)| vec![Cell::text(name), Cell::Number(count)]).collect();
    ("いま審査を待っている申請の数です。", vec![("", chart)], rows)
}

fn flow(days: &[(NaiveDate, Flow)]) -> Parts {
    let sum = |of: fn(&Flow) -> i64| days.iter().map(|(_, flow)| of(flow)).sum::<i64>();
    let (received, decided) = (sum(|flow| flow.received), sum(|flow| flow.decided));
    let chart = match (days.first(), days.last()) {
        (Some(first), Some(last)) if received + decided > 0 => {
            let values = |of: fn(&Flow) -> i64| days.iter().map(|(_, flow)| Some(of(flow) as f64)).collect();
            let gist = format!("受付は合計{}件、決定は合計{}件です。", digits(received), digits(decided));
            Chart::Lines(Lines::of(
                "flow",
                ("1日ごとの受付と決定", gist),
                (day(first.0), day(last.0)),
                vec![("受付", values(|flow| flow.received)), ("決定", values(|flow| flow.decided))],
                "件",
            ))
        }
        _ => Chart::TooFew("この期間に受け付けた申請も決定した申請もありません。".to_owned()),
    };
    let row = |(on, flow): &(NaiveDate, Flow)| [vec![Cell::Date(*on)], flow_cells(*flow)].concat();
    (
        "受付は初めて送られた日、決定は承認または却下した日で数えます。",
        vec![("", chart)],
        days.iter().rev().map(row).collect(),
    )
}

fn flow_cells(flow: Flow) -> Vec<Cell> {
    [flow.received, flow.decided, flow.at_once].map(Cell::Number).to_vec()
}

fn places(counts: BTreeMap<(FacilityKind, Prefecture), Flow>) -> Parts {
    let received = |of: &dyn Fn(&(FacilityKind, Prefecture)) -> bool| {
        counts.iter().filter(|(place, _)| of(place)).map(|(_, flow)| flow.received).sum::<i64>()
    };
    let kinds = KINDS.iter().map(|kind| (kind.label.to_owned(), received(&|place| place.0 == kind.kind), false));
    let empty = "この期間に受け付けた申請はありません。";
    let kinds = bars("places-kinds", "所属機関ごとの受付", kinds.filter(|bar| bar.1 > 0).collect(), empty);
    let of_bureau = |bureau: Bureau| received(&|place| place.1.bureau() == bureau);
    let bureaus = Bureau::ALL.into_iter().map(|bureau| (bureau.name().to_owned(), of_bureau(bureau), false));
    let bureaus = bars("places-bureaus", "厚生局ごとの受付", bureaus.collect(), empty);
    let row = |((kind, prefecture), flow): (&(_, Prefecture), &Flow)| {
        let kind: &FacilityKind = kind;
        [vec![Cell::text(kind.label()), Cell::text(prefecture.name())], flow_cells(*flow)].concat()
    };
    let rows = counts.iter().map(row).collect();
    ("この期間に受け付けた申請の数です。", vec![("所属機関ごと", kinds), ("厚生局ごと", bureaus)], rows)
}

fn times(weeks: &BTreeMap<NaiveDate, Spread>) -> Parts {
    let mut all = Spread::default();
    weeks.values().for_each(|spread| all.merge(spread));
    let days = |hours: Option<u32>| hours.map(|hours| f64::from(hours) / 24.0);
    let words = |hours: Option<u32>| days(hours).map_or("－".to_owned(), |days| format!("{days:.1}"));
    let gist =
        format!("全体の中央値は{}営業日、90%点は{}営業日です。", words(all.percentile(50)), words(all.percentile(90)));
    let chart = match (weeks.keys().next(), weeks.keys().next_back()) {
        (Some(first), Some(last)) if all.count() >= ENOUGH && first != last => {
            // Weeks without a decision keep their place.
            let span: Vec<NaiveDate> = first.iter_days().step_by(7).take_while(|week| week <= last).collect();
            let values = |percent| {
                let of = |week: &NaiveDate| days(weeks.get(week).and_then(|spread| spread.percentile(percent)));
                span.iter().map(of).collect()
            };
            let ends = (format!("{}の週", day(*first)), format!("{}の週", day(*last)));
            let lines = vec![("中央値", values(50)), ("90%点", values(90))];
            Chart::Lines(Lines::of("times", ("決定までの営業日数、週ごと", gist), ends, lines, "営業日"))
        }
        _ if all.count() >= ENOUGH => Chart::TooFew(format!("{gist}推移を描くには、2週以上の記録が必要です。")),
        _ => Chart::TooFew(format!("審査して決定した申請がまだ{}件しかないため、図にしません。", all.count())),
    };
    let cell = |hours: Option<u32>| days(hours).map_or(Cell::Empty, Cell::Decimal);
    let row = |(week, spread): (&NaiveDate, &Spread)| {
        let (median, ninety) = (cell(spread.percentile(50)), cell(spread.percentile(90)));
        vec![Cell::Date(*week), Cell::Number(spread.count()), median, ninety]
    };
    let note = "受付から決定までの時間を、営業日を24時間として数えます。申請者の修正を待っている間と、照合による承認は除きます。";
    (note, vec![("", chart)], weeks.iter().rev().map(row).collect())
}

fn reasons(counts: &[(String, i64)], procedures: &Procedures) -> Parts {
    let named = |detail: &str| {
        let (kind, code) = detail.split_once('/').unwrap_or(("", detail));
        let kind = ApplicationKind::parse(kind);
        let procedure = kind.and_then(|kind| procedures.get(kind).ok());
        let reason = procedure.and_then(|p| p.fault_reasons().iter().find(|reason| reason.code == code));
        let title = kind.map_or("", ApplicationKind::title);
        (title, reason.map_or(code.to_owned(), |reason| reason.label.to_owned()))
    };
    let amounts = counts.iter().take(TOP_REASONS).map(|(detail, count)| (named(detail).1, *count, false));
    let chart = bars("reasons", "差戻しの理由、多い順", amounts.collect(), "この期間に差し戻した申請はありません。");
    let row = |(detail, count): &(String, i64)| {
        let (title, reason) = named(detail);
        vec![Cell::text(title), Cell::text(reason), Cell::Number(*count)]
    };
    let note = "差戻しで選ばれた理由の数です。ひとつの差戻しに理由がいくつかあるときは、それぞれ数えます。";
    (note, vec![("多い順に10まで", chart)], counts.iter().map(row).collect())
}

type Standing = BTreeMap<(FacilityKind, Prefecture), Coverage>;

const COVERAGE: &str = "全施設は廃止でない施設、利用申請済は利用開始申請を送った施設（却下・取下げを除く）、準備完了は使える端末のある施設、運用開始済は登録した運用開始日を迎えた施設です。やむを得ない事由は、参加せずに事由を申告した施設、未参加はどちらでもない施設です。併設の従たる施術所は、参加しているものとして未参加に数えません。";
const NO_FACILITIES: &str = "条件に合う施設はありません。";

fn percent(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 }
}

fn coverage_cells(coverage: Coverage) -> Vec<Cell> {
    let Coverage { facilities, applied, ready, operating, exempt, neither } = coverage;
    let shared = [applied, ready, operating, exempt, neither];
    let pair = |part| [Cell::Number(part), Cell::Decimal(percent(part, facilities))];
    std::iter::once(Cell::Number(facilities)).chain(shared.into_iter().flat_map(pair)).collect()
}

/// Three charts of shares, the whole width being all facilities.
fn shares(ids: [&'static str; 3], of: &[(String, Coverage)]) -> Vec<(&'static str, Chart)> {
    let chart = |id, title: &str, part: fn(&Coverage) -> i64| {
        let mut whole = Coverage::default();
        of.iter().for_each(|(_, coverage)| whole.add(*coverage));
        if whole.facilities == 0 {
            return Chart::TooFew(NO_FACILITIES.to_owned());
        }
        let bar = |(label, coverage): &(String, Coverage)| {
            let share = percent(part(coverage), coverage.facilities);
            Bar {
                label: label.clone(),
                figure: format!("{}（{share:.1}%）", digits(part(coverage))),
                share: share / 100.0,
                late: false,
            }
        };
        let share = percent(part(&whole), whole.facilities);
        let gist =
            format!("全体では{}施設のうち{}施設、{share:.1}%です。", digits(whole.facilities), digits(part(&whole)));
        let all = [("全体".to_owned(), whole)];
        Chart::Bars(Bars {
            id,
            title: title.to_owned(),
            description: gist,
            rows: all.iter().chain(of).map(bar).collect(),
        })
    };
    vec![
        ("利用申請済施設数と割合", chart(ids[0], "利用申請済施設数と全施設に占める割合", |c| c.applied)),
        ("準備完了施設数と割合", chart(ids[1], "準備完了施設数と全施設に占める割合", |c| c.ready)),
        ("運用開始済施設数と割合", chart(ids[2], "運用開始済施設数と全施設に占める割合", |c| c.operating)),
    ]
}

fn kinds(counts: Standing) -> Parts {
    let of = |kind| {
        let mut sum = Coverage::default();
        counts.iter().filter(|(place, _)| place.0 == kind).for_each(|(_, coverage)| sum.add(*coverage));
        sum
    };
    let all: Vec<(String, Coverage)> = KINDS
        .iter()
        .map(|entry| (entry.label.to_owned(), of(entry.kind)))
        .filter(|(_, coverage)| coverage.facilities > 0)
        .collect();
    let row = |(label, coverage): &(String, Coverage)| [vec![Cell::text(label)], coverage_cells(*coverage)].concat();
    (COVERAGE, shares(["kinds-applied", "kinds-ready", "kinds-operating"], &all), all.iter().map(row).collect())
}

fn prefectures(counts: Standing) -> Parts {
    let of = |wanted: &dyn Fn(Prefecture) -> bool| {
        let mut sum = Coverage::default();
        counts.iter().filter(|(place, _)| wanted(place.1)).for_each(|(_, coverage)| sum.add(*coverage));
        sum
    };
    let bureaus: Vec<(String, Coverage)> = Bureau::ALL
        .into_iter()
        .map(|bureau| (bureau.name().to_owned(), of(&|prefecture| prefecture.bureau() == bureau)))
        .filter(|(_, coverage)| coverage.facilities > 0)
        .collect();
    let row = |prefecture: Prefecture| {
        let coverage = of(&|other| other == prefecture);
        let head = vec![Cell::text(prefecture.bureau().name()), Cell::text(prefecture.name())];
        (coverage.facilities > 0).then(|| [head, coverage_cells(coverage)].concat())
    };
    let rows = Prefecture::all().filter_map(row).collect();
    (COVERAGE, shares(["prefectures-applied", "prefectures-ready", "prefectures-operating"], &bureaus), rows)
}

fn weeks(counts: &BTreeMap<NaiveDate, Coverage>) -> Parts {
    let shares = |of: fn(&Coverage) -> i64| -> Vec<Option<f64>> {
        counts.values().map(|coverage| Some(percent(of(coverage), coverage.facilities))).collect()
    };
    let drawn = |id, title: &str, gist: Share, lines: Vec<Share>| {
        let (Some((first, before)), Some((last, now))) = (counts.first_key_value(), counts.last_key_value()) else {
            return Chart::TooFew(ONE_WEEK.to_owned());
        };
        if first == last {
            return Chart::TooFew(ONE_WEEK.to_owned());
        }
        let [was, is] = [before, now].map(|coverage| percent(gist.1(coverage), coverage.facilities));
        let gist = format!("{}の割合は{was:.1}%から{is:.1}%になりました。", gist.0);
        let ends = (format!("{}の週", day(*first)), format!("{}の週", day(*last)));
        let lines = lines.into_iter().map(|(label, of)| (label, shares(of))).collect();
        Chart::Lines(Lines::of(id, (title, gist), ends, lines, "%"))
    };
    let on_the_way = drawn(
        "weeks",
        "全施設に占める割合、週ごと",
        ("準備完了", |c| c.ready),
        vec![("利用申請済の割合", |c| c.applied), ("準備完了の割合", |c| c.ready)],
    );
    let operating = drawn(
        "weeks-operating",
        "全施設に占める運用開始済の割合、週ごと",
        ("運用開始済", |c| c.operating),
        vec![("運用開始済の割合", |c| c.operating)],
    );
    let row = |(week, coverage): (&NaiveDate, &Coverage)| [vec![Cell::Date(*week)], coverage_cells(*coverage)].concat();
    (
        "それぞれの週の終わりの状態です。今週はいまの状態です。",
        vec![("利用申請済と準備完了", on_the_way), ("運用開始済", operating)],
        counts.iter().rev().map(row).collect(),
    )
}

/// A part of all facilities: its words, and how many they are.
type Share = (&'static str, fn(&Coverage) -> i64);

/// Why there is no chart over time.
const ONE_WEEK: &str = "推移を描くには、2週以上の記録が必要です。集計を始めた週から記録されます。";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_the_promised_days_less_what_is_left() {
        let (calendar, on) = (holiday::published(), |text: &str| text.parse::<NaiveDate>().unwrap());
        let today = on("2026-11-20");
        for (due_on, wanted) in [
            ("2026-11-30", 0), // sent today
            ("2026-11-24", 4),
            ("2026-11-20", 5),
            ("2026-11-19", 6), // a day over
            ("2026-11-13", 10),
            ("2027-02-01", 0),
        ] {
            assert_eq!(age(&calendar, on(due_on), today), wanted, "{due_on}");
        }
    }
}
