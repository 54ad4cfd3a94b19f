//! Every facility stands where its walk ended: account, application with its
//! history, registration, devices; each step in the audit trail.

use uketsuke_core::application::model::Event;
use uketsuke_core::application::state::transition;
use uketsuke_core::application::{Application, State, Verb};

use super::super::cast::{Facility, Way};
use super::super::walk::Story;
use super::super::world::World;
use super::{Facts, Faults};

pub fn check(world: &World<'_>, stories: &[Story], facts: &Facts, faults: &mut Faults) {
    for story in stories {
        of_facility(&world.cast[story.index], story, facts, faults);
    }
    faults.same("accounts", facts.accounts.len(), world.cast.len());
    faults.same("applications", facts.applications.len(), world.cast.len());
    let granted: u32 = world.cast.iter().map(Facility::granted).sum();
    faults.same("devices", facts.devices.len(), granted as usize);
    for application in &facts.applications {
        history(application, facts, faults);
    }
}

fn of_facility(facility: &Facility, story: &Story, facts: &Facts, faults: &mut Faults) {
    let (name, id) = (&facility.name, facts.facility(&facility.code));
    let of = |what: &str| format!("{name}: {what}");
    let accounts: Vec<_> = facts.accounts.iter().filter(|a| a.email == facility.email).collect();
    let [account] = accounts[..] else { return faults.same(&of("accounts"), accounts.len(), 1) };
    faults.same(&of("account"), account.state.as_str(), "active");
    faults.same(&of("activations in the audit"), facts.audited("account.activated", &account.id), 1);
    let opened = facts.signups.iter().filter(|s| s.0 == facility.email && s.3.is_some()).count();
    faults.same(&of("registrations that became an account"), opened, 1);

    let applications: Vec<_> = facts.applications.iter().filter(|a| a.facility_id.as_str() == id).collect();
    let [application] = applications[..] else { return faults.same(&of("applications"), applications.len(), 1) };
    faults.same(&of("number shown"), application.number_text(), story.number.as_str());
    let (state, approved) = match facility.way {
        Way::Match | Way::Approved | Way::ApprovedFewer => (State::Approved, true),
        Way::Rejected => (State::Rejected, false),
        Way::Withdrawn => (State::Withdrawn, false),
    };
    faults.same(&of("state"), application.state, state);
    let evidence = facts.evidence.iter().filter(|e| e.application_id == application.id && e.removed_at.is_none());
    faults.same(&of("files"), evidence.count(), usize::from(facility.way.by_documents()));

    let seats: Vec<_> = facts.memberships.iter().filter(|m| m.0 == account.id).map(|m| (&*m.1, &*m.2)).collect();
    faults.same(&of("memberships"), seats, vec![(id, if approved { "verified" } else { "unverified" })]);
    let registrations: Vec<_> = facts.registrations.iter().filter(|r| r.facility_id.as_str() == id).collect();
    faults.same(&of("registrations"), registrations.len(), usize::from(approved));
    faults.expect(registrations.iter().all(|r| r.application_id == application.id), || {
        of("a registration by another application")
    });
    let devices: Vec<_> = facts.devices.iter().filter(|d| d.facility_id.as_str() == id).collect();
    faults.same(&of("devices"), devices.len(), facility.granted() as usize);
    for device in devices {
        faults.expect(device.application_id == application.id, || of("a device of another application"));
        faults.same(&of("device in the audit"), facts.audited("device.issued", device.id.as_str()), 1);
    }
}

/// The history is a way through the table of transitions, from the draft to
/// where the application stands; every step is audited, every sending filed.
pub(super) fn history(application: &Application, facts: &Facts, faults: &mut Faults) {
    let of = |what: &str| format!("{}: {what}", application.number_text());
    let events: Vec<_> = facts.events.iter().filter(|e| e.application_id == application.id).collect();
    let mut now = State::Draft;
    for event in &events {
        let arrow = transition(event.from_state, event.verb);
        let good = event.from_state == now && arrow.is_some_and(|arrow| arrow.to == event.to_state);
        faults.expect(good, || of(&format!("from {now} by {} to {}", event.verb, event.to_state)));
        now = event.to_state;
    }
    faults.same(&of("the history's end"), now, application.state);
    let verbs = |wanted: &[Verb]| events.iter().filter(|e| wanted.contains(&e.verb)).count();
    faults.same(&of("times sent"), verbs(&[Verb::Submit]), 1);
    let filed = facts.filings.iter().filter(|f| f.application_id == application.id).count();
    faults.same(&of("filings"), filed, verbs(&[Verb::Submit, Verb::Resubmit]));
    let mut steps: Vec<_> = events.iter().map(|event| step(event)).collect();
    steps.sort();
    faults.same(&of("steps in the audit"), audited(application, facts), steps);
}

/// What the audit trail tells, in any order.
fn audited(application: &Application, facts: &Facts) -> Vec<String> {
    let about = |(action, subject, _): &&(String, String, String)| {
        action == "application.advanced" && subject == application.id.as_str()
    };
    let mut steps: Vec<_> = facts.audit.iter().filter(about).map(|(_, _, detail)| step_in(detail)).collect();
    steps.sort();
    steps
}

fn step_in(detail: &str) -> String {
    let detail: serde_json::Value = serde_json::from_str(detail).expect("details are JSON");
    let part = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
    format!("{} {} {}", part("from"), part("verb"), part("to"))
}

fn step(event: &Event) -> String {
    format!("{} {} {}", event.from_state, event.verb, event.to_state)
}
