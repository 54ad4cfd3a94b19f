//! Checks at a fixed rate: quiet, then with a hundred logins a second, then with as
//! many pages as the server gives; several times over in one run, so that a machine
//! that is slow for a while is slow for all three.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::country::Country;
use crate::load::{self, Order, Outcome};
use crate::logins;
use crate::place::Place;
use crate::server::{self, Server};

/// Logins that begin each second.
pub const LOGINS: u32 = 100;
/// People who have one under way at most.
const CROWD: usize = 128;
/// A flood begins this long before checks are counted, and ends as much later.
const AROUND: Duration = Duration::from_secs(2);

/// What comes besides checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flood {
    None,
    Logins,
    Pages,
}

impl fmt::Display for Flood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "quiet",
            Self::Logins => "100 logins a second",
            Self::Pages => "pages without end",
        })
    }
}

const FLOODS: [Flood; 3] = [Flood::None, Flood::Logins, Flood::Pages];

pub const HEAD: &str =
    "database   round checks during               asked  failed  p50 ms  p99 ms  max ms  what else was answered";

/// Everything on one database.
pub fn measure(place: &Place, country: Country, rate: u32, rounds: usize, time: Duration) -> anyhow::Result<()> {
    let (name, folder) = (place.name(), place.folder());
    let prepared = server::prepare(place, country)?;
    let server = Server::start(place, &prepared)?;
    let order = Order::checks(&server, &prepared, country, time).at_rate(rate);
    let mut seen = FLOODS.map(|_| Vec::new());
    for round in 1..=rounds {
        for (flood, seen) in FLOODS.iter().zip(&mut seen) {
            let (checks, beside) = during(*flood, folder, &server, &order, time)?;
            let Outcome { done, failed, p50_ms, p99_ms, max_ms, .. } = checks;
            println!(
                "{name:<9} {round:>6} {flood:<25} {done:>8} {failed:>7} {p50_ms:>7.2} {p99_ms:>7.2} {max_ms:>7.1}  {beside}"
            );
            seen.push(checks.p99_ms);
        }
    }
    let [quiet, logins, pages] = seen.map(middle);
    println!(
        "{name:<9} p99 in the middle of {rounds} rounds: {quiet:.2} ms quiet; {logins:.2} ms with logins, {:.2} times; \
         {pages:.2} ms with pages, {:.2} times",
        logins / quiet,
        pages / quiet
    );
    Ok(())
}

fn during(
    flood: Flood,
    folder: &Path,
    server: &Server,
    checks: &Order,
    time: Duration,
) -> anyhow::Result<(Outcome, String)> {
    let around = time + AROUND * 2;
    Ok(match flood {
        Flood::None => (load::start(folder, checks)?.wait()?, String::from("–")),
        Flood::Logins => {
            let crowd = logins::start_at(folder, server, CROWD, around, LOGINS)?;
            std::thread::sleep(AROUND);
            (load::start(folder, checks)?.wait()?, crowd.wait()?)
        }
        Flood::Pages => {
            let pages = load::start_behind(folder, &Order::pages(server, around))?;
            std::thread::sleep(AROUND);
            let checks = load::start(folder, checks)?.wait()?;
            let pages = pages.wait()?;
            let told = format!(
                "{:.0} pages a second, the slowest hundredth after {:.0} ms; {} told to come back",
                pages.per_second(),
                pages.p99_ms,
                pages.turned_away
            );
            (checks, told)
        }
    })
}

fn middle(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
