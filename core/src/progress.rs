//! How far a facility has come, and the one thing to do next (UX P-11). It only
//! reads: applications and devices stay unaware of each other.

use chrono::NaiveDate;

use crate::annex::{self, Annex};
use crate::application::{Application, ApplicationKind, State, repo};
use crate::clock::tokyo_date;
use crate::db::{At, Conn};
use crate::device::{self, DeviceState};
use crate::error::Result;
use crate::exemption::{self, ExemptionReason};
use crate::facility::kind::ClientForm;
use crate::facility::{self, Facility};
use crate::ids::{ApplicationId, FacilityId};
use crate::operation::{self, Contradiction, OperationStart};
use crate::registration;
use crate::scope::FacilityScope;
use crate::subsidy::decision;
use crate::subsidy::programme;
use crate::subsidy::rules::Window;

/// The one thing to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing was filed yet, or what was filed ended without an approval.
    Apply,
    /// A draft waits for the rest.
    FinishDraft(ApplicationId),
    /// A returned application waits for its correction.
    Correct(ApplicationId),
    /// It is being looked at; an answer is promised by this date.
    Wait(ApplicationId, Option<NaiveDate>),
    /// Approved; the facility makes its accounts itself, and has none (居宅同意取得型).
    MakeAccounts,
    /// No feature is switched on (居宅同意取得型).
    SwitchOn,
    /// Approved; this many device accounts wait for a device.
    SetUpDevices(usize),
    /// A device is in use, and no day of starting is registered.
    RegisterStart,
    /// The registered day of starting and the checks that were seen do not agree.
    CheckStart(Contradiction),
    /// Its main office's devices speak for it (併設): it needs none of its own.
    Annexed,
    /// It has declared why it does not take part.
    Exempt,
    /// Its use of the service has ended.
    Ended,
    /// Nothing is left to do.
    Nothing,
    /// A transfer of 助成金 came back: the account has to be corrected.
    CorrectPayee(ApplicationId),
    /// The facility is 廃止: nothing can be begun or set up for it.
    Closed,
}

/// Where 助成金 stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subsidy {
    /// It can be claimed, until this day where one is fixed.
    Offered(Option<NaiveDate>),
    /// It is claimed, and not decided.
    UnderWay(State),
    /// It is granted, to the facility or to its annex.
    Granted,
    /// Its transfer came back.
    Held(ApplicationId),
}

/// A facility's way, as far as the person may see it.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The facility.
    pub facility: Facility,
    /// The one thing to do next.
    pub next: NextStep,
    /// Where the usage-start application stands, if there is one.
    pub usage_start: Option<State>,
    /// Device accounts that are not revoked.
    pub devices: usize,
    /// Those that wait for a device.
    pub devices_waiting: usize,
    /// Accounts that can still be made (居宅同意取得型).
    pub places_free: u32,
    /// The day of starting, if one is registered.
    pub operation: Option<OperationStart>,
    /// The annex it is in, with the other office's name.
    pub annex: Option<Together>,
    /// Why it does not take part, if it declared so.
    pub exemption: Option<ExemptionReason>,
    /// Where 助成金 stands, if there is a programme.
    pub subsidy: Option<Subsidy>,
    /// The day on which the use ends, or ended.
    pub ends_on: Option<NaiveDate>,
    /// The applications, newest first.
    pub applications: Vec<Application>,
}

/// The other office of an annex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    /// Its name.
    pub other: String,
    /// Whether the facility in hand is the main one.
    pub is_main: bool,
}

/// What the registers hold of a facility besides its devices.
struct Standing {
    operation: Option<OperationStart>,
    contradiction: Option<Contradiction>,
    annex: Option<Together>,
    exemption: Option<ExemptionReason>,
    ends_at: Option<At>,
    registered: bool,
    settled: bool,
}

impl Standing {
    fn read(conn: &mut Conn, facility: &FacilityId, today: NaiveDate) -> Result<Self> {
        let operation = operation::find(conn, facility)?;
        let contradiction = match &operation {
            Some(entry) if entry.source == operation::Source::Declared => {
                operation::contradiction(entry.starts_on, device::first_used_on(conn, facility)?, today)
            }
            _ => None,
        };
        let annex = annex::find(conn, facility)?.map(|annex| together(conn, &annex, facility)).transpose()?;
        let entry = registration::find(conn, facility)?;
        Ok(Self {
            operation,
            contradiction,
            annex,
            exemption: exemption::find(conn, facility)?.map(|held| held.reason),
            ends_at: entry.as_ref().and_then(|entry| entry.ended_at),
            registered: entry.is_some(),
            settled: entry.is_some_and(|entry| entry.settled_at.is_some()),
        })
    }

    /// For people who may see nothing of it.
    const UNSEEN: Self = Self {
        operation: None,
        contradiction: None,
        annex: None,
        exemption: None,
        ends_at: None,
        registered: false,
        settled: false,
    };

    fn has_ended(&self, now: At) -> bool {
        self.settled || self.ends_at.is_some_and(|ends_at| ends_at <= now)
    }
}

/// For verified people only.
fn subsidy(
    conn: &mut Conn,
    facility: &Facility,
    applications: &[Application],
    (today, may_begin): (NaiveDate, bool),
) -> Result<Option<Subsidy>> {
    if let Some(held) = decision::find_held(conn, &facility.id)? {
        return Ok(Some(Subsidy::Held(held)));
    }
    let mut own = applications.iter().filter(|a| a.kind == ApplicationKind::Subsidy);
    if let Some(open) = own.find(|a| !a.state.is_final()) {
        return Ok(Some(Subsidy::UnderWay(open.state)));
    }
    let Some(programme) = programme::offered(conn, facility.kind, today)? else { return Ok(None) };
    if decision::covers(conn, &programme.id, &[&facility.id])? {
        return Ok(Some(Subsidy::Granted));
    }
    let open = may_begin && programme.rules.window(today) == Window::Open;
    Ok(open.then_some(Subsidy::Offered(programme.rules.closes_on)))
}

fn together(conn: &mut Conn, annex: &Annex, of: &FacilityId) -> Result<Together> {
    let other = facility::repo::get(conn, annex.other(of))?.name;
    Ok(Together { other, is_main: annex.is_main(of) })
}

/// Reads a facility's progress at a moment.
///
/// # Errors
/// From the database only.
pub fn of(conn: &mut Conn, scope: &FacilityScope, now: At) -> Result<Progress> {
    let today = tokyo_date(now.utc());
    let facility = facility::repo::get(conn, scope.facility())?;
    let applications = repo::list_in_scope(conn, scope)?;
    let devices = if scope.verified() { device::list_in_scope(conn, scope)? } else { Vec::new() };
    let live = devices.iter().filter(|d| d.state != DeviceState::Revoked);
    let waiting = devices.iter().filter(|d| d.state == DeviceState::Issued);
    let (devices, devices_waiting) = (live.count(), waiting.count());
    let places_free = if scope.verified() { device::places(conn, &facility.id)?.free() } else { 0 };
    let current = current(&applications);
    let standing = match scope.verified() {
        true => Standing::read(conn, &facility.id, today)?,
        // Of what was declared they see only their own.
        false => {
            let held = exemption::find(conn, &facility.id)?;
            let own = held.filter(|held| applications.iter().any(|a| a.id == held.application_id));
            Standing { exemption: own.map(|held| held.reason), ..Standing::UNSEEN }
        }
    };
    let in_use = devices > devices_waiting;
    let may_begin = standing.registered && in_use && !standing.has_ended(now) && !facility.is_closed(today);
    let subsidy = match scope.verified() {
        true => subsidy(conn, &facility, &applications, (today, may_begin))?,
        false => None,
    };
    let next = match next_step(current, devices_waiting) {
        _ if let Some(Subsidy::Held(id)) = &subsidy => NextStep::CorrectPayee(id.clone()),
        _ if facility.is_closed(today) => NextStep::Closed,
        _ if standing.has_ended(now) => NextStep::Ended,
        NextStep::Apply if standing.exemption.is_some() => NextStep::Exempt,
        NextStep::Apply if standing.annex.is_some() => NextStep::Annexed,
        NextStep::Nothing if devices == 0 && places_free > 0 => NextStep::MakeAccounts,
        NextStep::Nothing if devices > 0 && lacks_features(&facility) => NextStep::SwitchOn,
        NextStep::Nothing | NextStep::SetUpDevices(_) if in_use && standing.operation.is_none() => {
            NextStep::RegisterStart
        }
        NextStep::Nothing if standing.contradiction.is_some() => {
            standing.contradiction.map_or(NextStep::Nothing, NextStep::CheckStart)
        }
        next => next,
    };
    Ok(Progress {
        next,
        facility,
        usage_start: current.map(|a| a.state),
        devices,
        devices_waiting,
        places_free,
        operation: standing.operation,
        annex: standing.annex,
        exemption: standing.exemption,
        subsidy,
        ends_on: standing.ends_at.map(|at| tokyo_date(at.utc())),
        applications,
    })
}

/// Whether devices of the facility are of no use, because every feature is off.
fn lacks_features(facility: &Facility) -> bool {
    facility.client() == ClientForm::HomeConsent && facility.features.is_empty()
}

/// The usage-start application that counts: one that stands, else the newest.
fn current(applications: &[Application]) -> Option<&Application> {
    let of_kind = || applications.iter().filter(|a| a.kind == ApplicationKind::UsageStart);
    let ended = |a: &&Application| matches!(a.state, State::Rejected | State::Withdrawn | State::Discarded);
    of_kind().find(|a| !ended(a)).or_else(|| of_kind().next())
}

fn next_step(current: Option<&Application>, waiting: usize) -> NextStep {
    let Some(application) = current else { return NextStep::Apply };
    let id = application.id.clone();
    match application.state {
        State::Draft => NextStep::FinishDraft(id),
        State::Returned => NextStep::Correct(id),
        State::Submitted | State::InReview | State::AwaitingApproval => NextStep::Wait(id, application.due_on),
        State::Approved if waiting > 0 => NextStep::SetUpDevices(waiting),
        State::Approved => NextStep::Nothing,
        State::Rejected | State::Withdrawn | State::Discarded => NextStep::Apply,
    }
}
