//! How far a facility has come, and the one thing to do next (UX P-11). It only
//! reads: applications and devices stay unaware of each other.

use chrono::NaiveDate;

use crate::application::{Application, ApplicationKind, State, repo};
use crate::db::Conn;
use crate::device::{self, DeviceState};
use crate::error::Result;
use crate::facility::kind::ClientForm;
use crate::facility::{self, Facility};
use crate::ids::ApplicationId;
use crate::scope::FacilityScope;

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
    /// Nothing is left to do.
    Nothing,
    /// The facility is 廃止: nothing can be begun or set up for it.
    Closed,
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
    /// The applications, newest first.
    pub applications: Vec<Application>,
}

/// Reads a facility's progress on a day (Asia/Tokyo).
///
/// # Errors
/// From the database only.
pub fn of(conn: &mut Conn, scope: &FacilityScope, today: NaiveDate) -> Result<Progress> {
    let facility = facility::repo::get(conn, scope.facility())?;
    let applications = repo::list_in_scope(conn, scope)?;
    let devices = if scope.verified() { device::list_in_scope(conn, scope)? } else { Vec::new() };
    let live = devices.iter().filter(|d| d.state != DeviceState::Revoked);
    let waiting = devices.iter().filter(|d| d.state == DeviceState::Issued);
    let (devices, devices_waiting) = (live.count(), waiting.count());
    let places_free = if scope.verified() { device::places(conn, &facility.id)?.free() } else { 0 };
    let current = current(&applications);
    let next = match next_step(current, devices_waiting) {
        _ if facility.is_closed(today) => NextStep::Closed,
        NextStep::Nothing if devices == 0 && places_free > 0 => NextStep::MakeAccounts,
        NextStep::Nothing if devices > 0 && lacks_features(&facility) => NextStep::SwitchOn,
        next => next,
    };
    Ok(Progress {
        next,
        facility,
        usage_start: current.map(|a| a.state),
        devices,
        devices_waiting,
        places_free,
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
