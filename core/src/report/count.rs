//! The counting itself: queries over the large tables, each over a day's rows by
//! an index or, for how things stand, over all in the background.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::Measure;
use crate::application::{ApplicationKind, State, Verb};
use crate::calendar::{Calendar, midnight};
use crate::clock::tokyo_date;
use crate::db::{At, Conn};
use crate::device::DeviceState;
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::facility::prefecture::Prefecture;
use crate::ids::ApplicationId;
use crate::participation::{self, Participation};
use crate::schema::{application_events, application_faults, applications, daily_counts, devices, facilities};
use crate::schema::{operation_starts, waiting_counts, weekly_counts};

/// Where a facility belongs in the figures.
pub(super) type Place = (FacilityKind, Prefecture);

/// A row of `daily_counts`.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = daily_counts)]
pub(super) struct DailyCount {
    measure: Measure,
    day: NaiveDate,
    facility_kind: FacilityKind,
    prefecture: Prefecture,
    detail: String,
    count: i64,
}

/// A row of `weekly_counts`.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = weekly_counts)]
pub(super) struct WeeklyCount {
    week_on: NaiveDate,
    facility_kind: FacilityKind,
    prefecture: Prefecture,
    facilities: i64,
    applied: i64,
    ready: i64,
    operating: i64,
    exempt: i64,
    neither: i64,
}

/// A row of `waiting_counts`.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, Queryable)]
#[diesel(table_name = waiting_counts)]
pub(super) struct WaitingCount {
    due_on: NaiveDate,
    facility_kind: FacilityKind,
    prefecture: Prefecture,
    count: i64,
}

/// What happened on a day in Japan.
pub(super) fn day(conn: &mut Conn, calendar: &Calendar, day: NaiveDate) -> Result<Vec<DailyCount>> {
    let range = (At::from(midnight(day)), At::from(midnight(day + Days::new(1))));
    let mut tally: BTreeMap<(&str, Place, String), (Measure, i64)> = BTreeMap::new();
    let mut add = |measure: Measure, place: Place, detail: String, count: i64| {
        tally.entry((measure.as_str(), place, detail)).or_insert((measure, 0)).1 += count;
    };
    for (kind, prefecture, count) in received(conn, range)? {
        add(Measure::Received, (kind, prefecture), String::new(), count);
    }
    for (measure, place, hours) in decided(conn, calendar, range)? {
        add(measure, place, String::new(), 1);
        if let Some(hours) = hours {
            add(Measure::Hours, place, format!("{hours:06}"), 1);
        }
    }
    for (kind, reason, facility_kind, prefecture) in faults(conn, range)? {
        add(Measure::Fault, (facility_kind, prefecture), format!("{kind}/{reason}"), 1);
    }
    let row = |((_, (facility_kind, prefecture), detail), (measure, count))| DailyCount {
        measure,
        day,
        facility_kind,
        prefecture,
        detail,
        count,
    };
    Ok(tally.into_iter().map(row).collect())
}

type Range = (At, At);

/// The first day on which anything was sent.
pub(super) fn first_sent_at(conn: &mut Conn) -> Result<Option<At>> {
    let sent = applications::table.filter(applications::submitted_at.is_not_null());
    let first: Option<Option<At>> =
        sent.order(applications::submitted_at).select(applications::submitted_at).first(conn).optional()?;
    Ok(first.flatten())
}

fn received(conn: &mut Conn, (from, before): Range) -> Result<Vec<(FacilityKind, Prefecture, i64)>> {
    let groups = (facilities::kind, facilities::prefecture);
    let counts = (facilities::kind, facilities::prefecture, diesel::dsl::count_star());
    Ok(sent_in(from, before).group_by(groups).select(counts).load(conn)?)
}

#[diesel::dsl::auto_type]
pub(super) fn sent_in(from: At, before: At) -> _ {
    applications::table
        .inner_join(facilities::table)
        .filter(applications::submitted_at.ge(from))
        .filter(applications::submitted_at.lt(before))
}

#[diesel::dsl::auto_type]
pub(super) fn decided_in(from: At, before: At) -> _ {
    applications::table
        .inner_join(facilities::table)
        .filter(applications::decided_at.ge(from))
        .filter(applications::decided_at.lt(before))
}

#[diesel::dsl::auto_type]
pub(super) fn steps_of_decided_in(from: At, before: At) -> _ {
    application_events::table
        .inner_join(applications::table)
        .filter(applications::decided_at.ge(from))
        .filter(applications::decided_at.lt(before))
}

#[diesel::dsl::auto_type]
pub(super) fn faults_in(from: At, before: At) -> _ {
    application_events::table
        .inner_join(application_faults::table.on(application_faults::event_id.eq(application_events::id)))
        .inner_join(applications::table.on(applications::id.eq(application_events::application_id)))
        .inner_join(facilities::table.on(facilities::id.eq(applications::facility_id)))
        .filter(application_events::at.ge(from))
        .filter(application_events::at.lt(before))
}

#[derive(Queryable)]
struct Decision {
    id: ApplicationId,
    state: State,
    submitted_at: Option<At>,
    decided_at: Option<At>,
    kind: FacilityKind,
    prefecture: Prefecture,
}

/// Each decision: what it was, where, and the hours it took if a person made it.
fn decided(conn: &mut Conn, calendar: &Calendar, (from, before): Range) -> Result<Vec<(Measure, Place, Option<i64>)>> {
    let decisions: Vec<Decision> = decided_in(from, before)
        .filter(applications::state.eq_any([State::Approved, State::Rejected]))
        .select((
            applications::id,
            applications::state,
            applications::submitted_at,
            applications::decided_at,
            facilities::kind,
            facilities::prefecture,
        ))
        .load(conn)?;
    let steps: Vec<(ApplicationId, Verb, At)> = steps_of_decided_in(from, before)
        .filter(application_events::verb.eq_any([Verb::Return, Verb::Resubmit, Verb::ApproveAtOnce]))
        .order((application_events::at, application_events::id))
        .select((application_events::application_id, application_events::verb, application_events::at))
        .load(conn)?;
    let mut of: BTreeMap<&str, Vec<(Verb, At)>> = BTreeMap::new();
    for (id, verb, at) in &steps {
        of.entry(id.as_str()).or_default().push((*verb, *at));
    }
    let judged = decisions.iter().map(|decision| {
        let steps = of.get(decision.id.as_str()).map_or(&[][..], Vec::as_slice);
        let at_once = steps.iter().any(|(verb, _)| *verb == Verb::ApproveAtOnce);
        let measure = match decision.state {
            State::Approved if at_once => Measure::ApprovedAtOnce,
            State::Approved => Measure::Approved,
            _ => Measure::Rejected,
        };
        let hours = decision.submitted_at.zip(decision.decided_at).filter(|_| !at_once);
        let hours = hours.map(|span| hours_taken(calendar, span, steps));
        (measure, (decision.kind, decision.prefecture), hours)
    });
    Ok(judged.collect())
}

/// Whole hours of business days from sending to the decision, without the time
/// between each return and its correction.
fn hours_taken(calendar: &Calendar, (sent, decided): (At, At), steps: &[(Verb, At)]) -> i64 {
    let mut running = Some(sent);
    let mut taken = chrono::Duration::zero();
    for (verb, at) in steps {
        match (verb, running) {
            (Verb::Return, Some(since)) => {
                taken += calendar.business_time(since.utc(), at.utc());
                running = None;
            }
            (Verb::Resubmit, None) => running = Some(*at),
            _ => {}
        }
    }
    if let Some(since) = running {
        taken += calendar.business_time(since.utc(), decided.utc());
    }
    taken.num_hours().clamp(0, 999_999)
}

/// Every fault named in a return.
fn faults(conn: &mut Conn, (from, before): Range) -> Result<Vec<(ApplicationKind, String, FacilityKind, Prefecture)>> {
    Ok(faults_in(from, before)
        .filter(application_events::verb.eq(Verb::Return))
        .select((applications::kind, application_faults::reason, facilities::kind, facilities::prefecture))
        .load(conn)?)
}

/// What waits for a reviewer now.
pub(super) fn waiting(conn: &mut Conn) -> Result<Vec<WaitingCount>> {
    Ok(applications::table
        .inner_join(facilities::table)
        .filter(applications::state.eq_any([State::Submitted, State::InReview, State::AwaitingApproval]))
        .filter(applications::due_on.is_not_null())
        .group_by((applications::due_on, facilities::kind, facilities::prefecture))
        .select((
            applications::due_on.assume_not_null(),
            facilities::kind,
            facilities::prefecture,
            diesel::dsl::count_star(),
        ))
        .load(conn)?)
}

/// How facilities stand on a day, for the week that begins on `week_on`.
pub(super) fn standing(conn: &mut Conn, now: At, week_on: NaiveDate) -> Result<Vec<WeeklyCount>> {
    let today = tokyo_date(now.utc());
    let mut tally: BTreeMap<Place, [i64; 6]> = BTreeMap::new();
    let counts = [
        all(conn, today)?,
        applied(conn, today)?,
        ready(conn, today)?,
        operating(conn, today)?,
        listed(conn, Participation::Exempt, now)?,
        listed(conn, Participation::Neither, now)?,
    ];
    for (at, rows) in counts.into_iter().enumerate() {
        for (kind, prefecture, count) in rows {
            tally.entry((kind, prefecture)).or_default()[at] += count;
        }
    }
    let row = |(place, counts): (Place, [i64; 6])| {
        let (facility_kind, prefecture) = place;
        let [facilities, applied, ready, operating, exempt, neither] = counts;
        WeeklyCount { week_on, facility_kind, prefecture, facilities, applied, ready, operating, exempt, neither }
    };
    Ok(tally.into_iter().map(row).collect())
}

type Counts = Vec<(FacilityKind, Prefecture, i64)>;

/// 全施設: those not closed.
fn all(conn: &mut Conn, today: NaiveDate) -> Result<Counts> {
    Ok(facilities::table
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(today)))
        .group_by((facilities::kind, facilities::prefecture))
        .select((facilities::kind, facilities::prefecture, diesel::dsl::count_star()))
        .load(conn)?)
}

/// 利用申請済: with a usage start that was sent and neither rejected nor taken
/// back; there is one at most for each.
fn applied(conn: &mut Conn, today: NaiveDate) -> Result<Counts> {
    Ok(facilities::table
        .filter(participation::has_applied())
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(today)))
        .group_by((facilities::kind, facilities::prefecture))
        .select((facilities::kind, facilities::prefecture, diesel::dsl::count_star()))
        .load(conn)?)
}

/// 準備完了: with a device that can be used.
fn ready(conn: &mut Conn, today: NaiveDate) -> Result<Counts> {
    let active = devices::table.filter(devices::state.eq(DeviceState::Active)).select(devices::facility_id);
    Ok(facilities::table
        .filter(facilities::id.eq_any(active))
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(today)))
        .group_by((facilities::kind, facilities::prefecture))
        .select((facilities::kind, facilities::prefecture, diesel::dsl::count_star()))
        .load(conn)?)
}

/// 運用開始済: with a day of starting that has come.
fn operating(conn: &mut Conn, today: NaiveDate) -> Result<Counts> {
    let begun = operation_starts::table
        .filter(operation_starts::ended_at.is_null().and(operation_starts::starts_on.le(today)))
        .select(operation_starts::facility_id);
    Ok(facilities::table
        .filter(facilities::id.eq_any(begun))
        .filter(facilities::closed_on.is_null().or(facilities::closed_on.gt(today)))
        .group_by((facilities::kind, facilities::prefecture))
        .select((facilities::kind, facilities::prefecture, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Those in one of the bureaus' lists.
fn listed(conn: &mut Conn, list: Participation, now: At) -> Result<Counts> {
    // Boxed queries cannot be grouped afterwards.
    let mut query = facilities::table
        .group_by((facilities::kind, facilities::prefecture))
        .select((facilities::kind, facilities::prefecture, diesel::dsl::count_star()))
        .into_boxed();
    for condition in participation::conditions(list, now) {
        query = query.filter(condition);
    }
    Ok(query.load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holiday::published;

    #[test]
    fn the_clock_stands_still_while_it_waits_for_the_applicant() {
        let at = |text: &str| At::from(format!("{text}+09:00").parse::<chrono::DateTime<chrono::Utc>>().unwrap());
        // Sent Monday 10:00, returned Tuesday 10:00, corrected the next Monday 10:00, decided Tuesday 13:00.
        let span = (at("2026-11-09T10:00:00"), at("2026-11-17T13:00:00"));
        let back = (Verb::Return, at("2026-11-10T10:00:00"));
        let again = (Verb::Resubmit, at("2026-11-16T10:00:00"));
        let hours = |steps: &[(Verb, At)]| hours_taken(&published(), span, steps);
        assert_eq!(hours(&[]), 6 * 24 + 3);
        assert_eq!(hours(&[back, again]), 24 + 27);
        assert_eq!(hours(&[back]), 24, "rejected while it waited");
    }
}
