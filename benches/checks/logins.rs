//! A crowd that logs in, each with an address of its own and the wrong password: the
//! same work as with the right one, and nothing is left behind.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::server::{Server, behind_on_core, on_core};

#[derive(Serialize, Deserialize)]
struct Order {
    portal: String,
    crowd: usize,
    seconds: f64,
    /// So many begin each second; as many as the crowd gets done without.
    rate: Option<u32>,
}

/// The crowd's process.
pub struct Crowd(Child);

pub fn start(folder: &Path, server: &Server, crowd: usize, time: Duration) -> anyhow::Result<Crowd> {
    let program = std::env::current_exe()?;
    start_as(
        on_core(1, &program),
        folder,
        server,
        Order { portal: String::new(), crowd, seconds: time.as_secs_f64(), rate: None },
    )
}

/// As [`start`], so many logins a second, and not in the way of another load.
pub fn start_at(folder: &Path, server: &Server, crowd: usize, time: Duration, rate: u32) -> anyhow::Result<Crowd> {
    let program = std::env::current_exe()?;
    let order = Order { portal: String::new(), crowd, seconds: time.as_secs_f64(), rate: Some(rate) };
    start_as(behind_on_core(1, &program), folder, server, order)
}

fn start_as(mut command: Command, folder: &Path, server: &Server, order: Order) -> anyhow::Result<Crowd> {
    let file = folder.join("logins.json");
    std::fs::write(&file, serde_json::to_vec(&Order { portal: server.portal.clone(), ..order })?)?;
    Ok(Crowd(command.args(["--role", "logins", "--order"]).arg(&file).stdout(Stdio::piped()).spawn()?))
}

impl Crowd {
    /// What came of it, in words.
    pub fn wait(self) -> anyhow::Result<String> {
        Ok(String::from_utf8(self.0.wait_with_output()?.stdout)?.trim().to_owned())
    }
}

/// Plays the crowd.
pub fn run(order: &Path) -> anyhow::Result<()> {
    let order: Order = serde_json::from_slice(&std::fs::read(order)?)?;
    let (hashed, busy, other) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let next = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|threads| {
        for person in 0..order.crowd {
            let (order, next, hashed, busy, other) = (&order, &next, &hashed, &busy, &other);
            threads.spawn(move || {
                let mut turn = 0_usize;
                while began.elapsed().as_secs_f64() < order.seconds {
                    turn += 1;
                    if let Some(rate) = order.rate {
                        let due = next.fetch_add(1, Ordering::Relaxed) as f64 / f64::from(rate);
                        std::thread::sleep(Duration::from_secs_f64(due).saturating_sub(began.elapsed()));
                    }
                    match log_in(&order.portal, person, turn) {
                        Ok(200..=499) => hashed.fetch_add(1, Ordering::Relaxed),
                        Ok(503) => busy.fetch_add(1, Ordering::Relaxed),
                        _ => other.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
    });
    let (seconds, count) = (began.elapsed().as_secs_f64(), |c: &AtomicU64| c.load(Ordering::SeqCst));
    let who = match order.rate {
        Some(rate) => format!("{rate} logins a second asked for"),
        None => format!("{} people log in", order.crowd),
    };
    println!(
        "{who}: {:.1} passwords a second, {} told to come back, {} else",
        count(&hashed) as f64 / seconds,
        count(&busy),
        count(&other)
    );
    Ok(())
}

fn log_in(portal: &str, person: usize, turn: usize) -> anyhow::Result<u16> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let (url, from) = (format!("http://{portal}/login"), format!("10.{person}.{}.{}", turn / 250, turn % 250));
    let mut page = agent.get(&url).header("x-forwarded-for", &from).call()?;
    let cookies: Vec<String> = page
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| Some(cookie.to_str().ok()?.split(';').next()?.to_owned()))
        .collect();
    let text = page.body_mut().read_to_string()?;
    let token = text.split("name=\"csrf_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let answer = agent
        .post(&url)
        .header("x-forwarded-for", &from)
        .header("cookie", cookies.join("; "))
        .header("sec-fetch-site", "same-origin")
        .send_form([
            ("csrf_token", token.context("a token")?),
            ("email", &format!("p{person}x{turn}@example.jp")),
            ("password", "Kaede-2026-momiji"),
        ])?;
    Ok(answer.status().as_u16())
}
