//! `GET /queue?v=…`: the applications of a view, narrowed by filters that one
//! button applies. Whoever reads applications.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::application::State;
use uketsuke_core::application::worklist::{self, MANY, Page as ListPage, Row, View};
use uketsuke_core::calendar::business_days_between;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::StaffId;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{SavedView, StaffMember, list_staff, list_views};
use uketsuke_web::form::{Choice, ChoiceGroup};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::asked::{Asked, SIZES};
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
    me: StaffId,
    may_review: bool,
}

/// What the form offers.
struct Choices {
    applications: Vec<Choice>,
    kinds: Vec<Choice>,
    areas: Vec<ChoiceGroup>,
    states: Vec<Choice>,
    holders: Vec<Choice>,
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
        since.map_or_else(String::new, |day| format!("{}営業日", business_days_between(day, self.today)))
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
    let mut errors = FieldErrors::default();
    let (view, filter, from, size) = (asked.view(), asked.filter(&mut errors), asked.page(), asked.size());
    let (scope, now) = (who.scope.clone(), office.db.clock().now());
    let (list, counts, views, staff) = office
        .db
        .read(move |c| {
            let list = worklist::list(c, &scope, view, &filter, &from, (size, now.into()))?;
            let counts = worklist::counts(c, &scope, now.into())?;
            Ok((list, counts, list_views(c, &scope)?, list_staff(c)?))
        })
        .await?;
    let bad = !errors.is_empty();
    let page = Page {
        frame: who.frame("審査一覧", "/queue").error(bad),
        errors,
        view,
        counts,
        views,
        list,
        chips: asked.chips(&staff),
        choices: choices_of(&office, &staff),
        today: tokyo_date(now),
        me: who.scope.staff().clone(),
        may_review: who.scope.may(Permission::Review),
        asked,
    };
    if bad { invalid(&page) } else { html(&page) }
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
        sizes: SIZES.iter().map(|size| Choice::new(size.to_string(), format!("{size}件"))).collect(),
    }
}
