//! Kills one process after the other by dice, restarts the database, and starts what
//! is not running, as the units of `deploy/systemd` do.

use std::fmt;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::town::{READY, Town};
use crate::kill::dice::Dice;
use crate::kill::world::World;

/// `RestartSec` of the units.
const PAUSE: Duration = Duration::from_secs(2);
/// The other one of a part is left alone until nginx calls this one again
/// (`fail_timeout` and a second, as `uketsuke-restart` does).
const APART: Duration = Duration::from_secs(6);

/// What is done.
pub struct Plan {
    /// One process is killed each time.
    pub every: Duration,
    /// When this share of the cast has begun, the database is restarted in this mode.
    pub restarts: Vec<(f64, &'static str)>,
}

/// What was done.
#[derive(Default)]
pub struct Trouble {
    /// By part.
    killed: Vec<&'static str>,
    /// Mode, and until it took connections again.
    pub restarts: Vec<(&'static str, Duration)>,
    /// Processes that ended by themselves: they could not start without the database.
    pub ended: usize,
    /// From start to ready.
    slowest_start: Duration,
}

impl Trouble {
    pub fn kills(&self) -> usize {
        self.killed.len()
    }

    /// How many of a part.
    pub fn killed(&self, part: &str) -> usize {
        self.killed.iter().filter(|killed| **killed == part).count()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = super::town::PARTS.iter().map(|part| format!("{part} {}", self.killed(part))).collect();
        write!(f, "{} kills ({}), ready again ", self.kills(), parts.join(", "))?;
        write!(f, "at most {:.1} s after the start", self.slowest_start.as_secs_f64())?;
        for (mode, took) in &self.restarts {
            write!(f, "; database restarted ({mode}) in {:.1} s", took.as_secs_f64())?;
        }
        write!(f, "; {} processes ended without the database and were started again", self.ended)
    }
}

/// Where a process stands.
#[derive(Clone, Copy)]
enum Stand {
    Ready(Instant),
    /// Killed or ended, and not yet started again.
    Down(Instant),
    Starting(Instant),
}

/// Makes trouble until nobody walks any more, and goes on until all are ready again.
pub fn make(town: &Town, world: &World<'_>, plan: &Plan, mut dice: Dice) -> Trouble {
    let (began, mut trouble) = (Instant::now(), Trouble::default());
    let long_ago = began.checked_sub(APART).unwrap_or(began);
    let mut stands = vec![Stand::Ready(long_ago); town.processes.len()];
    let mut next_kill = began + plan.every;
    let mut over_since = None;
    loop {
        if world.over.load(Ordering::SeqCst) {
            let over = over_since.get_or_insert_with(Instant::now);
            assert!(over.elapsed() < READY, "not all are ready again\n{}", town.front.log_tail());
            if stands.iter().all(|stand| matches!(stand, Stand::Ready(_))) {
                return trouble;
            }
        } else {
            restart_if_due(town, world, plan, &mut trouble);
            if Instant::now() >= next_kill {
                if let Some(victim) = choose(&stands, &mut dice) {
                    town.processes[victim].kill();
                    stands[victim] = Stand::Down(Instant::now());
                    trouble.killed.push(town.processes[victim].name());
                }
                next_kill += plan.every;
            }
        }
        look_after(town, &mut stands, &mut trouble);
        sleep(Duration::from_millis(50));
    }
}

fn restart_if_due(town: &Town, world: &World<'_>, plan: &Plan, trouble: &mut Trouble) {
    let next = plan.restarts.get(trouble.restarts.len());
    if let Some((_, mode)) = next.filter(|(share, _)| world.begun_share() >= *share) {
        let began = Instant::now();
        town.cluster.restart(mode);
        trouble.restarts.push((mode, began.elapsed()));
    }
}

/// Any that is ready, whose twin is ready and has been for a while.
fn choose(stands: &[Stand], dice: &mut Dice) -> Option<usize> {
    let ready = |at: usize| matches!(stands[at], Stand::Ready(_));
    let settled = |at: usize| matches!(stands[at], Stand::Ready(since) if since.elapsed() >= APART);
    let candidates: Vec<_> = (0..stands.len()).filter(|at| ready(*at) && settled(at ^ 1)).collect();
    let at = dice.below(candidates.len().max(1) as u64);
    candidates.get(usize::try_from(at).expect("small")).copied()
}

fn look_after(town: &Town, stands: &mut [Stand], trouble: &mut Trouble) {
    for (stand, process) in stands.iter_mut().zip(&town.processes) {
        match *stand {
            Stand::Down(since) if since.elapsed() >= PAUSE => {
                process.start_again();
                *stand = Stand::Starting(Instant::now());
            }
            Stand::Down(_) => {}
            Stand::Starting(_) | Stand::Ready(_) if process.ended().is_some() => {
                trouble.ended += 1;
                *stand = Stand::Down(Instant::now());
            }
            Stand::Starting(since) if process.is_ready() => {
                trouble.slowest_start = trouble.slowest_start.max(since.elapsed());
                *stand = Stand::Ready(Instant::now());
            }
            Stand::Starting(_) | Stand::Ready(_) => {}
        }
    }
}
