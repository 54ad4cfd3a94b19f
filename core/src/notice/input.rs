//! What is typed about a notice, and what can be kept of it.

use chrono::{Days, Duration, NaiveDate, NaiveTime};

use super::model::{Category, Notice};
use crate::clock::{tokyo_midnight, tokyo_stamp};
use crate::content::{SiteChoice, markdown};
use crate::db::At;
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::fold;
use crate::form::{FieldErrors, FieldFault};

/// The longest title, characters: what a phone shows in three lines.
const TITLE_MAX_CHARS: usize = 60;
/// The longest text, characters.
const BODY_MAX_CHARS: usize = 10_000;
/// How far ahead a notice may begin or end.
const AHEAD: Duration = Duration::days(5 * 366);
/// The longest time a banner may stand.
const BANNER_MOST: Duration = Duration::days(93);

/// What is typed; days are read already.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// [`Category`], its stable text.
    pub category: String,
    /// Whether it stands out.
    pub important: bool,
    /// Whether the app shows it.
    pub popup: bool,
    /// Whether every page shows it.
    pub banner: bool,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// [`SiteChoice`], its stable text.
    pub site: String,
    /// Stable texts of kinds; none for all.
    pub kinds: Vec<String>,
    /// Numbers of prefectures; none for all.
    pub prefectures: Vec<String>,
    /// The first day; `None` for as soon as it is published.
    pub from: Option<NaiveDate>,
    /// The time of that day, 「9:30」; empty for midnight.
    pub from_time: String,
    /// The last day; `None` for good.
    pub until: Option<NaiveDate>,
    /// The time of that day; empty for its end.
    pub until_time: String,
}

/// A notice that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What it is about.
    pub category: Category,
    /// Stands out in lists.
    pub important: bool,
    /// The client app shows it.
    pub popup: bool,
    /// Every page shows it.
    pub banner: bool,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// For which site.
    pub site: SiteChoice,
    /// For which kinds; none for all.
    pub kinds: Vec<FacilityKind>,
    /// For which prefectures; none for all.
    pub prefectures: Vec<Prefecture>,
    /// From when; `None` for as soon as it is published.
    pub starts_at: Option<At>,
    /// Until when; `None` for good.
    pub ends_at: Option<At>,
}

impl Input {
    /// Judges what was typed; `days` are the faults of reading the two days, and
    /// `attached` the names of the files that the text may show.
    ///
    /// # Errors
    /// `Invalid`, naming the fields as [`Typed`] does, in their order.
    pub fn read(typed: &Typed, attached: &[&str], now: At, days: FieldErrors) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let mut say = |field: &str, label: &str, sentence: &str| {
            errors.add(field, label, FieldFault::Sentence(sentence.to_owned()));
        };
        let category = Category::parse(&typed.category);
        let kinds: Option<Vec<FacilityKind>> = typed.kinds.iter().map(|kind| FacilityKind::parse(kind)).collect();
        let site = SiteChoice::parse(&typed.site).map(|site| narrowed(site, kinds.as_deref().unwrap_or_default()));
        let prefectures: Option<Vec<_>> = typed.prefectures.iter().map(|place| Prefecture::parse(place)).collect();
        let prefectures = prefectures.map(|mut places| {
            places.sort_by_key(|place| place.number());
            places
        });
        let starts = moment(typed.from, &typed.from_time, "from_time", "表示を始める時刻", &mut say, NaiveTime::MIN);
        let ends = match typed.until_time.trim().is_empty() {
            true => typed.until.map(|day| At::from(tokyo_midnight(day + Days::new(1)))),
            false => moment(typed.until, &typed.until_time, "until_time", "表示を終える時刻", &mut say, NaiveTime::MIN),
        };
        if let (Some(site), Some(kinds)) = (site, &kinds)
            && kinds.iter().any(|kind| !site.has(*kind))
        {
            say("kinds", "所属機関", "選んだサイトにない機関が選ばれています。サイトか機関を選び直してください");
        }
        let from = starts.unwrap_or(now);
        if from > now + AHEAD {
            say("from", "表示を始める日", "表示を始める日は、5年先までの日にしてください");
        }
        if ends.is_some_and(|end| end <= from || end <= now || end > now + AHEAD) {
            say(
                "until",
                "表示を終える日",
                "表示を終える日時は、始める日時といまより後の、5年先までの日時にしてください",
            );
        }
        let is_disaster = category == Some(Category::Disaster);
        let banner = typed.banner || is_disaster;
        if banner && days.is_empty() {
            match ends {
                None => say("until", "表示を終える日", "緊急のお知らせには、表示を終える日を入力してください"),
                Some(end) if end - from > BANNER_MOST => {
                    say("until", "表示を終える日", "緊急のお知らせは、93日までにしてください");
                }
                Some(_) => {}
            }
        }
        if is_disaster && typed.prefectures.is_empty() {
            say("prefectures", "都道府県", "災害のお知らせでは、対象の都道府県を選んでください");
        }
        for (field, label, missing) in [
            ("category", "種類", category.is_none()),
            ("site", "サイト", site.is_none()),
            ("kinds", "所属機関", kinds.is_none()),
            ("prefectures", "都道府県", prefectures.is_none()),
        ] {
            if missing {
                errors.add(field, label, FieldFault::NotChosen);
            }
        }
        let title = errors.take("title", "見出し", fold::text(&typed.title, TITLE_MAX_CHARS));
        let body = errors.take("body", "本文", fold::lines(&typed.body, BODY_MAX_CHARS));
        for fault in body.iter().flat_map(|body| markdown::faults(body, attached)) {
            errors.add("body", "本文", FieldFault::Sentence(fault));
        }
        errors.extend(days);
        let input = (|| {
            Some(Self {
                category: category?,
                important: typed.important,
                popup: typed.popup || is_disaster,
                banner,
                title: title?,
                body: body?,
                site: site?,
                kinds: kinds?,
                prefectures: prefectures?,
                starts_at: starts,
                ends_at: ends,
            })
        })();
        errors.into_result(input).map_err(Error::from)
    }

    /// What a stored notice says.
    pub fn of(notice: &Notice) -> Self {
        Self {
            category: notice.category,
            important: notice.important,
            popup: notice.popup,
            banner: notice.banner,
            title: notice.title.clone(),
            body: notice.body.clone(),
            site: notice.site,
            kinds: notice.for_kinds(),
            prefectures: notice.for_prefectures(),
            starts_at: Some(notice.starts_at),
            ends_at: notice.ends_at,
        }
    }

    /// Each field in words, as versions keep them.
    pub(super) fn words(&self) -> Vec<(&'static str, String)> {
        let yes = |value: bool| if value { "はい" } else { "いいえ" }.to_owned();
        let or_all = |list: Vec<&str>, all: &str| if list.is_empty() { all.to_owned() } else { list.join("、") };
        let time = |at: Option<At>, none: &str| at.map_or(none.to_owned(), |at| tokyo_stamp(at.utc()));
        vec![
            ("種類", self.category.label().to_owned()),
            ("重要", yes(self.important)),
            ("アプリに表示", yes(self.popup)),
            ("緊急のお知らせ", yes(self.banner)),
            ("サイト", self.site.label().to_owned()),
            ("所属機関", or_all(self.kinds.iter().map(|kind| kind.label()).collect(), "すべて")),
            ("都道府県", or_all(self.prefectures.iter().map(|place| place.name()).collect(), "全国")),
            ("始まり", time(self.starts_at, "公開したとき")),
            ("終わり", time(self.ends_at, "決めない")),
            ("見出し", self.title.clone()),
            ("本文", self.body.clone()),
        ]
    }
}

/// What is for kinds of one site alone has nothing to say on the other.
fn narrowed(site: SiteChoice, kinds: &[FacilityKind]) -> SiteChoice {
    match kinds.split_first() {
        Some((first, rest)) if site == SiteChoice::Both => {
            let own = SiteChoice::of(first.entry().site);
            if rest.iter().all(|kind| own.has(*kind)) { own } else { site }
        }
        _ => site,
    }
}

fn moment(
    day: Option<NaiveDate>,
    time: &str,
    field: &str,
    label: &str,
    say: &mut impl FnMut(&str, &str, &str),
    empty: NaiveTime,
) -> Option<At> {
    let typed = fold::narrowed(time).trim().replace('時', ":").replace('分', "");
    let typed = if typed.ends_with(':') { format!("{typed}00") } else { typed };
    let time = if typed.is_empty() { Some(empty) } else { NaiveTime::parse_from_str(&typed, "%H:%M").ok() };
    match (day, time) {
        (_, None) => {
            say(field, label, &format!("{label}は、9:30 のように入力してください"));
            None
        }
        (None, Some(_)) if !typed.is_empty() => {
            say(field, label, "時刻を入力するときは、日も入力してください");
            None
        }
        (day, Some(time)) => day.map(|day| At::from(tokyo_midnight(day)) + (time - NaiveTime::MIN)),
    }
}
