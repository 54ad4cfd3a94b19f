//! `kill -9` at random moments while 200 facilities walk the path from their
//! registration to a device's check. Afterwards every facility is in a valid
//! state, no letter is lost, none was sent for what did not happen, and no code
//! was issued or used twice.
//!
//! - [`server`]: a real process with its own database, mail and evidence.
//! - [`cast`]: who walks, and which way; [`walk`], [`reviewer`]: how.
//! - [`person`]: reloads and presses again when no answer comes.
//! - [`killer`]: kills and restarts; [`dice`]: when, by a seed that is printed.
//! - [`check`]: what must be true in the end.
//! - [`after_send`]: the one moment that chance seldom hits, hit on purpose.
//!
//! It takes minutes: `cargo test --workspace --test it -- --ignored killed`.

pub mod after_send;
pub mod cast;
pub mod check;
pub mod dice;
mod killer;
mod letters;
mod person;
mod reviewer;
pub mod server;
pub mod walk;
pub mod world;

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Instant;

use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};
use dice::Dice;
use server::Server;
use walk::Story;
use world::World;

tests! {
    needs Needs::Patience;
    killed_at_random_moments_every_facility_ends_in_a_valid_state,
}

/// How many walk the path.
const FACILITIES: usize = 200;
/// How many at the same time.
const CROWD: usize = 12;

fn killed_at_random_moments_every_facility_ends_in_a_valid_state(app: &TestApp) {
    let (place, seed) = (app.place.name(), dice::seed());
    println!("{place}: seed {seed} ({}={seed} repeats it)", dice::VARIABLE);
    let server = Server::start(&app.place);
    let world = World::open(&server, cast::facilities(FACILITIES));
    let began = Instant::now();
    let (stories, kills) = walk_while(&world, seed, |world| killer::run(world, Dice::new(seed, "killer")));
    let walked = began.elapsed();
    server.wait_until_drained(&world.parts.db);
    let drained = began.elapsed();
    check::still_active(&world, &stories);
    server.kill();
    let seen = check::everything(&world, &stories);
    println!(
        "{place}: {} facilities in {:.0} s ({:.1} per second), queue empty after {:.0} s, {kills}",
        stories.len(),
        walked.as_secs_f64(),
        stories.len() as f64 / walked.as_secs_f64(),
        drained.as_secs_f64(),
    );
    println!("{place}: {}; {seen}", world.tally());
    assert!(kills.count >= killer::AT_LEAST, "only {} kills: the walk was over too soon", kills.count);
    assert!(world.cut() >= kills.count, "{} requests cut by {} kills: nothing was hit", world.cut(), kills.count);
}

/// Everybody walks and the reviewer reviews, while `fault` is done to them in a thread
/// of its own. Answers when all have come to their end and `fault` has returned.
pub fn walk_while<T: Send>(
    world: &World<'_>,
    seed: u64,
    fault: impl FnOnce(&World<'_>) -> T + Send,
) -> (Vec<Story>, T) {
    let stories = Mutex::new(Vec::new());
    let mut office = reviewer::Reviewer::enrol(world, Dice::new(seed, "reviewer"));
    let done = thread::scope(|threads| {
        let fault = threads.spawn(|| fault(world));
        let review = threads.spawn(|| office.review_until_all_is_over());
        let crowd: Vec<_> = (0..CROWD).map(|_| threads.spawn(|| walk_on(world, seed, &stories))).collect();
        let ends: Vec<_> = crowd.into_iter().map(|one| one.join()).collect();
        world.over.store(true, Ordering::SeqCst);
        let (reviewed, done) = (review.join(), fault.join());
        let failed = ends.into_iter().chain([reviewed]).find_map(Result::err).map(|why| world.server.explain(why));
        failed.map_or_else(|| done.unwrap_or_else(|why| resume_unwind(why)), |why| resume_unwind(why))
    });
    let mut stories = stories.into_inner().expect("nobody panicked");
    stories.sort_by_key(|story| story.index);
    (stories, done)
}

/// One after the other, as long as there are facilities that have not begun.
fn walk_on(world: &World<'_>, seed: u64, stories: &Mutex<Vec<Story>>) {
    while let Some(facility) = world.next() {
        let story = walk::walk(world, facility, Dice::new(seed, &facility.code));
        stories.lock().expect("nobody panics holding it").push(story);
    }
}
