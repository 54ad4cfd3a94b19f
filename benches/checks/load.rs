//! The load: a process of its own on core 1, with kept connections, that reads every
//! answer and holds it against what it must be.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::jose::{AccessClaims, mint_access_token};
use uketsuke_core::secret::Keyring;

use crate::country::Country;
use crate::server::{Prepared, Server, Target, behind_on_core, on_core};

/// Kept connections.
const CONNECTIONS: usize = 64;
/// Before anything is counted.
const WARM: Duration = Duration::from_secs(1);
/// Different questions, spread over all devices; more would measure this side's memory.
const QUESTIONS: u32 = 100_000;
/// One token in so many is not good.
const BAD: u32 = 20;
/// Ticks of `/proc/PID/stat` per second.
const TICKS: f64 = 100.0;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// A GET of nothing.
    Hello,
    /// Checks, to a handler that does nothing.
    Unread,
    /// Checks.
    Check,
    /// Pages of the portal that anybody may see.
    Page,
}

/// Those pages.
const PAGES: [&str; 4] = ["/login", "/register/type", "/faq", "/installed"];

/// What the process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    address: String,
    pid: u32,
    question: Question,
    seconds: f64,
    /// Per second; as fast as answers come without.
    rate: Option<u32>,
    devices: u32,
    per_facility: u32,
    basic: String,
}

impl Order {
    /// Nothing is asked of who does nothing.
    pub fn new(target: &impl Target, question: Question, time: Duration) -> Self {
        Self {
            address: target.address(),
            pid: target.pid(),
            question,
            seconds: time.as_secs_f64(),
            rate: None,
            devices: 1_000,
            per_facility: 4,
            basic: STANDARD.encode(format!("{}:{}", "0".repeat(36), "0".repeat(43))),
        }
    }

    /// Checks of a country's devices.
    pub fn checks(server: &Server, prepared: &Prepared, country: Country, time: Duration) -> Self {
        let basic = STANDARD.encode(format!("{}:{}", prepared.service.id, prepared.service.secret.reveal()));
        let Country { devices, per_facility } = country;
        Self { devices, per_facility, basic, ..Self::new(server, Question::Check, time) }
    }

    /// Pages, as fast as they come.
    pub fn pages(server: &Server, time: Duration) -> Self {
        Self { address: server.portal.clone(), ..Self::new(server, Question::Page, time) }
    }

    /// The same at so many a second.
    pub fn at_rate(self, rate: u32) -> Self {
        Self { rate: Some(rate), ..self }
    }

    /// The same for so long.
    pub fn for_seconds(self, seconds: f64) -> Self {
        Self { seconds, ..self }
    }
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    pub done: u64,
    pub seconds: f64,
    pub cpu_seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
    /// Not answered, or not as it must be.
    pub failed: u64,
    /// Answers with `as_of`.
    pub aged: u64,
    /// Pages that were to be asked for again later (503).
    pub turned_away: u64,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        self.done as f64 / self.seconds
    }

    /// Per second of the server's processor time.
    pub fn per_cpu_second(&self) -> f64 {
        self.done as f64 / self.cpu_seconds
    }
}

/// A load under way.
pub struct Load(Child);

pub fn start(folder: &Path, order: &Order) -> anyhow::Result<Load> {
    start_as(on_core(1, &std::env::current_exe()?), &folder.join("load.json"), order)
}

/// As [`start`], so that it does not stand in the way of another load.
pub fn start_behind(folder: &Path, order: &Order) -> anyhow::Result<Load> {
    start_as(behind_on_core(1, &std::env::current_exe()?), &folder.join("load-behind.json"), order)
}

fn start_as(mut command: Command, file: &Path, order: &Order) -> anyhow::Result<Load> {
    std::fs::write(file, serde_json::to_vec(order)?)?;
    Ok(Load(command.args(["--role", "load", "--order"]).arg(file).stdout(Stdio::piped()).spawn()?))
}

impl Load {
    pub fn wait(self) -> anyhow::Result<Outcome> {
        let output = self.0.wait_with_output()?;
        ensure!(output.status.success(), "the load failed");
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Plays the load.
pub fn run(order: &Path) -> anyhow::Result<()> {
    let order: Order = serde_json::from_slice(&std::fs::read(order)?)?;
    let questions = Rc::new(questions(&order)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let outcome = tokio::task::LocalSet::new().block_on(&runtime, drive(order, questions))?;
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

/// A request with what its answer must be.
struct Asked {
    request: Vec<u8>,
    expected: Expected,
}

enum Expected {
    Anything,
    /// A page, or word that there are too many just now (503).
    Page,
    Inactive,
    /// How the answer begins, and what is in it.
    Active(String, String),
}

fn questions(order: &Order) -> anyhow::Result<Vec<Asked>> {
    let get = |path: &str, expected: Expected| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", order.address).into_bytes();
        Asked { request, expected }
    };
    match order.question {
        Question::Hello => return Ok(vec![get("/", Expected::Anything)]),
        Question::Page => return Ok(PAGES.map(|path| get(path, Expected::Page)).into()),
        Question::Unread | Question::Check => {}
    }
    let config = Config::from_lookup(|_| None)?;
    let key = config.master_keys.first().context("a key")?;
    let (keyring, now) = (Keyring::from_master(&key.id, &key.bytes), Clock::System.now());
    let country = Country { devices: order.devices, per_facility: order.per_facility };
    let count = order.devices.min(QUESTIONS);
    // Neighbours on the wire are strangers in the tables.
    let spread = |n: u32| (u64::from(n) * 7_919 % u64::from(count)) as u32 * (order.devices / count);
    let asked = |n: u32| {
        let device = spread(n);
        let claims = country.claims(device, now);
        let (token, expected) = if n.is_multiple_of(BAD) {
            (bad(&keyring, &claims, n / BAD), Expected::Inactive)
        } else {
            let begin = format!("{{\"active\":true,\"client_id\":\"{}\"", country.client_id(device));
            let code = format!("\"facility_code\":\"{}\"", country.facility_code(device));
            (mint_access_token(&keyring, &claims), Expected::Active(begin, code))
        };
        let body = format!("token={token}");
        let request = format!(
            "POST /oauth/introspect HTTP/1.1\r\nhost: {}\r\nauthorization: Basic {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            order.address,
            order.basic,
            body.len()
        );
        let expected = if order.question == Question::Unread { Expected::Anything } else { expected };
        Asked { request: request.into_bytes(), expected }
    };
    Ok((0..count).map(asked).collect())
}

/// One of the ways for a token to be worth nothing.
fn bad(keyring: &Keyring, claims: &AccessClaims, way: u32) -> String {
    match way % 4 {
        0 => {
            let token = mint_access_token(keyring, claims);
            let other = if token.ends_with('0') { '1' } else { '0' };
            format!("{}{other}", &token[..token.len() - 1])
        }
        1 => mint_access_token(keyring, &AccessClaims { generation: 1, ..*claims }),
        2 => mint_access_token(keyring, &AccessClaims { exp: claims.iat, ..*claims }),
        _ => {
            let mut client_id = claims.client_id;
            client_id[..4].fill(0xff);
            mint_access_token(keyring, &AccessClaims { client_id, ..*claims })
        }
    }
}

#[derive(Default)]
struct Seen {
    microseconds: Vec<u32>,
    failed: u64,
    aged: u64,
    turned_away: u64,
}

async fn drive(order: Order, questions: Rc<Vec<Asked>>) -> anyhow::Result<Outcome> {
    let order = Rc::new(order);
    let counting = Instant::now() + WARM;
    let end = counting + Duration::from_secs_f64(order.seconds);
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|n| tokio::task::spawn_local(connection(order.clone(), questions.clone(), n, counting, end)))
        .collect();
    tokio::time::sleep_until(counting.into()).await;
    let (cpu, began) = (cpu_seconds(order.pid)?, Instant::now());
    tokio::time::sleep_until(end.into()).await;
    let (cpu, seconds) = (cpu_seconds(order.pid)? - cpu, began.elapsed().as_secs_f64());
    let mut all = Seen::default();
    for task in tasks {
        let seen = task.await?;
        all.microseconds.extend(seen.microseconds);
        all.failed += seen.failed;
        all.aged += seen.aged;
        all.turned_away += seen.turned_away;
    }
    all.microseconds.sort_unstable();
    let at = |part: f64| {
        let last = all.microseconds.len().saturating_sub(1);
        all.microseconds.get((last as f64 * part) as usize).map_or(0.0, |us| f64::from(*us) / 1_000.0)
    };
    ensure!(order.rate.is_some() || all.failed == 0, "{} answers were not as they must be", all.failed);
    Ok(Outcome {
        done: all.microseconds.len() as u64,
        seconds,
        cpu_seconds: cpu,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        max_ms: at(1.0),
        failed: all.failed,
        aged: all.aged,
        turned_away: all.turned_away,
    })
}

/// One connection's life: asks, reads, compares.
async fn connection(order: Rc<Order>, questions: Rc<Vec<Asked>>, n: usize, counting: Instant, end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut stream = None;
    let mut buffer = Vec::with_capacity(4_096);
    let mut turn = n;
    let mut due =
        counting - WARM + interval(&order).map_or(Duration::ZERO, |pause| pause * n as u32 / CONNECTIONS as u32);
    while Instant::now() < end {
        if let Some(pause) = interval(&order) {
            tokio::time::sleep_until(due.into()).await;
            due += pause;
        }
        // Where questions come by the clock, an answer is late from when it was due.
        let asked_at = interval(&order).map_or_else(Instant::now, |pause| due - pause);
        let asked = &questions[turn % questions.len()];
        // One further than those beside it: each comes to ask everything.
        turn += CONNECTIONS + 1;
        let answered = ask(&mut stream, &order.address, asked, &mut buffer).await;
        if asked_at < counting || Instant::now() > end {
            continue;
        }
        seen.microseconds.push(u32::try_from(asked_at.elapsed().as_micros()).unwrap_or(u32::MAX));
        match answered {
            Ok(Answered::Now) => {}
            Ok(Answered::Aged) => seen.aged += 1,
            Ok(Answered::TurnedAway) => seen.turned_away += 1,
            Err(_) => {
                seen.failed += 1;
                stream = None;
            }
        }
    }
    seen
}

/// Between two questions of one connection.
fn interval(order: &Order) -> Option<Duration> {
    order.rate.map(|rate| Duration::from_secs_f64(CONNECTIONS as f64 / f64::from(rate)))
}

/// An answer as it may be.
enum Answered {
    Now,
    /// With `as_of`.
    Aged,
    TurnedAway,
}

/// Asks once.
async fn ask(
    stream: &mut Option<TcpStream>,
    address: &str,
    asked: &Asked,
    buffer: &mut Vec<u8>,
) -> anyhow::Result<Answered> {
    let stream = match stream {
        Some(stream) => stream,
        None => {
            let new = TcpStream::connect(address).await?;
            new.set_nodelay(true)?;
            stream.insert(new)
        }
    };
    stream.write_all(&asked.request).await?;
    buffer.clear();
    let body_at = loop {
        ensure!(stream.read_buf(buffer).await? > 0, "the connection ended");
        if let Some(body_at) = whole(buffer)? {
            break body_at;
        }
    };
    if matches!(asked.expected, Expected::Page) && buffer.starts_with(b"HTTP/1.1 503") {
        return Ok(Answered::TurnedAway);
    }
    ensure!(buffer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(buffer));
    let body = std::str::from_utf8(&buffer[body_at..])?;
    match &asked.expected {
        Expected::Anything | Expected::Page => {}
        Expected::Inactive => ensure!(body == "{\"active\":false}", "{body}"),
        Expected::Active(begin, code) => {
            ensure!(body.starts_with(begin.as_str()) && body.contains(code.as_str()), "{body}")
        }
    }
    Ok(if body.contains("\"as_of\":") { Answered::Aged } else { Answered::Now })
}

/// Where the body begins, once all of it is there.
fn whole(buffer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..head])?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .context("an answer with a length")?
        .parse::<usize>()?;
    let body_at = head + 4;
    Ok((buffer.len() >= body_at + length).then_some(body_at))
}

/// Processor time of a process so far, of all its threads.
fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit_once(") ").context("a name")?.1.split(' ').collect();
    // `utime` and `stime` (proc(5): 14 and 15, the name and what is before it left out).
    let ticks: f64 = fields.get(11..13).context("times")?.iter().filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}
