//! Whole-program tests: every test has an installation of its own, on SQLite
//! and, where a server is named, on PostgreSQL. `tests/run` runs all of them.

mod bad_input;
mod faults;
mod foreign_clients;
mod kill;
mod other_facility;
mod portal;
mod races;
mod routes_by_role;
mod stories;
mod support;
mod two_instances;

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(ended) = faults::poison::worker() {
        return ended;
    }
    let ended = support::harness::run(&[
        portal::applications::TESTS,
        portal::evidence::TESTS,
        stories::clinic_makes_accounts::TESTS,
        stories::content::TESTS,
        stories::facility_closes::TESTS,
        stories::from_approval_to_the_list::TESTS,
        stories::health::TESTS,
        stories::hostile_evidence::TESTS,
        stories::import_killed::TESTS,
        stories::inquiry::TESTS,
        stories::usage_start_by_four_people::TESTS,
        stories::usage_start_by_match::TESTS,
        stories::usage_start_by_documents::TESTS,
        routes_by_role::TESTS,
        other_facility::TESTS,
        races::TESTS,
        bad_input::TESTS,
        stories::mail_server::TESTS,
        stories::real_mail_server::TESTS,
        stories::object_store::TESTS,
        stories::virus_scanner::TESTS,
        stories::session_ends::TESTS,
        stories::simulator::TESTS,
        stories::subsidy::TESTS,
        stories::two_sites::TESTS,
        stories::real_list::TESTS,
        stories::retention::TESTS,
        foreign_clients::TESTS,
        two_instances::TESTS,
        kill::TESTS,
        kill::after_send::TESTS,
        faults::uploads::TESTS,
        faults::fleet::TESTS,
        faults::backup::TESTS,
        faults::submit::TESTS,
        faults::store::TESTS,
        faults::stopped::TESTS,
        faults::database::TESTS,
        faults::hostile_files::TESTS,
        faults::odd_requests::TESTS,
        faults::people::TESTS,
        faults::poison::TESTS,
        faults::slow_clients::TESTS,
        faults::time::TESTS,
        faults::mail::TESTS,
    ]);
    faults::report::write();
    ended
}
