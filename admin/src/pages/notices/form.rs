//! The form of a notice, as typed.

use askama::Template;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::At;
use uketsuke_core::facility::prefecture::{Bureau, Prefecture};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::notice::{Category, Input, Notice, Typed};
use uketsuke_web::fields::Fields;
use uketsuke_web::form::{Choice, DateTyped};
use uketsuke_web::page::Frame;
use uketsuke_web::words;

use crate::access::{EditContent, Staff};
use crate::pages::choices;
use crate::pages::content::{MENU, sites};

/// The page with the form.
#[derive(Template)]
#[template(path = "admin/notices/form.html")]
pub(super) struct Page {
    frame: Frame,
    errors: FieldErrors,
    form: NoticeForm,
    back: String,
    categories: Vec<Choice>,
    sites: Vec<Choice>,
    kinds: Vec<Choice>,
    areas: Vec<(Bureau, Vec<Prefecture>)>,
    /// The revision that is changed; empty for a new one.
    seen: String,
    comment: String,
    /// Somebody else changed it meanwhile.
    overtaken: bool,
    /// It is shown already: its beginning stays.
    is_out: bool,
}

impl Page {
    fn chose(&self, place: &Prefecture) -> bool {
        self.form.typed.prefectures.iter().any(|chosen| chosen == place.as_str())
    }
}

/// Everything typed; the days in their boxes.
#[derive(Default)]
pub(super) struct NoticeForm {
    pub typed: Typed,
    pub from: DateTyped,
    pub until: DateTyped,
}

impl NoticeForm {
    /// The empty form.
    pub(super) fn fresh() -> Self {
        let empty = || DateTyped { era: "ad".to_owned(), ..DateTyped::default() };
        let typed = Typed { site: "both".to_owned(), ..Typed::default() };
        Self { typed, from: empty(), until: empty() }
    }

    /// The form of 「地域の災害」, with the words that fit most.
    pub fn disaster() -> Self {
        let typed = Typed {
            category: Category::Disaster.as_str().to_owned(),
            site: "both".to_owned(),
            title: "（災害の名前）の影響を受けた地域の施設の方へ".to_owned(),
            body: DISASTER_WORDS.to_owned(),
            ..Typed::default()
        };
        Self { typed, ..Self::fresh() }
    }

    /// A stored notice in the form.
    pub fn of(notice: &Notice) -> Self {
        let Input { kinds, prefectures, .. } = Input::of(notice);
        let boxes = |at: Option<At>| at.map_or_else(|| Self::fresh().from, |at| DateTyped::of(tokyo_date(at.utc())));
        let time = |at: Option<At>| at.map_or(String::new(), |at| words::clock(at.utc()));
        let typed = Typed {
            category: notice.category.as_str().to_owned(),
            important: notice.important,
            popup: notice.popup,
            banner: notice.banner,
            title: notice.title.clone(),
            body: notice.body.clone(),
            site: notice.site.as_str().to_owned(),
            kinds: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            prefectures: prefectures.iter().map(|place| place.as_str().to_owned()).collect(),
            from: None,
            from_time: time(Some(notice.starts_at)),
            until: None,
            until_time: time(notice.ends_at),
        };
        Self { typed, from: boxes(Some(notice.starts_at)), until: boxes(notice.ends_at) }
    }

    /// What was sent.
    pub fn read(fields: &Fields) -> Self {
        let get = |name: &str| fields.get(name).to_owned();
        let all = |name: &str| fields.all(name).map(str::to_owned).collect();
        let typed = Typed {
            category: get("category"),
            important: fields.has("important"),
            popup: fields.has("popup"),
            banner: fields.has("banner"),
            title: get("title"),
            body: get("body"),
            site: get("site"),
            kinds: all("kinds"),
            prefectures: all("prefectures"),
            from: None,
            from_time: get("from_time"),
            until: None,
            until_time: get("until_time"),
        };
        Self { typed, from: DateTyped::from_fields(fields, "from"), until: DateTyped::from_fields(fields, "until") }
    }

    /// Judges it; `attached` are the names of files that the text may show.
    pub fn judge(&mut self, attached: &[&str], now: At) -> uketsuke_core::error::Result<Input> {
        let mut days = FieldErrors::default();
        let mut day = |boxes: &DateTyped, field: &str, label: &str| match is_empty(boxes) {
            true => None,
            false => boxes.read(field, label, &mut days),
        };
        self.typed.from = day(&self.from, "from", "表示を始める日");
        self.typed.until = day(&self.until, "until", "表示を終える日");
        Input::read(&self.typed, attached, now, days)
    }
}

fn is_empty(day: &DateTyped) -> bool {
    [&day.year, &day.month, &day.day].iter().all(|part| part.trim().is_empty())
}

/// Which notice the form is for.
#[derive(Default)]
pub(super) struct Place {
    pub title: &'static str,
    pub back: String,
    pub seen: String,
    pub comment: String,
    pub overtaken: bool,
    pub is_out: bool,
}

/// The page.
pub(super) fn page(who: &Staff<EditContent>, place: Place, form: NoticeForm, errors: FieldErrors) -> Page {
    let Place { title, back, seen, comment, overtaken, is_out } = place;
    Page {
        frame: who.frame(title, MENU).error(!errors.is_empty()),
        errors,
        form,
        back,
        categories: Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect(),
        sites: sites(),
        kinds: choices::kinds(),
        areas: Prefecture::by_bureau().collect(),
        seen,
        comment,
        overtaken,
        is_out,
    }
}

const DISASTER_WORDS: &str = "\
被害を受けられた皆さまに、心よりお見舞い申し上げます。

対象の地域では、次のように取り扱います。

- 患者さんがマイナンバーカードを持っていないときは、氏名・生年月日・住所などを聞き取り、資格を確認してください。
- 端末が使えないときや、なくしたときは、[端末](/devices)の画面で停止や再発行ができます。
- 申請の期限が過ぎたときは、[お問い合わせ](/contact)からご相談ください。

この案内は、状況が変わりしだい更新します。";
