//! Kills the server and starts it again, at moments spread over the walk: after
//! so many answers, and a random while after somebody did something that counts.
//! (Most of the time goes into passwords; without aim, most kills would hit these.)

use std::fmt;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::world::{Deed, World};

/// How often, if the walk is long enough.
const KILLS: u64 = 24;
/// A test with fewer kills has not shown much.
pub const AT_LEAST: usize = 15;
/// Answers that one facility needs, about; the last kills come a little before the end.
const ANSWERS_EACH: u64 = 26;

/// From the press of a button to the kill, at most: about the time of an answer.
const AIM: Duration = Duration::from_millis(40);
/// So long the killer waits for the deed it has in mind.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was done.
#[derive(Debug, Default)]
pub struct Kills {
    pub count: usize,
    slowest_start: Duration,
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kills, ready again after at most {:.2} s", self.count, self.slowest_start.as_secs_f64())
    }
}

/// Kills until it has killed often enough, or the walk is over.
pub fn run(world: &World<'_>, mut dice: Dice) -> Kills {
    let last = ANSWERS_EACH * world.cast.len() as u64;
    let mut moments: Vec<u64> = (0..KILLS).map(|_| dice.below(last)).collect();
    moments.sort_unstable();
    let mut kills = Kills::default();
    for moment in moments {
        if !wait_for(world, moment) {
            break;
        }
        aim(world, &mut dice);
        world.server.kill();
        world.server.start_again();
        kills.count += 1;
        kills.slowest_start = kills.slowest_start.max(world.server.wait_until_ready());
    }
    kills
}

/// Waits until so many answers were given; `false` when the walk is over.
fn wait_for(world: &World<'_>, answers: u64) -> bool {
    while world.answers.load(Ordering::SeqCst) < answers {
        if world.over.load(Ordering::SeqCst) {
            return false;
        }
        sleep(Duration::from_millis(5));
    }
    true
}

/// Waits for a deed that counts to begin, and a moment.
fn aim(world: &World<'_>, dice: &mut Dice) {
    let (began, kinds) = (Instant::now(), Deed::THAT_COUNT);
    let deed = kinds[dice.below(kinds.len() as u64) as usize];
    let before = world.begun(deed);
    while world.begun(deed) == before && began.elapsed() < PATIENCE {
        sleep(Duration::from_micros(200));
    }
    sleep(AIM.mul_f64(dice.below(1_000) as f64 / 1_000.0));
}
