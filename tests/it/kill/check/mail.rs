//! For everything that happened and owes a letter there is exactly one, and
//! there is none for what did not happen. No job is left, none has died.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use uketsuke_core::application::Verb;
use uketsuke_core::db::At;
use uketsuke_core::mail::{MailRow, MailState};
use uketsuke_core::queue::JobState;

use super::super::letters::Letter;
use super::super::world::World;
use super::{Facts, Faults};

/// Within this time an address gets no second letter that a visitor asks for.
const GAP: Duration = Duration::seconds(60);

/// Recipient, sort of letter, and a word that must stand in it.
type Owed = (String, &'static str, String);

/// Answers how many came more than once, in words.
pub fn check(world: &World<'_>, facts: &Facts, faults: &mut Faults) -> String {
    for job in facts.jobs.iter().filter(|job| job.state != JobState::Done) {
        faults.expect(false, || format!("{} job {}: {} {:?}", job.state, job.kind, job.payload, job.last_error));
    }
    let (letters, others) = world.letters.read_anew();
    faults.expect(others.is_empty(), || format!("left in the mail folder: {others:?}"));
    let (letters, copies) = once_each(letters, faults);
    rows(&letters, facts, faults);
    let sorts: BTreeMap<_, _> = facts.mails.iter().map(|row| (row.id.as_str(), row.letter.as_str())).collect();
    let mut sent: BTreeMap<(String, &str), Vec<&Letter>> = BTreeMap::new();
    for letter in &letters {
        let sort = sorts.get(&*letter.id).copied().unwrap_or_default();
        sent.entry((letter.to.clone(), sort)).or_default().push(letter);
    }
    for (to, sort, word) in owed(facts) {
        let bundle = sent.get_mut(&(to.clone(), sort));
        let says = |letter: &&Letter| letter.subject.contains(&word) || letter.body.contains(&word);
        let at = bundle.as_ref().and_then(|bundle| bundle.iter().position(says));
        match (bundle, at) {
            (Some(bundle), Some(at)) => drop(bundle.swap_remove(at)),
            _ => faults.expect(false, || format!("no letter {sort} about {word} came to {to}")),
        }
    }
    for letter in sent.values().flatten() {
        let sort = sorts.get(&*letter.id);
        faults.expect(false, || format!("nothing happened for {sort:?} to {}: {}", letter.to, letter.subject));
    }
    format!("{copies} came a second time")
}

/// A worker that dies between handing a letter over and noting that hands it over again:
/// the same one, so that mail programs show it once.
fn once_each(letters: Vec<Letter>, faults: &mut Faults) -> (Vec<Letter>, usize) {
    let (mut once, mut copies) = (BTreeMap::<(String, String), Letter>::new(), 0);
    for letter in letters {
        match once.entry((letter.message_id.clone(), letter.id.clone())) {
            Entry::Vacant(place) => drop(place.insert(letter)),
            Entry::Occupied(first) => {
                copies += 1;
                let text = |one: &Letter| (one.to.clone(), one.subject.clone(), without_tokens(&one.body));
                faults.same(&format!("copy of {}", letter.message_id), text(&letter), text(first.get()));
            }
        }
    }
    (once.into_values().collect(), copies)
}

/// Each copy is composed anew, and with it the token of its link; either works.
fn without_tokens(body: &str) -> String {
    let shortened = |line: &str| match line.rsplit_once('/') {
        Some((page, _)) if line.starts_with("http") => page.to_owned(),
        _ => line.to_owned(),
    };
    body.lines().map(shortened).collect::<Vec<_>>().join("\n")
}

/// The outbox says of each letter what lies in the folder. (A registration's
/// letter whose sending was not noted is needless once the account is open.)
fn rows(letters: &[Letter], facts: &Facts, faults: &mut Faults) {
    let ids: BTreeSet<_> = letters.iter().map(|letter| letter.message_id.clone()).collect();
    faults.same("different Message-IDs", ids.len(), letters.len());
    faults.same("mails noted", facts.mails.len(), letters.len());
    for letter in letters {
        let row = facts.mails.iter().find(|row| row.id.as_str() == letter.id);
        let noted = row.map(|row| (row.recipient.as_str(), row.subject.as_str()));
        faults.same(&format!("letter {}", letter.id), noted, Some((&*letter.to, &*letter.subject)));
        let needless = |row: &MailRow| row.state == MailState::Needless && row.letter == "account_activation";
        let settled = row.is_some_and(|row| row.state == MailState::Sent || needless(row));
        faults.expect(settled, || format!("letter {} is noted as {:?}", letter.id, row.map(|row| row.state)));
        faults.expect(letter.message_id.contains(&letter.id), || format!("{} is in {}", letter.message_id, letter.id));
    }
}

/// What happened, and the letter each owes.
fn owed(facts: &Facts) -> Vec<Owed> {
    let mut owed = of_signups(facts);
    let email = |account: &str| facts.accounts.iter().find(|a| a.id == account).map_or("", |a| &a.email).to_owned();
    owed.extend(facts.accounts.iter().map(|a| (a.email.clone(), "account_activated", "/login".to_owned())));
    for event in &facts.events {
        let application = facts.applications.iter().find(|a| a.id == event.application_id).expect("a foreign key");
        let at_once = |e: &&uketsuke_core::application::model::Event| {
            e.application_id == application.id && e.verb == Verb::ApproveAtOnce
        };
        let letter = match event.verb {
            // A sending that is approved at once owes that letter alone.
            Verb::Submit if facts.events.iter().any(|e| at_once(&e)) => continue,
            Verb::Submit => "application_received",
            Verb::ApproveAtOnce => "application_approved_at_once",
            Verb::Approve => "application_approved",
            Verb::Reject => "application_rejected",
            Verb::Withdraw => "application_withdrawn",
            Verb::Claim => continue,
            other => panic!("nobody did that: {other}"),
        };
        owed.push((email(application.account_id.as_str()), letter, application.number_text().to_owned()));
    }
    for (_, device, _, _) in &facts.credentials {
        let device = facts.devices.iter().find(|d| d.id.as_str() == device).expect("a foreign key");
        let verified = |m: &&(String, String, String)| m.1 == device.facility_id.as_str() && m.2 == "verified";
        let people = facts.memberships.iter().filter(verified).map(|m| email(&m.0));
        owed.extend(people.map(|to| (to, "device_activated", device.user_id.clone())));
    }
    owed
}

/// Every registration owes one, but one that follows another to the same
/// address at once, because its answer was lost.
fn of_signups(facts: &Facts) -> Vec<Owed> {
    let (mut owed, mut last) = (Vec::new(), BTreeMap::<&str, At>::new());
    for (email, _, at, _) in &facts.signups {
        if last.get(email.as_str()).is_some_and(|last| *last + GAP > *at) {
            continue;
        }
        last.insert(email, *at);
        let known = facts.accounts.iter().any(|account| account.email == *email && account.created_at < *at);
        let (letter, link) = if known { ("account_known", "/login") } else { ("account_activation", "/activate/") };
        owed.push((email.clone(), letter, link.to_owned()));
    }
    owed
}
