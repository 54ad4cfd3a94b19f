//! A device is stopped while checks of it run at every instance: when the person is
//! answered, no instance says "active" any more.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::report::{self, Row};
use super::short_or_long;
use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};
use crate::two_instances::{COUNTRY, Town, active};

tests! {
    needs Needs::Calm;
    faults_a_device_is_stopped_while_checks_of_it_run,
}

/// Checks at each instance before a stop, and after it was answered.
const CHECKS: u64 = 20;

/// What one instance is asked.
struct Asked {
    checks: AtomicU64,
    /// When the last check began that was answered "active", by device.
    last_active: Mutex<Vec<Option<Instant>>>,
}

fn faults_a_device_is_stopped_while_checks_of_it_run(app: &TestApp) {
    let town = Town::build(&app.place);
    let devices = short_or_long(40, COUNTRY.devices as usize);
    let links: Vec<String> = (0..COUNTRY.devices).take(devices).map(|device| town.link(device)).collect();
    let asked = |_| Asked { checks: AtomicU64::new(0), last_active: Mutex::new(vec![None; devices]) };
    let instances: Vec<Asked> = (0..town.servers.len()).map(asked).collect();
    let (now, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (mut took, mut answered) = (Vec::new(), Vec::new());
    thread::scope(|threads| {
        for (server, instance) in instances.iter().enumerate() {
            let (ask, now, over) = (town.asker(server), &now, &over);
            threads.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let (device, began) = (now.load(Ordering::SeqCst), Instant::now());
                    if active(&ask(device)) {
                        instance.last_active.lock().expect("nobody panics holding it")[device] = Some(began);
                    }
                    instance.checks.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let ending = Ending(&over);
        for (device, link) in links.iter().enumerate() {
            now.store(device, Ordering::SeqCst);
            until_checked(&instances);
            let began = Instant::now();
            town.stop(device % town.servers.len(), link);
            answered.push(Instant::now());
            took.push(began.elapsed());
            until_checked(&instances);
        }
        drop(ending);
    });
    took.sort();
    let mut nearest = Duration::MAX;
    for instance in &instances {
        let last = instance.last_active.lock().expect("nobody panics holding it");
        for (device, answered) in answered.iter().enumerate() {
            let last = last[device].unwrap_or_else(|| panic!("device {device} was never active"));
            let before = answered.checked_duration_since(last);
            nearest = nearest.min(before.unwrap_or_else(|| panic!("device {device} was active after it was stopped")));
        }
    }
    let checks: u64 = instances.iter().map(|instance| instance.checks.load(Ordering::SeqCst)).sum();
    let milliseconds = |time: Duration| 1_000.0 * time.as_secs_f64();
    report::note(
        app,
        Row {
            number: 17,
            provoked: "devices are stopped one after the other while every instance is asked for them without a pause",
            seen: format!(
                "{devices} stops at {} instances, each answered after {:.0} ms (median; {:.0} ms at most); of {checks} checks the \
                 last \"active\" at any instance began {:.1} ms before the answer",
                instances.len(),
                milliseconds(took[took.len() / 2]),
                milliseconds(took[took.len() - 1]),
                milliseconds(nearest),
            ),
            lost: "nothing: no check that began after the answer was active".to_owned(),
            normal_after: Duration::ZERO,
        },
    );
}

/// Lets those who ask come to their end, also when something failed.
struct Ending<'o>(&'o AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Until every instance was asked so many times more.
fn until_checked(instances: &[Asked]) {
    let began = Instant::now();
    for instance in instances {
        let before = instance.checks.load(Ordering::SeqCst);
        while instance.checks.load(Ordering::SeqCst) < before + CHECKS {
            assert!(began.elapsed() < Duration::from_secs(30), "nobody asks any more");
            thread::yield_now();
        }
    }
}
