//! `GET /inquiries?v=…`: the inquiries of a view, narrowed by filters that one
//! button applies, in the order of the promised days. Whoever reads inquiries.

use actix_web::web::{Data, Query};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::calendar::Calendar;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::holiday;
use uketsuke_core::inquiry::State;
use uketsuke_core::inquiry::worklist::{self, MANY, Page as ListPage, Row, View};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadInquiries, Staff};
use crate::pages::words::days_left;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/inquiries/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    view: View,
    counts: Vec<(View, i64)>,
    list: ListPage,
    chips: Vec<(String, String)>,
    categories: Vec<Choice>,
    sites: Vec<Choice>,
    today: NaiveDate,
    calendar: Calendar,
    may_answer: bool,
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

    fn left(&self, row: &Row) -> String {
        match row.state {
            State::Waiting => days_left(row.expected_on, self.today, &self.calendar),
            _ => String::new(),
        }
    }

    fn previous(&self) -> String {
        self.list.previous.as_ref().map_or_else(String::new, |place| self.asked.turn("before", place))
    }

    fn next(&self) -> String {
        self.list.next.as_ref().map_or_else(String::new, |place| self.asked.turn("after", place))
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadInquiries>, Query(asked): Query<Asked>) -> PageResult {
    let (view, filter, from) = (asked.view(), asked.filter(), asked.page());
    let (scope, now) = (who.scope.clone(), office.db.clock().now());
    let (list, counts, calendar) = office
        .db
        .read(move |c| {
            let list = worklist::list(c, &scope, (view, &filter), &from, (SIZE, now.into()))?;
            Ok((list, worklist::counts(c, &scope, now.into())?, holiday::calendar(c)?))
        })
        .await?;
    html(&Page {
        frame: who.frame("お問い合わせ", "/inquiries"),
        errors: FieldErrors::default(),
        view,
        counts,
        list,
        chips: asked.chips(),
        categories: super::categories(),
        sites: super::sites(),
        today: tokyo_date(now),
        calendar,
        may_answer: who.scope.may(Permission::AnswerInquiries),
        asked,
    })
}
