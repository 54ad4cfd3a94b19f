//! What of the list is asked for, in the query string: a view is a URL.

use actix_web::web::Query;
use chrono::{Days, NaiveDate};
use serde::Deserialize;
use uketsuke_core::application::worklist::{Filter, From, Place, View};
use uketsuke_core::application::{ApplicationKind, Method, State};
use uketsuke_core::clock::tokyo_midnight;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::prefecture::{Bureau, Prefecture};
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{ApplicationId, StaffId};
use uketsuke_core::staff::StaffMember;
use uketsuke_web::words::plain_date;

use crate::pages::words::encoded;

/// How many rows a page may have; the first is usual.
pub const SIZES: [u16; 3] = [50, 20, 100];

/// The word for the order that begins with the latest due dates.
pub const LATEST: &str = "latest";

/// The query string. What cannot be read is left out, so that an old link still
/// opens with the rest.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The view.
    pub v: String,
    /// 申請の種類
    pub application: String,
    /// 所属機関
    pub kind: String,
    /// A prefecture's number, or `b` and a bureau's.
    pub area: String,
    /// 状態
    pub state: String,
    /// 受付日, from
    pub from: String,
    /// 受付日, until
    pub until: String,
    /// 担当者
    pub holder: String,
    /// 確認の方法
    pub method: String,
    /// 受付番号, code, name, phone, mail
    pub words: String,
    /// `latest`: the latest due dates first.
    pub order: String,
    /// Rows on a page.
    pub size: String,
    /// After which row the page begins.
    pub after: String,
    /// Before which row the page ends.
    pub before: String,
}

impl Asked {
    /// Reads a query that a page of ours wrote.
    pub fn read(query: &str) -> Self {
        Query::<Self>::from_query(query).map(Query::into_inner).unwrap_or_default()
    }

    /// The view; all of them by default.
    pub fn view(&self) -> View {
        View::parse(&self.v).unwrap_or(View::All)
    }

    /// The conditions. Days that cannot be read are told and left out.
    pub fn filter(&self, errors: &mut FieldErrors) -> Filter {
        let from = day("from", "受付日（いつから）", &self.from, errors);
        let until = day("until", "受付日（いつまで）", &self.until, errors);
        Filter {
            kind: ApplicationKind::parse(&self.application),
            facility_kind: FacilityKind::parse(&self.kind),
            prefectures: self.area().map_or_else(Vec::new, |area| area.prefectures()),
            state: State::parse(&self.state),
            sent_from: from.map(|day| tokyo_midnight(day).into()),
            sent_before: until.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| tokyo_midnight(day).into()),
            holder: StaffId::parse(&self.holder),
            method: Method::parse(&self.method),
            latest_first: self.order == LATEST,
            words: Some(self.words.trim().to_owned()).filter(|words| !words.is_empty()),
        }
    }

    fn area(&self) -> Option<Area> {
        Area::parse(&self.area)
    }

    /// Rows on a page.
    pub fn size(&self) -> u16 {
        self.size.parse().ok().filter(|size| SIZES.contains(size)).unwrap_or(SIZES[0])
    }

    /// Which page.
    pub fn page(&self) -> From {
        match (place(&self.after), place(&self.before)) {
            (Some(after), _) => From::After(after),
            (None, Some(before)) => From::Before(before),
            (None, None) => From::Start,
        }
    }

    fn parts(&self) -> [(&'static str, &String); 12] {
        [
            ("v", &self.v),
            ("application", &self.application),
            ("kind", &self.kind),
            ("area", &self.area),
            ("state", &self.state),
            ("from", &self.from),
            ("until", &self.until),
            ("holder", &self.holder),
            ("method", &self.method),
            ("words", &self.words),
            ("order", &self.order),
            ("size", &self.size),
        ]
    }

    /// This list's query without the page.
    pub fn query(&self) -> String {
        self.query_without("")
    }

    fn query_without(&self, left_out: &str) -> String {
        let said = self.parts().into_iter().filter(|(name, value)| !value.trim().is_empty() && *name != left_out);
        said.map(|(name, value)| format!("{name}={}", encoded(value.trim()))).collect::<Vec<_>>().join("&")
    }

    /// The address of another page of this list.
    pub fn turn(&self, word: &str, place: &Place) -> String {
        format!("/queue?{}&{word}={}_{}", self.query(), place.due_on, place.id)
    }

    /// The address of this very page.
    pub fn address(&self) -> String {
        format!("/queue?{}", self.address_query())
    }

    /// The query of this very page.
    pub fn address_query(&self) -> String {
        let page = [("after", &self.after), ("before", &self.before)];
        let page =
            page.iter().filter(|(_, value)| place(value).is_some()).map(|(word, value)| format!("&{word}={value}"));
        format!("{}{}", self.query(), page.collect::<String>())
    }

    /// The address of another view, the conditions kept.
    pub fn in_view(&self, view: &View) -> String {
        let rest = self.query_without("v");
        format!("/queue?v={view}{}{rest}", if rest.is_empty() { "" } else { "&" })
    }

    /// Each condition in words, with the address that takes it off.
    pub fn chips(&self, staff: &[StaffMember]) -> Vec<(String, String)> {
        let filter = self.filter(&mut FieldErrors::default());
        let holder = staff.iter().find(|member| Some(&member.id) == filter.holder.as_ref());
        let on = |typed: &str| fold::date(typed).ok().map(plain_date);
        let conditions = [
            ("application", filter.kind.map(|kind| kind.title().to_owned())),
            ("kind", filter.facility_kind.map(|kind| kind.label().to_owned())),
            ("area", self.area().map(|area| area.name().to_owned())),
            ("state", filter.state.map(|state| state.staff_label().to_owned())),
            ("from", on(&self.from).map(|day| format!("受付：{day}から"))),
            ("until", on(&self.until).map(|day| format!("受付：{day}まで"))),
            ("holder", holder.map(|member| format!("担当：{}", member.name))),
            ("method", filter.method.map(|method| format!("確認：{}", method.label()))),
            ("words", filter.words.map(|words| format!("言葉：{words}"))),
        ];
        let chip =
            |(name, label): (&str, Option<String>)| Some((label?, format!("/queue?{}", self.query_without(name))));
        conditions.into_iter().filter_map(chip).collect()
    }
}

fn day(name: &str, label: &str, typed: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    if typed.trim().is_empty() { None } else { errors.take(name, label, fold::date(typed)) }
}

/// `2026-11-27_<id>`: a row's place in the list.
fn place(text: &str) -> Option<Place> {
    let (due_on, id) = text.split_once('_')?;
    Some(Place { due_on: due_on.parse().ok()?, id: ApplicationId::parse(id)? })
}

/// A prefecture, or all of a bureau's.
enum Area {
    Prefecture(Prefecture),
    Bureau(Bureau),
}

impl Area {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix('b') {
            Some(n) => Some(Self::Bureau(*Bureau::ALL.get(n.parse::<usize>().ok()?)?)),
            None => Prefecture::parse(text).map(Self::Prefecture),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Prefecture(prefecture) => prefecture.name(),
            Self::Bureau(bureau) => bureau.name(),
        }
    }

    fn prefectures(&self) -> Vec<i32> {
        match self {
            Self::Prefecture(prefecture) => vec![i32::from(prefecture.number())],
            Self::Bureau(bureau) => bureau.prefectures().map(|prefecture| i32::from(prefecture.number())).collect(),
        }
    }
}
