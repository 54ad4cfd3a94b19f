//! How fast is the check at the card, what does it cost, and what disturbs it?
//!
//! ```sh
//! cargo bench --bench checks                              # 1,000, 100,000 and 1,000,000 devices
//! cargo bench --bench checks -- --devices 1000 --seconds 3
//! cargo bench --bench checks -- --flood                   # 100,000 devices, with floods of logins and pages
//! ```
//!
//! The server, and the database with it, has core 0; the load, a process of its own,
//! has core 1. Every answer is read and held against what it must be; one question in
//! twenty is about a token that is not good. Costs are in seconds of the server's own
//! processor time, so that they can be compared on a machine that is not idle.
//!
//! The yardsticks are two handlers that do nothing, served by the same code with the
//! same settings: a GET with a fixed answer, and a POST of the same questions.
//!
//! PostgreSQL is one of its own, made and restarted here, where `initdb` is found.

mod country;
mod empty;
mod flood;
mod load;
mod logins;
#[path = "../facility_import/machine.rs"]
mod machine;
mod place;
mod server;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, ValueEnum};

use country::Country;
use empty::Empty;
use load::{Order, Outcome, Question};
use place::Place;
use server::Server;

const DATABASES: [&str; 2] = ["sqlite", "postgres"];
/// Devices while there are floods.
const FLOODED: u32 = 100_000;
/// Devices at each facility.
const PER_FACILITY: u32 = 4;
/// Runs of each closed loop; the middle one counts.
const ROUNDS: usize = 3;
/// Checks per second where the load does not depend on the answers.
const RATE: u32 = 1_000;
/// People who log in at the same time.
const CROWD: usize = 32;

/// What `cargo bench` passes on.
#[derive(Parser)]
struct Args {
    /// How many devices, separated by commas.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    devices: Vec<u32>,
    /// How long each measurement takes.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Leave one of the databases out.
    #[arg(long)]
    without: Option<String>,
    /// Measure only what floods of logins and of pages do to checks.
    #[arg(long)]
    flood: bool,
    /// Checks a second during a flood.
    #[arg(long, default_value_t = RATE)]
    rate: u32,
    /// How often each flood comes.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Added by `cargo bench`; without it nothing is measured.
    #[arg(long)]
    bench: bool,
    /// A part that this program plays in a process of its own.
    #[arg(long, hide = true)]
    role: Option<Role>,
    /// What that part is told.
    #[arg(long, hide = true)]
    order: Option<PathBuf>,
    /// Added by `cargo bench NAME`; there is one benchmark only.
    #[arg(hide = true)]
    _name: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    Empty,
    Load,
    Logins,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let order = || args.order.clone().context("an order");
    match args.role {
        Some(Role::Empty) => return empty::serve(&order()?),
        Some(Role::Load) => return load::run(&order()?),
        Some(Role::Logins) => return logins::run(&order()?),
        None => {}
    }
    if !args.bench {
        println!("measures with `cargo bench` only");
        return Ok(());
    }
    println!("Device checks: server (and database) on core 0, load on core 1; every answer read");
    println!("{}; profile {}\n", machine::facts(), if cfg!(debug_assertions) { "dev" } else { "release" });
    let folder = tempfile::tempdir()?;
    let seconds = Duration::from_secs(args.seconds);
    if args.flood {
        println!("{}", flood::HEAD);
        for kind in DATABASES.into_iter().filter(|kind| args.without.as_deref() != Some(kind)) {
            let Some(place) = Place::make(kind, folder.path(), FLOODED)? else { continue };
            let country = Country { devices: FLOODED, per_facility: PER_FACILITY };
            flood::measure(&place, country, args.rate, args.rounds, seconds)?;
        }
        return Ok(());
    }
    println!("{}", Line::HEAD);
    let hello = yardsticks(folder.path(), seconds)?;
    for kind in DATABASES {
        if args.without.as_deref() == Some(kind) {
            continue;
        }
        for devices in &args.devices {
            let Some(place) = Place::make(kind, folder.path(), *devices)? else {
                println!("left out: PostgreSQL (no initdb is found)");
                break;
            };
            measure(&place, Country { devices: *devices, per_facility: PER_FACILITY }, seconds, hello)?;
        }
    }
    println!();
    yardsticks(folder.path(), seconds)?;
    Ok(())
}

/// The handlers that do nothing; answers what the GET costs.
fn yardsticks(folder: &std::path::Path, seconds: Duration) -> anyhow::Result<f64> {
    let empty = Empty::start(folder)?;
    let mut hello = 0.0;
    for (what, question) in [("nothing: GET", Question::Hello), ("nothing: POST of the questions", Question::Unread)] {
        let order = Order::new(&empty, question, seconds);
        let best = middle(folder, &order)?;
        if question == Question::Hello {
            hello = best.per_cpu_second();
        }
        println!("{}", Line { database: "–", devices: 0, what, outcome: &best, hello });
    }
    Ok(hello)
}

/// Everything on one database of one size.
fn measure(place: &Place, country: Country, seconds: Duration, hello: f64) -> anyhow::Result<()> {
    let (name, folder, devices) = (place.name(), place.folder(), country.devices);
    let prepared = server::prepare(place, country)?;
    let server = Server::start(place, &prepared)?;
    let (ready, loaded) = (server.ready_seconds, server.resident_megabytes()?);
    let line = |what, outcome: &Outcome| println!("{}", Line { database: name, devices, what, outcome, hello });

    let order = Order::checks(&server, &prepared, country, seconds);
    line("checks, as fast as they go", &middle(folder, &order)?);
    println!(
        "{name:<9} {devices:>9} ready after {ready:.2} s; {loaded:.0} MB resident when loaded, {:.0} MB after the checks, \
         {:.0} MB at most",
        server.resident_megabytes()?,
        server.peak_megabytes()?,
    );
    let steady = order.at_rate(RATE);
    line("checks, 1,000 a second", &load::start(folder, &steady)?.wait()?);

    let crowd = logins::start(folder, &server, CROWD, seconds + Duration::from_secs(3))?;
    line("the same while 32 log in", &load::start(folder, &steady)?.wait()?);
    println!("{name:<9} {devices:>9} {}", crowd.wait()?);

    if place.can_restart() {
        let long = steady.for_seconds(18.0);
        let under_way = load::start(folder, &long)?;
        std::thread::sleep(Duration::from_secs(4));
        place.stop()?;
        std::thread::sleep(Duration::from_secs(10));
        place.start_again()?;
        let outcome = under_way.wait()?;
        line("the same, database away for 10 s", &outcome);
        println!(
            "{name:<9} {devices:>9} of {} checks {} failed; {} answers carried as_of",
            outcome.done, outcome.failed, outcome.aged
        );
    }
    Ok(())
}

/// The run in the middle, by what it costs.
fn middle(folder: &std::path::Path, order: &Order) -> anyhow::Result<Outcome> {
    let mut runs = (0..ROUNDS).map(|_| load::start(folder, order)?.wait()).collect::<anyhow::Result<Vec<_>>>()?;
    runs.sort_by(|a, b| a.per_cpu_second().total_cmp(&b.per_cpu_second()));
    Ok(runs.swap_remove(ROUNDS / 2))
}

/// One line of the table.
struct Line<'a> {
    database: &'a str,
    devices: u32,
    what: &'a str,
    outcome: &'a Outcome,
    hello: f64,
}

impl Line<'_> {
    const HEAD: &'static str =
        "database    devices what                              per second  per CPU-s  p50 ms  p99 ms  max ms  × GET";
}

impl std::fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { database, devices, what, outcome, hello } = self;
        let per_cpu = outcome.per_cpu_second();
        write!(
            f,
            "{database:<9} {devices:>9} {what:<33} {:>10.0} {per_cpu:>10.0} {:>7.2} {:>7.2} {:>7.1} {:>6.2}",
            outcome.per_second(),
            outcome.p50_ms,
            outcome.p99_ms,
            outcome.max_ms,
            per_cpu / hello
        )
    }
}
