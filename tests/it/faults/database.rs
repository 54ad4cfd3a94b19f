//! What fails at PostgreSQL: it restarts, fails over, swallows everything, is busy, loses
//! its notifications; and on both databases: the disk is full, migrations are killed, the
//! tables are newer than the program.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use actix_web::http::Method;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection};
use serde::Serialize;
use uketsuke_core::db::{Actor, Conn, Tx};
use uketsuke_core::queue::{self, Job, JobState};
use uketsuke_workers::periodic::PeriodicJob;

use super::checks::{Checks, Outcome, at_rate};
use super::report::{Row, note};
use super::short_or_long;
use crate::kill::cast::{self, Facility, Way};
use crate::kill::dice::{Dice, seed};
use crate::kill::server::Server;
use crate::kill::walk::{self, Story};
use crate::kill::world::World;
use crate::kill::{check, walk_while};
use crate::support::app::{PROGRAM, TestApp};
use crate::support::cluster::{Cluster, give_away, is_root};
use crate::support::database::{Database, Place, execute};
use crate::support::harness::{Needs, tests};
use crate::support::http::{Answer, agent, send};
use crate::support::line::{Line, Mode};
use crate::two_instances::{COUNTRY, Town};

tests! {
    needs Needs::Patience;
    faults_postgresql_restarts_at_once_twice on Postgres,
    faults_postgresql_fails_over_to_its_standby on Postgres,
    faults_the_way_to_postgresql_swallows_everything on Postgres,
    faults_all_connections_of_the_pages_are_busy on Postgres,
    faults_the_disk_is_full,
    faults_notifications_of_postgresql_are_lost on Postgres,
    faults_changes_are_committed_in_another_order on Postgres,
    faults_tables_that_are_newer_than_the_program,
    faults_a_migration_is_killed_half_way,
}

/// Normal again within this time after a fault has ended.
const SOON: Duration = Duration::from_secs(5);

/// A PostgreSQL of this test's own, where there is one installed.
fn cluster() -> Option<Cluster> {
    let cluster = Cluster::start();
    if cluster.is_none() {
        println!("left out: no PostgreSQL server in /usr/lib/postgresql");
    }
    cluster
}

/// Asks with the token of a device that is in good standing all the time.
fn ask(world: &World<'_>, token: &str) -> Outcome {
    match world.service.try_check(token) {
        Ok(answer) if answer.status == 200 && answer.json()["active"] == true => Outcome::Active,
        Ok(answer) if answer.status == 200 => Outcome::Inactive,
        Ok(answer) if answer.status == 503 => Outcome::Unavailable,
        Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
        Err(_) => Outcome::Lost,
    }
}

/// The first facility walks by itself, so that there is a device; its token.
fn first_device(world: &World<'_>) -> (Story, String) {
    let facility = world.next().expect("there are some");
    let story = walk::walk(world, facility, Dice::new(1, &facility.code));
    let token = story.device.as_ref().expect("a device").token.clone();
    (story, token)
}

/// Checks 50 times a second while `fault` is done.
fn checked_while<T>(world: &World<'_>, token: &str, fault: impl FnOnce() -> T) -> (Checks, T) {
    let over = AtomicBool::new(false);
    thread::scope(|threads| {
        let asking = threads.spawn(|| at_rate(50, 4, &over, |_, _| ask(world, token)));
        // Also when the fault fails, or nobody would hear of it.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(fault));
        over.store(true, Ordering::SeqCst);
        let checks = asking.join().expect("checks are answered as they should");
        (checks, done.unwrap_or_else(|why| std::panic::resume_unwind(why)))
    })
}

/// Waits until so many requests were answered, or all is over.
fn answered(world: &World<'_>, count: u64) {
    while world.answers.load(Ordering::SeqCst) < count && !world.over.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(2));
    }
}

/// What is asked of the database by a page that needs no session.
fn page(server: &Server) -> Answer {
    let url = format!("{}/activate/0123456789abcdefghijklmnopqrstuv", server.config().portal_url);
    send(&agent(), Method::GET, &url, &[], &[])
}

/// Until pages are answered again; how long that took.
fn normal_again(server: &Server) -> Duration {
    let began = Instant::now();
    while page(server).status == 503 {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come back\n{}", server.log_tail());
        sleep(Duration::from_millis(20));
    }
    began.elapsed()
}

fn must_be_soon(what: &str, time: Duration, server: &Server) {
    assert!(time < SOON, "{what}: normal after {:.1} s only\n{}", time.as_secs_f64(), server.log_tail());
}

/// All stories against database, mail and files, and checks against the devices.
fn judge(world: &World<'_>, mut stories: Vec<Story>, first: Story) -> String {
    stories.push(first);
    stories.sort_by_key(|story| story.index);
    world.server.wait_until_drained(&world.parts.db);
    check::still_active(world, &stories);
    world.server.kill();
    check::everything(world, &stories)
}

fn faults_postgresql_restarts_at_once_twice(app: &TestApp) {
    let Some(cluster) = cluster() else { return };
    let server = Server::start_at(&cluster.url(), &[]);
    let world = World::open(&server, cast::facilities(short_or_long(10, 60)));
    let (first, token) = first_device(&world);
    let (stories, (checks, slowest)) = walk_while(&world, seed(), |world| {
        checked_while(world, &token, || {
            let times: Vec<Duration> = [1, 3]
                .into_iter()
                .map(|part| {
                    answered(world, part * 6 * world.cast.len() as u64);
                    cluster.restart("immediate");
                    normal_again(&server)
                })
                .collect();
            times.into_iter().max().expect("two")
        })
    });
    must_be_soon("after a restart", slowest, &server);
    println!("{checks}");
    assert_eq!(checks.failed(), 0, "{checks}");
    assert!(checks.0.iter().all(|check| check.first == Outcome::Active), "{checks}");
    let seen = judge(&world, stories, first);
    note(
        app,
        Row {
            number: 12,
            provoked: "`pg_ctl restart -m immediate`, twice, while facilities apply",
            seen: "pages: 503 with Retry-After, never 500; checks: answered all the time from memory".to_owned(),
            lost: format!("nothing: {seen}"),
            normal_after: slowest,
        },
    );
}

fn faults_postgresql_fails_over_to_its_standby(app: &TestApp) {
    let Some(primary) = cluster() else { return };
    let line = Line::to(primary.address);
    let server = Server::start_at(&primary.url_by(line.address), &[]);
    let standby = primary.standby();
    let world = World::open(&server, cast::facilities(short_or_long(8, 60)));
    let (first, token) = first_device(&world);
    let (stories, (checks, took)) = walk_while(&world, seed(), |world| {
        checked_while(world, &token, || {
            answered(world, 10 * world.cast.len() as u64);
            primary.kill();
            standby.promote();
            line.lead_to(standby.address);
            normal_again(&server)
        })
    });
    must_be_soon("after the failover", took, &server);
    println!("{checks}");
    assert_eq!(checks.failed(), 0, "{checks}");
    // What is stopped afterwards is stopped.
    let phone = stories.iter().find_map(|story| story.device.as_ref()).expect("somebody set a device up");
    assert_eq!(ask(&world, &phone.token), Outcome::Active);
    stop_in_the_database(&standby.url(), &phone.device.client_id);
    let began = Instant::now();
    while ask(&world, &phone.token) == Outcome::Active {
        assert!(began.elapsed() < Duration::from_secs(1), "a stop after the failover does not hold");
    }
    assert_eq!(ask(&world, &phone.token), Outcome::Inactive);
    execute(&standby.url(), &format!("update devices set state = 'active' where {}", is_of(&phone.device.client_id)));
    while ask(&world, &phone.token) != Outcome::Active {
        assert!(began.elapsed() < Duration::from_secs(5), "it is not let go on");
    }
    let seen = judge(&world, stories, first);
    note(
        app,
        Row {
            number: 13,
            provoked: "the primary killed, its synchronous standby promoted, the address led to it",
            seen: "pages: 503 with Retry-After until then; checks: answered all the time".to_owned(),
            lost: format!("nothing that was answered: {seen}"),
            normal_after: took,
        },
    );
}

fn is_of(client: &str) -> String {
    format!("id = (select device_id from credentials where id = '{client}')")
}

fn stop_in_the_database(url: &str, client: &str) {
    execute(url, &format!("update devices set state = 'suspended' where {}", is_of(client)));
}

/// How long a statement may take there, and how old what checks know.
const STATEMENT: u64 = 3;
const STALENESS: u64 = 6;

fn faults_the_way_to_postgresql_swallows_everything(app: &TestApp) {
    let Some(cluster) = cluster() else { return };
    let line = Line::to(cluster.address);
    let more = [
        ("UKETSUKE_DATABASE_STATEMENT_SECONDS", STATEMENT.to_string()),
        ("UKETSUKE_CHECK_STALENESS_SECONDS", STALENESS.to_string()),
    ];
    let server = Server::start_at(&cluster.url_by(line.address), &more);
    let world = World::open(&server, cast::facilities(1));
    let (first, token) = first_device(&world);
    assert_ne!(page(&server).status, 503);
    let mut holder = a_worker_waits_for_a_job(&cluster.url(), &world);
    let began = Instant::now();
    let (checks, (slowest, silent_from, open_from, took)) = checked_while(&world, &token, || {
        sleep(Duration::from_millis(300));
        let silent_from = began.elapsed();
        line.set(Mode::Silent);
        // Now the worker's transaction has the job, and nobody hears of it.
        holder.batch_execute("rollback").expect("the server itself is well");
        let mut slowest = Duration::ZERO;
        while began.elapsed() - silent_from < Duration::from_secs(STALENESS + 4) {
            let times = thread::scope(|threads| {
                let asking: Vec<_> = (0..6).map(|_| threads.spawn(|| timed(&server))).collect();
                asking.into_iter().map(|one| one.join().expect("503")).collect::<Vec<_>>()
            });
            slowest = slowest.max(times.into_iter().max().expect("six"));
        }
        line.set(Mode::Open);
        let open_from = began.elapsed();
        normal_again(&server);
        while ask(&world, &token) != Outcome::Active {
            assert!(began.elapsed() - open_from < Duration::from_secs(30), "{}", server.log_tail());
            sleep(Duration::from_millis(20));
        }
        (slowest, silent_from, open_from, began.elapsed() - open_from)
    });
    println!("{checks}; the slowest page took {slowest:?}, all normal after {took:?}");
    // A statement under way, the margin after it, and what this machine needs to notice.
    let bound = Duration::from_secs(STATEMENT + 2 + 1);
    assert!(slowest < bound, "a page took {slowest:?}");
    must_be_soon("after the silence", took, &server);
    let (fresh_until, none_from) = (Duration::from_secs(STALENESS - 1), Duration::from_secs(STALENESS + 1));
    for one in &checks.0 {
        let Some(silent_for) = one.due.checked_sub(silent_from) else { continue };
        if silent_for < fresh_until {
            assert_eq!(one.first, Outcome::Active, "{silent_for:?} after the beginning");
        } else if silent_for > none_from && one.due + Duration::from_millis(200) < open_from {
            assert_eq!(one.first, Outcome::Unavailable, "{silent_for:?} after the beginning");
        }
    }
    judge(&world, Vec::new(), first);
    note(
        app,
        Row {
            number: 14,
            provoked: "a line that takes everything and passes nothing on, also what a worker's open transaction says",
            seen: format!(
                "pages: 503 with Retry-After, after {} s at most (the limit of a statement, 2 s, and a moment); checks: \
                 from memory for as long as is configured, then 503",
                bound.as_secs()
            ),
            lost: "nothing: what was answered before is there".to_owned(),
            normal_after: took,
        },
    );
}

/// A worker that waits, in its transaction, for a job that is held by the connection
/// given back.
fn a_worker_waits_for_a_job(url: &str, world: &World<'_>) -> PgConnection {
    let job = PeriodicJob { name: "forget_links".to_owned() };
    let enqueue = |tx: &mut Tx<'_>| {
        let soon = tx.now() + chrono::Duration::seconds(2);
        tx.enqueue_at(&job, soon)
    };
    let id = world.parts.db.write_blocking(Actor::operator(), enqueue).expect("the database can be written");
    let mut holder = PgConnection::establish(url).expect("the server takes connections");
    holder
        .batch_execute(&format!("begin; select 1 from jobs where id = '{id}' for update"))
        .expect("nobody has it yet");
    let waiting = "select count(*) as n from pg_locks where not granted";
    let began = Instant::now();
    while diesel::sql_query(waiting).get_result::<Number>(&mut holder).expect("answered").n == 0 {
        assert!(began.elapsed() < Duration::from_secs(30), "no worker comes for it\n{}", world.server.log_tail());
        sleep(Duration::from_millis(5));
    }
    holder
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How long a page takes that must be a 503.
fn timed(server: &Server) -> Duration {
    let began = Instant::now();
    let answer = page(server);
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some(), "it says when to come again");
    began.elapsed()
}

/// Nobody knows how to do it: a worker that finds it lets it die.
#[derive(Serialize)]
struct Unknown;

impl Job for Unknown {
    const KIND: &'static str = "unknown";
}

fn faults_all_connections_of_the_pages_are_busy(app: &TestApp) {
    let Some(cluster) = cluster() else { return };
    let server = Server::start_at(&cluster.url(), &[("UKETSUKE_DATABASE_POOL", "3".to_owned())]);
    let world = World::open(&server, cast::facilities(1));
    let (_, token) = first_device(&world);
    assert_ne!(page(&server).status, 503);
    let mut holder = PgConnection::establish(&cluster.url()).expect("it runs");
    holder.batch_execute("begin; lock table link_tokens in access exclusive mode").expect("locked");
    let (checks, mut times) = checked_while(&world, &token, || {
        thread::scope(|threads| {
            let asking: Vec<_> = (0..12).map(|_| threads.spawn(|| timed(&server))).collect();
            // Meanwhile jobs run.
            world.parts.db.write_blocking(Actor::operator(), |tx| tx.enqueue(&Unknown)).expect("enqueued");
            let began = Instant::now();
            let dead = || world.parts.db.read_blocking(|c| queue::count(c, JobState::Dead)).expect("read");
            while dead() == 0 {
                assert!(began.elapsed() < SOON, "jobs wait as well\n{}", server.log_tail());
                sleep(Duration::from_millis(20));
            }
            asking.into_iter().map(|one| one.join().expect("503")).collect::<Vec<_>>()
        })
    });
    times.sort_unstable();
    println!("{checks}; pages took {times:?}");
    assert!(checks.0.iter().all(|check| check.first == Outcome::Active), "{checks}");
    // Three wait for the lock, for 5 s; the others for a connection, for 2 s.
    assert!(times[8] < Duration::from_secs(4), "{times:?}");
    assert!(times[11] < Duration::from_secs(8), "{times:?}");
    holder.batch_execute("rollback").expect("let go");
    let took = normal_again(&server);
    must_be_soon("after the lock", took, &server);
    note(
        app,
        Row {
            number: 15,
            provoked: "a lock that makes every connection of the pages wait",
            seen: "pages: 503 with Retry-After, after 2 s where none is to be had, after 5 s where it waits for the \
                   lock; checks and jobs go on, on connections of their own"
                .to_owned(),
            lost: "nothing".to_owned(),
            normal_after: took,
        },
    );
}

/// A disk of so many megabytes, filled and emptied at will; needs root.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount(megabytes: u32) -> Option<Self> {
        if !is_root() {
            println!("left out: only root can make a small disk");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let size = format!("size={megabytes}m,mode=0777");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        if !mounted.is_ok_and(|status| status.success()) {
            println!("left out: no small disk can be made here");
            return None;
        }
        Some(Self(folder))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// Until not a byte more goes onto it.
    fn fill(&self) {
        use std::io::Write as _;
        let mut filler = std::fs::OpenOptions::new().create(true).append(true).open(self.path("filler")).expect("made");
        let piece = [0_u8; 4096];
        while filler.write_all(&piece).is_ok() {}
    }

    fn empty(&self) {
        std::fs::remove_file(self.path("filler")).expect("it is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn faults_the_disk_is_full(app: &TestApp) {
    let Some(disk) = SmallDisk::mount(40) else { return };
    the_database_s_disk_is_full(app, &disk);
    files_have_no_room(app, &disk);
}

fn the_database_s_disk_is_full(app: &TestApp, disk: &SmallDisk) {
    let own = if app.place == Place::Sqlite { None } else { Cluster::start() };
    let url = match &own {
        None if app.place != Place::Sqlite => return,
        None => format!("sqlite:{}", disk.path("small.db").display()),
        Some(cluster) => {
            // Tables on the small disk; the server's own log elsewhere, as it stops without.
            let place = disk.path("space");
            std::fs::create_dir(&place).expect("made");
            give_away(&place);
            execute(&cluster.url(), &format!("create tablespace small location '{}'", place.display()));
            execute(&cluster.url(), "create database little tablespace small");
            cluster.url().replace("/postgres", "/little")
        }
    };
    let server = Server::start_at(&url, &[]);
    let world = World::open(&server, cast::facilities(short_or_long(10, 60)));
    let (first, token) = first_device(&world);
    let (stories, (checks, took)) = walk_while(&world, seed(), |world| {
        checked_while(world, &token, || {
            answered(world, 8 * world.cast.len() as u64);
            disk.fill();
            let began = Instant::now();
            while !world.tally().contains(" Busy ") {
                assert!(
                    began.elapsed() < Duration::from_secs(30),
                    "the disk is full and nobody is told\n{}",
                    world.tally()
                );
                disk.fill();
                sleep(Duration::from_millis(20));
            }
            sleep(Duration::from_millis(500));
            disk.empty();
            let (began, before) = (Instant::now(), world.answers.load(Ordering::SeqCst));
            answered(world, before + 20);
            began.elapsed()
        })
    });
    println!("{checks}; {}", world.tally());
    assert!(checks.0.iter().all(|check| check.first == Outcome::Active), "{checks}");
    let seen = judge(&world, stories, first);
    note(
        app,
        Row {
            number: 16,
            provoked: "the disk of the database's tables is filled while facilities apply",
            seen: "who changes something: 503 with Retry-After; checks go on; without a restart".to_owned(),
            lost: format!("nothing, and nothing is half-written: {seen}"),
            normal_after: took,
        },
    );
}

fn files_have_no_room(app: &TestApp, disk: &SmallDisk) {
    let folder = disk.path("evidence");
    std::fs::create_dir(&folder).expect("made");
    let server = Server::start_with(&app.place, &[("UKETSUKE_EVIDENCE", format!("file:{}", folder.display()))]);
    let cast = cast::facilities(2).into_iter();
    let cast = cast.map(|one| Facility { way: if one.index == 1 { Way::Approved } else { one.way }, ..one }).collect();
    let world = World::open(&server, cast);
    let (_, token) = first_device(&world);
    let facility = world.next().expect("the second");
    let browser = walk::up_to_files(&world, facility, Dice::new(1, &facility.code));
    let label = facility.kind.entry().evidence_label;
    let send = || {
        let mut browser = browser.clone();
        browser.attach(label, "通知書.png", include_bytes!("../../../src/demo/notice.png"));
        browser.try_press("ファイルを送る").expect("it answers");
        browser
    };
    disk.fill();
    let (checks, ()) = checked_while(&world, &token, || {
        let told = send();
        assert_eq!(told.page().status, 503, "{}", told.page().text());
    });
    assert!(checks.0.iter().all(|check| check.first == Outcome::Active), "{checks}");
    let evidence = |c: &mut Conn| Ok(uketsuke_core::schema::evidence::table.count().get_result::<i64>(c)?);
    assert_eq!(world.parts.db.read_blocking(evidence).expect("read"), 0, "nothing is half-written");
    disk.empty();
    let began = Instant::now();
    let told = send();
    assert!(told.page().says("通知書.png"), "{}", told.page().text());
    assert_eq!(world.parts.db.read_blocking(evidence).expect("read"), 1);
    note(
        app,
        Row {
            number: 16,
            provoked: "the disk of the files is filled",
            seen: "who sends a file: 503, with what was typed kept; all else goes on".to_owned(),
            lost: "nothing: no row and no file of what was refused".to_owned(),
            normal_after: began.elapsed(),
        },
    );
}

fn faults_notifications_of_postgresql_are_lost(app: &TestApp) {
    let Some(cluster) = cluster() else { return };
    let town = Town::build(&Place::Postgres(cluster.url()));
    let end_all = "select pg_terminate_backend(pid) from pg_stat_activity \
                   where pid <> pg_backend_pid() and backend_type = 'client backend'";
    let stops = short_or_long(6, 100);
    let mut slowest = Duration::ZERO;
    for device in 0..stops {
        let link = town.link(device);
        for server in 0..2 {
            assert!(town.is_active(server, device as usize));
        }
        if device == stops / 2 {
            // From here on nobody is woken.
            let db = town.parts.db.clone();
            let silent = "create or replace function standing_number() returns trigger language plpgsql as $$ declare \
                v_epoch bigint; begin update standing_heads set epoch = epoch + 1 where id = 1 returning epoch into v_epoch; \
                update standing_log set epoch = v_epoch, at = clock_timestamp() at time zone 'utc' where batch = new.batch; \
                return null; end $$";
            db.read_blocking(|c| Ok(c.batch_execute(silent)?)).expect("replaced");
        }
        if device < stops / 2 {
            execute(&cluster.url(), end_all);
        }
        let began = Instant::now();
        town.stop((device % 2) as usize, &link);
        while (0..2).any(|server| town.is_active(server, device as usize)) {
            assert!(began.elapsed() < SOON, "a stop does not come through");
        }
        slowest = slowest.max(began.elapsed());
    }
    note(
        app,
        Row {
            number: 18,
            provoked: "every connection ended by `pg_terminate_backend` right before a stop; then no notification at all",
            seen: "a stop holds at every instance: they ask every 250 ms in any case".to_owned(),
            lost: "nothing".to_owned(),
            normal_after: slowest,
        },
    );
}

fn faults_changes_are_committed_in_another_order(app: &TestApp) {
    let Some(cluster) = cluster() else { return };
    let town = Town::build(&Place::Postgres(cluster.url()));
    let mut slowest = Duration::ZERO;
    for pair in 0..short_or_long(5, 100) {
        let (earlier, later) = (2 * pair, 2 * pair + 1);
        let stop = |device: u32| {
            let id = COUNTRY.device_id(device);
            format!("update devices set state = 'suspended' where id = '{id}'")
        };
        let [mut one, mut other] = [0, 1].map(|_| town.connection());
        one.batch_execute(&format!("begin; {}", stop(earlier))).expect("begun");
        other.batch_execute(&format!("begin; {}; commit", stop(later))).expect("committed");
        let gone = |device: u32| {
            let began = Instant::now();
            while (0..2).any(|server| town.is_active(server, device as usize)) {
                assert!(began.elapsed() < SOON, "the change of device {device} is skipped");
            }
            began.elapsed()
        };
        slowest = slowest.max(gone(later));
        assert!((0..2).all(|server| town.is_active(server, earlier as usize)), "it is not committed yet");
        one.batch_execute("commit").expect("committed");
        slowest = slowest.max(gone(earlier));
    }
    note(
        app,
        Row {
            number: 19,
            provoked: "two connections stop devices; who began first commits last",
            seen: "both stops hold at every instance".to_owned(),
            lost: "no change is skipped".to_owned(),
            normal_after: slowest,
        },
    );
}

fn faults_tables_that_are_newer_than_the_program(app: &TestApp) {
    let server = Server::start(&app.place);
    let world = World::open(&server, cast::facilities(3));
    let expand = "alter table facilities add column of_later text; \
                  create table things_of_later (id text primary key not null); \
                  insert into __diesel_schema_migrations (version) values ('20991231000001');";
    let grow = |c: &mut Conn| Ok(c.batch_execute(expand)?);
    let mut stories = vec![first_device(&world).0];
    world.parts.db.read_blocking(grow).expect("expanded");
    stories.push(first_device_or_story(&world));
    server.kill();
    server.start_again();
    let took = server.wait_until_ready();
    stories.push(first_device_or_story(&world));
    let first = stories.remove(0);
    let seen = judge(&world, stories, first);
    note(
        app,
        Row {
            number: 28,
            provoked: "tables and columns of a later version are added while this one runs",
            seen: "this version goes on to serve, and starts again".to_owned(),
            lost: format!("nothing: {seen}"),
            normal_after: took,
        },
    );
}

fn first_device_or_story(world: &World<'_>) -> Story {
    let facility = world.next().expect("there is one more");
    walk::walk(world, facility, Dice::new(1, &facility.code))
}

fn migrate(url: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("migrate").env("UKETSUKE_DATABASE_URL", url).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(Stdio::null());
    command
}

fn faults_a_migration_is_killed_half_way(app: &TestApp) {
    let expected = app.read(tables);
    let mut dice = Dice::new(seed(), "migrations");
    let undisturbed = {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::new(&app.place, folder.path());
        let began = Instant::now();
        assert!(migrate(&database.url).status().expect("it starts").success());
        began.elapsed()
    };
    let (rounds, mut killed, mut slowest) = (short_or_long(4, 40), 0, Duration::ZERO);
    for _ in 0..rounds {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::new(&app.place, folder.path());
        // Three together stay short of the whole, so that each has something to be killed in.
        for _ in 0..3 {
            let mut child = migrate(&database.url).spawn().expect("it starts");
            sleep(undisturbed.mul_f64(0.3) * u32::try_from(dice.below(1000)).expect("small") / 1000);
            if child.try_wait().expect("ours").is_none() {
                killed += 1;
            }
            let _ = child.kill();
            child.wait().expect("ours");
        }
        // Two at once take turns, and both are content.
        let began = Instant::now();
        let both = [migrate(&database.url), migrate(&database.url)].map(|mut one| one.spawn().expect("it starts"));
        for mut one in both {
            assert!(one.wait().expect("ours").success());
        }
        slowest = slowest.max(began.elapsed());
        assert_eq!(tables_at(&database.url), expected);
    }
    assert!(killed >= 2 * rounds, "only {killed} of {} were killed: too little was hit", 3 * rounds);
    note(
        app,
        Row {
            number: 28,
            provoked: "`uketsuke migrate` killed at random moments, then two at once",
            seen: "the next one goes on; two take turns".to_owned(),
            lost: "nothing: tables, columns and indexes as without".to_owned(),
            normal_after: slowest,
        },
    );
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Everything there is, a line each.
fn tables(conn: &mut Conn) -> uketsuke_core::error::Result<Vec<String>> {
    let sql = match conn {
        Conn::Sqlite(_) => "select coalesce(sql, name) as line from sqlite_master order by name",
        Conn::Postgres(_) => {
            "select line from (select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as line \
             from information_schema.columns where table_schema = current_schema() \
             union all select tablename || ': ' || indexname from pg_indexes where schemaname = current_schema() \
             union all select event_object_table || '! ' || trigger_name from information_schema.triggers \
             where trigger_schema = current_schema()) as all_there_is order by line"
        }
    };
    let lines: Vec<Listed> = uketsuke_core::on_backend!(conn, c => diesel::sql_query(sql).load(c))?;
    Ok(lines.into_iter().map(|one| one.line).collect())
}

fn tables_at(url: &str) -> Vec<String> {
    let url = uketsuke_core::db::DatabaseUrl::parse(url).expect("a URL");
    let clock = uketsuke_core::clock::Clock::System;
    let keyring = std::sync::Arc::new(uketsuke_core::secret::Keyring::from_master("test", &[7; 32]));
    let db = uketsuke_core::db::Db::open(&url, 1, clock, keyring).expect("opens");
    db.read_blocking(tables).expect("read")
}
