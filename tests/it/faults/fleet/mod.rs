//! Two processes of every part over one PostgreSQL, behind nginx and with a mail
//! server. Every few seconds one of them is killed, the database is restarted, and
//! meanwhile facilities walk from their registration to a device's check, and checks
//! are asked at a fixed rate. No step may be lost or done twice, and every letter that
//! is owed must have come.
//!
//! - [`town`]: database, mail server, nginx and the processes.
//! - [`trouble`]: kills, restarts, and starts again as systemd would.
//!
//! What came of the long form: `docs/operations/fleet.md`.

mod town;
mod trouble;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use super::checks::{self, Checks, Outcome};
use super::short_or_long;
use crate::kill::dice::{self, Dice};
use crate::kill::walk::{self, Story};
use crate::kill::world::World;
use crate::kill::{cast, check, walk_while};
use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};
use town::Town;
use trouble::{Plan, Trouble};

tests! {
    needs Needs::Calm;
    faults_of_a_fleet_processes_killed_and_the_database_restarted_while_all_walk on Postgres,
}

/// Checks per second, and threads that ask.
const RATE: u32 = 20;
const ASKING: usize = 8;
/// Letters that one worker can have in hand.
const IN_HAND: usize = 4;
/// Checks that stay without an answer after one retry, at most: 1 of so many.
const UNANSWERED_OF: usize = 100;

fn faults_of_a_fleet_processes_killed_and_the_database_restarted_while_all_walk(_: &TestApp) {
    let plan = short_or_long(
        Plan { every: Duration::from_secs(3), restarts: vec![(0.5, "immediate")] },
        Plan { every: Duration::from_secs(10), restarts: vec![(0.33, "immediate"), (0.66, "fast")] },
    );
    let seed = dice::seed();
    println!("fleet: seed {seed} ({}={seed} repeats it)", dice::VARIABLE);
    let town = Town::build();
    let world = World::open_with_post(&town.front, cast::facilities(short_or_long(60, 2_000)), town.post.folder());
    // Checks need a device to ask about.
    let first = walk::walk(&world, world.next().expect("the first"), Dice::new(seed, "first"));
    let began = Instant::now();
    let (mut stories, (trouble, checks)) = walk_while(&world, seed, |world| {
        thread::scope(|threads| {
            let asking = threads.spawn(|| checks::at_rate(RATE, ASKING, &world.over, |n, _| ask(world, n)));
            let trouble = trouble::make(&town, world, &plan, Dice::new(seed, "trouble"));
            (trouble, asking.join().expect("checks are answered as they should be"))
        })
    });
    let walked = began.elapsed();
    stories.insert(0, first);
    town.wait_until_all_are_ready();
    town.front.wait_until_drained(&world.parts.db);
    check::still_active(&world, &stories);
    town.kill_all();
    let seen = check::everything(&world, &stories);
    tell(&town, &stories, walked, &trouble, &checks);
    println!("fleet: {}; {seen}", world.tally());
    judge(&town, &world, &plan, &trouble, &checks);
}

fn ask(world: &World<'_>, number: u64) -> Outcome {
    match world.service.try_check(&world.some_token(number)) {
        Err(_) => Outcome::Lost,
        Ok(answer) if answer.status == 503 => Outcome::Unavailable,
        Ok(answer) => {
            assert_eq!(answer.status, 200, "{}", answer.text());
            if answer.json()["active"] == true { Outcome::Active } else { Outcome::Inactive }
        }
    }
}

fn tell(town: &Town, stories: &[Story], walked: Duration, trouble: &Trouble, checks: &Checks) {
    println!(
        "fleet: {} facilities in {:.0} s ({:.1} per second); {trouble}",
        stories.len(),
        walked.as_secs_f64(),
        stories.len() as f64 / walked.as_secs_f64()
    );
    println!("fleet: {checks}");
    println!("fleet: nginx answered {}", town.statuses());
}

fn judge(town: &Town, world: &World<'_>, plan: &Plan, trouble: &Trouble, checks: &Checks) {
    let inactive = checks.0.iter().filter(|check| check.second.unwrap_or(check.first) == Outcome::Inactive);
    assert_eq!(inactive.count(), 0, "checks that denied a device in use");
    assert!(checks.failed() * UNANSWERED_OF <= checks.0.len(), "{checks}");
    assert_eq!(trouble.restarts.len(), plan.restarts.len());
    assert!(trouble.kills() >= 5, "only {} kills: the walk was over too soon", trouble.kills());
    // A letter comes twice only where a worker lost it from its hands.
    let (letters, _) = world.letters.read_anew();
    let different: BTreeSet<_> = letters.iter().map(|letter| &letter.message_id).collect();
    let hands = IN_HAND * (trouble.killed("workers") + 2 * trouble.restarts.len() + trouble.ended);
    assert!(letters.len() - different.len() <= hands, "{} copies", letters.len() - different.len());
    for status in ["500", "502", "504"] {
        assert_eq!(town.answered_with(status), 0, "nginx answered {status}: {}", town.statuses());
    }
}
