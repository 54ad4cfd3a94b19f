//! `GET /queue?v=…`: the applications of a view, narrowed by filters that one
//! button applies. Whoever reads applications.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::application::worklist::{self, MANY, Page as ListPage, Row, View};
use uketsuke_core::application::{Method, State};
use uketsuke_core::bulk::{self, Action};
use uketsuke_core::calendar::Calendar;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::holiday;
use uketsuke_core::ids::StaffId;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{QueueColumn, SavedView, StaffMember, list_staff, list_views, queue_columns};
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::asked::{Asked, LATEST, SIZES};
use super::bulk::{BulkForm, Target};
use crate::Office;
use crate::access::{ReadApplications, Staff};
use crate::pages::choices;
use crate::pages::words::encoded;

#[derive(Template)]
#[template(path = "admin/queue/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    view: View,
    counts: Vec<(View, i64)>,
    views: Vec<SavedView>,
    list: ListPage,
    chips: Vec<(String, String)>,
    choices: Choices,
    today: NaiveDate,
    calendar: Calendar,
    me: StaffId,
    columns: Vec<QueueColumn>,
    may_review: bool,
    /// How many fit, counted up to [`MANY`].
    fitting: i64,
    bulk: BulkForm,
    targets: Vec<Choice>,
    actions: Vec<Action>,
}

/// What the form offers.
struct Choices {
    applications: Vec<Choice>,
    kinds: Vec<Choice>,
    areas: Vec<ChoiceGroup>,
    states: Vec<Choice>,
    holders: Vec<Choice>,
    methods: Vec<Choice>,
    orders: Vec<Choice>,
    sizes: Vec<Choice>,
}

impl Page {
    fn is_open(&self, view: &View) -> bool {
        *view == self.view
    }

    /// 「12」, or 「1,000以上」 where nobody counted on.
    fn figure(count: &i64) -> String {
        let figure = uketsuke_web::words::digits(*count);
        if *count >= MANY { format!("{figure}以上") } else { figure }
    }

    /// A case's address, with the way back to this very row.
    fn case(&self, row: &Row) -> String {
        let back = format!("{}#case-{}", self.asked.address(), row.id);
        format!("/cases/{}?back={}", row.id, encoded(&back))
    }

    /// How long it has waited, in business days.
    fn waits(&self, row: &Row) -> String {
        let waits = matches!(row.state, State::Submitted | State::InReview | State::AwaitingApproval);
        let since = row.submitted_at.filter(|_| waits).map(|at| tokyo_date(at.utc()));
        since.map_or_else(String::new, |day| format!("{}営業日", self.calendar.business_days_between(day, self.today)))
    }

    /// Whether this row was ticked when the form came back.
    fn is_picked(&self, row: &Row) -> bool {
        self.bulk.pick.iter().any(|id| id == row.id.as_str())
    }

    fn fitting_words(&self) -> String {
        let figure = uketsuke_web::words::digits(self.fitting);
        if self.fitting >= MANY { format!("{figure}件以上") } else { format!("{figure}件") }
    }

    fn bulk_target(&self) -> &str {
        if self.bulk.target.is_empty() { Target::Picked.as_str() } else { &self.bulk.target }
    }

    fn shows(&self, column: QueueColumn) -> bool {
        self.columns.contains(&column)
    }

    fn may_assign(&self) -> bool {
        self.actions.contains(&Action::Assign)
    }

    /// The ids on this page, for 「この画面の申請」.
    fn shown(&self) -> String {
        self.list.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>().join(",")
    }

    fn previous(&self) -> String {
        self.list.previous.as_ref().map_or_else(String::new, |place| self.asked.turn("before", place))
    }

    fn next(&self) -> String {
        self.list.next.as_ref().map_or_else(String::new, |place| self.asked.turn("after", place))
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadApplications>, Query(asked): Query<Asked>) -> PageResult {
    page(&office, &who, asked, BulkForm::default(), FieldErrors::default()).await
}

/// The list with what was ticked on it, and what is wrong with that.
pub(super) async fn page(
    office: &Office,
    who: &Staff<ReadApplications>,
    asked: Asked,
    bulk: BulkForm,
    bulk_errors: FieldErrors,
) -> PageResult {
    let mut errors = FieldErrors::default();
    let (view, filter, from, size) = (asked.view(), asked.filter(&mut errors), asked.page(), asked.size());
    let (scope, now) = (who.scope.clone(), office.db.clock().now());
    let me = who.scope.staff().clone();
    let (list, fitting, counts, views, staff, calendar, columns) = office
        .db
        .read(move |c| {
            let list = worklist::list(c, &scope, view, &filter, &from, (size, now.into()))?;
            let fitting = worklist::count(c, &scope, view, &filter, now.into())?;
            let counts = worklist::counts(c, &scope, now.into())?;
            Ok((
                list,
                fitting,
                counts,
                list_views(c, &scope)?,
                list_staff(c)?,
                holiday::calendar(c)?,
                queue_columns(c, &me)?,
            ))
        })
        .await?;
    // When the rows are gone meanwhile there is nothing left to choose right.
    if !list.rows.is_empty() {
        errors.extend(bulk_errors);
    }
    let bad = !errors.is_empty();
    let page = Page {
        frame: who.frame("審査一覧", "/queue").error(bad),
        errors,
        view,
        counts,
        views,
        targets: targets(list.rows.len(), fitting),
        list,
        chips: asked.chips(&staff),
        choices: choices_of(office, &staff),
        today: tokyo_date(now),
        calendar,
        me: who.scope.staff().clone(),
        columns,
        may_review: who.scope.may(Permission::Review),
        fitting,
        bulk,
        actions: Action::ALL.iter().copied().filter(|action| who.scope.may(action.permission())).collect(),
        asked,
    };
    if bad { invalid(&page) } else { html(&page) }
}

/// Which applications a deed is for.
fn targets(shown: usize, fitting: i64) -> Vec<Choice> {
    let figure = uketsuke_web::words::digits(fitting);
    let fitting = match fitting >= MANY {
        true => format!("条件に合う{figure}件以上（期限の順に{}件まで）", uketsuke_web::words::digits(bulk::MOST)),
        false => format!("条件に合う{figure}件すべて"),
    };
    vec![
        Choice::new(Target::Picked.as_str(), "印を付けた申請"),
        Choice::new(Target::Shown.as_str(), format!("この画面の{shown}件")),
        Choice::new(Target::Fitting.as_str(), fitting),
    ]
}

fn choices_of(office: &Office, staff: &[StaffMember]) -> Choices {
    let sent = State::ALL.iter().filter(|state| !matches!(state, State::Draft | State::Discarded));
    let reviews = |member: &&StaffMember| uketsuke_core::application::pass_on::reviews(member);
    Choices {
        applications: office.procedures.iter().map(|p| Choice::new(p.kind().as_str(), p.title())).collect(),
        kinds: choices::kinds(),
        areas: choices::areas(),
        states: sent.map(|state| Choice::new(state.as_str(), state.staff_label())).collect(),
        holders: staff
            .iter()
            .filter(reviews)
            .map(|member| Choice::new(member.id.to_string(), member.name.clone()))
            .collect(),
        methods: Method::ALL.iter().map(|method| Choice::new(method.as_str(), method.label())).collect(),
        orders: vec![Choice::new("", "期限が近い順"), Choice::new(LATEST, "期限が遠い順")],
        sizes: SIZES.iter().map(|size| Choice::new(size.to_string(), format!("{size}件"))).collect(),
    }
}
