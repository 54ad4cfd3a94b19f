//! Writing a notice, showing it, and ending it.

use chrono::{Days, Duration, NaiveTime};
use diesel::prelude::*;

use super::life::{Action, State};
use super::model::{Category, Notice, get, joined};
use crate::attachment::{self, Subject as Files};
use crate::audit::Deed;
use crate::clock::{tokyo_midnight, tokyo_stamp};
use crate::content::version::{self, Subject};
use crate::content::{SiteChoice, markdown, may_edit};
use crate::db::{At, Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::NoticeId;
use crate::refusal::Refusal;
use crate::schema::{notice_reads, notices};
use crate::scope::StaffScope;

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
    pub from: Option<chrono::NaiveDate>,
    /// The time of that day, 「9:30」; empty for midnight.
    pub from_time: String,
    /// The last day; `None` for good.
    pub until: Option<chrono::NaiveDate>,
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
    fn words(&self) -> Vec<(&'static str, String)> {
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
    day: Option<chrono::NaiveDate>,
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

/// Begins a notice.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn draft(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input) -> Result<NoticeId> {
    may_edit(scope)?;
    let now = tx.now();
    let row = Notice {
        id: NoticeId::mint(),
        state: State::Draft,
        revision: 1,
        version: 1,
        category: input.category,
        important: input.important,
        popup: input.popup,
        banner: input.banner,
        title: input.title.clone(),
        body: input.body.clone(),
        site: input.site,
        kinds: joined(input.kinds.iter().map(|kind| kind.as_str())),
        prefectures: joined(input.prefectures.iter().map(|place| place.as_str())),
        starts_at: input.starts_at.unwrap_or(now),
        ends_at: input.ends_at,
        made_by: scope.staff().clone(),
        created_at: now,
        amended_at: None,
    };
    diesel::insert_into(notices::table).values(&row).execute(tx.conn())?;
    version::keep(tx, (Subject::Notice, row.id.as_str()), 1, &input.words(), "")?;
    tx.record(Deed::new("notice.drafted", "notices", row.id.as_str()))?;
    Ok(row.id)
}

/// Changes what a notice says; `seen` is the revision that was looked at.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody changed it meanwhile; [`Refusal::NotInThisState`].
pub fn amend(
    tx: &mut Tx<'_>,
    scope: &StaffScope,
    (id, seen): (&NoticeId, i32),
    input: &Input,
    comment: &str,
) -> Result<()> {
    let notice = held(tx, scope, id, Action::Amend)?;
    if notice.revision != seen {
        return Err(Error::Conflict);
    }
    let now = tx.now();
    let is_out = notice.standing(now) == State::Published;
    // What has appeared has begun, whatever the form says.
    let starts_at = if is_out { notice.starts_at } else { input.starts_at.unwrap_or(now) };
    let state = if notice.state == State::Published && starts_at > now { State::Scheduled } else { notice.state };
    let changed = diesel::update(notices::table.find(id).filter(notices::revision.eq(seen)))
        .set((
            notices::revision.eq(seen + 1),
            notices::version.eq(notice.version + 1),
            notices::state.eq(state),
            notices::category.eq(input.category),
            notices::important.eq(input.important),
            notices::popup.eq(input.popup),
            notices::banner.eq(input.banner),
            notices::title.eq(&input.title),
            notices::body.eq(&input.body),
            notices::site.eq(input.site),
            notices::kinds.eq(joined(input.kinds.iter().map(|kind| kind.as_str()))),
            notices::prefectures.eq(joined(input.prefectures.iter().map(|place| place.as_str()))),
            notices::starts_at.eq(starts_at),
            notices::ends_at.eq(input.ends_at),
            notices::amended_at.eq(if is_out { Some(now) } else { notice.amended_at }),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    version::keep(tx, (Subject::Notice, id.as_str()), notice.version + 1, &input.words(), comment)?;
    tx.record(Deed::new("notice.amended", "notices", id.as_str()).changed(
        "version",
        notice.version,
        notice.version + 1,
    ))
}

/// Asks a colleague to look at it.
///
/// # Errors
/// As [`amend`].
pub fn submit(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::Submit, "notice.submitted")
}

/// Gives it back to be mended.
///
/// # Errors
/// As [`amend`].
pub fn send_back(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::SendBack, "notice.sent_back")
}

/// Calls off what has not appeared yet.
///
/// # Errors
/// As [`amend`].
pub fn take_back(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    step(tx, scope, id, Action::TakeBack, "notice.taken_back")
}

fn step(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, action: Action, deed: &'static str) -> Result<()> {
    let notice = held(tx, scope, id, action)?;
    let to = super::TRANSITIONS.iter().find(|(from, by, _)| *from == notice.state && *by == action);
    let Some((_, _, Some(to))) = to else { return Err(Refusal::NotInThisState.into()) };
    advance(tx, &notice, *to, notice.starts_at, notice.ends_at, deed)
}

/// Shows it: now, or when its time comes.
///
/// # Errors
/// As [`amend`]; [`Refusal::NotInThisState`] also when its time is over.
pub fn publish(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    let notice = held(tx, scope, id, Action::Publish)?;
    let now = tx.now();
    let starts_at = notice.starts_at.max(now);
    if notice.ends_at.is_some_and(|end| end <= starts_at) {
        return Err(Refusal::NotInThisState.into());
    }
    let to = if starts_at > now { State::Scheduled } else { State::Published };
    advance(tx, &notice, to, starts_at, notice.ends_at, "notice.published")
}

/// Shows it no more.
///
/// # Errors
/// As [`amend`].
pub fn end(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    let now = tx.now();
    let notice = held(tx, scope, id, Action::End)?;
    advance(tx, &notice, State::Ended, notice.starts_at, Some(now), "notice.ended")
}

/// Throws away what never appeared, with its files.
///
/// # Errors
/// As [`amend`].
pub fn discard(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId) -> Result<()> {
    held(tx, scope, id, Action::Discard)?;
    attachment::drop_all(tx, Files::Notice, &[id.as_str()])?;
    diesel::delete(notice_reads::table.filter(notice_reads::notice_id.eq(id))).execute(tx.conn())?;
    diesel::delete(notices::table.find(id)).execute(tx.conn())?;
    tx.record(Deed::new("notice.discarded", "notices", id.as_str()))
}

/// Writes down what the clock has done: what was scheduled has appeared, what had an
/// end is over. Answers how many.
///
/// # Errors
/// From the database only.
pub fn tick(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let due = |conn: &mut Conn| -> Result<Vec<Notice>> {
        let over = notices::ends_at.le(now).and(notices::state.eq_any([State::Scheduled, State::Published]));
        let begun = notices::state.eq(State::Scheduled).and(notices::starts_at.le(now));
        // `ends_at` may be null, and null is not true.
        let due = notices::table.filter(begun.nullable().or(over));
        Ok(due.order(notices::id).limit(500).select(Notice::as_select()).load(conn)?)
    };
    let due = due(tx.conn())?;
    for notice in &due {
        let (to, deed) = match notice.standing(now) {
            State::Ended => (State::Ended, "notice.over"),
            _ => (State::Published, "notice.appeared"),
        };
        advance(tx, notice, to, notice.starts_at, notice.ends_at, deed)?;
    }
    Ok(due.len())
}

/// The notice, if these hands may do that to it as it stands by the clock.
fn held(tx: &mut Tx<'_>, scope: &StaffScope, id: &NoticeId, action: Action) -> Result<Notice> {
    may_edit(scope)?;
    let (now, notice) = (tx.now(), get(tx.conn(), scope, id)?);
    if notice.standing(now).allows(action) { Ok(notice) } else { Err(Refusal::NotInThisState.into()) }
}

/// The one place that moves a notice on.
fn advance(
    tx: &mut Tx<'_>,
    notice: &Notice,
    to: State,
    starts_at: At,
    ends_at: Option<At>,
    deed: &'static str,
) -> Result<()> {
    let same = notices::table
        .find(&notice.id)
        .filter(notices::state.eq(notice.state).and(notices::revision.eq(notice.revision)));
    let changed = diesel::update(same)
        .set((
            notices::state.eq(to),
            notices::revision.eq(notice.revision + 1),
            notices::starts_at.eq(starts_at),
            notices::ends_at.eq(ends_at),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let (from, to) = (notice.state.as_str(), to.as_str());
    tx.record(Deed::new(deed, "notices", notice.id.as_str()).changed("state", from, to))
}
