//! Database, mail server, nginx and the processes.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::kill::server::{Server, free_ports};
use crate::support::cluster::Cluster;
use crate::support::mail_server::MailServer;
use crate::support::nginx::{Nginx, Site};

/// The parts, in the order of nginx's sites; workers have none.
pub const PARTS: [&str; 4] = ["portal", "admin", "device-api", "workers"];
const LISTEN: [&str; 3] = ["UKETSUKE_PORTAL_LISTEN", "UKETSUKE_ADMIN_LISTEN", "UKETSUKE_DEVICE_API_LISTEN"];
/// From start to ready, at most.
pub const READY: Duration = Duration::from_secs(60);

/// See the module. Ends in the order of its fields.
pub struct Town {
    nginx: Nginx,
    /// Two of each part, side by side.
    pub processes: Vec<Server>,
    /// The installation as visitors see it: nginx's addresses.
    pub front: Server,
    pub post: MailServer,
    pub cluster: Cluster,
}

impl Town {
    /// Starts all, ready to answer.
    pub fn build() -> Self {
        let (cluster, post) = (Cluster::start().expect("tests/run installs PostgreSQL"), MailServer::start());
        let [portal, admin, api, _] = free_ports();
        let url = |port| format!("http://127.0.0.1:{port}");
        let front = Server::in_parts(
            &cluster.url(),
            &[
                ("UKETSUKE_PORTAL_URL", url(portal)),
                ("UKETSUKE_ADMIN_URL", url(admin)),
                ("UKETSUKE_DEVICE_API_URL", url(api)),
                ("UKETSUKE_MAIL", post.url()),
            ],
        );
        let processes: Vec<_> = PARTS.iter().flat_map(|part| [front.part(part), front.part(part)]).collect();
        let site = |nth: usize, front| Site {
            front,
            behind: [2 * nth, 2 * nth + 1].map(|process| processes[process].port(LISTEN[nth])),
        };
        let nginx = Nginx::start(&[site(0, portal), site(1, admin), site(2, api)]);
        let town = Self { nginx, processes, front, post, cluster };
        town.processes.iter().for_each(Server::start_again);
        town.wait_until_all_are_ready();
        town
    }

    pub fn wait_until_all_are_ready(&self) {
        let began = Instant::now();
        while let Some(late) = self.processes.iter().find(|process| !process.is_ready()) {
            assert!(began.elapsed() < READY, "{} is not ready\n{}", late.name(), self.front.log_tail());
            sleep(Duration::from_millis(20));
        }
    }

    pub fn kill_all(&self) {
        self.processes.iter().for_each(Server::kill);
    }

    /// How many requests nginx answered so.
    pub fn answered_with(&self, status: &str) -> usize {
        self.by_status().get(status).copied().unwrap_or_default()
    }

    /// How many with each status, in words.
    pub fn statuses(&self) -> String {
        let told: Vec<_> = self.by_status().into_iter().map(|(status, n)| format!("{status} {n} times")).collect();
        told.join(", ")
    }

    fn by_status(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for line in self.nginx.log() {
            // address [time] host method status …
            let status = line.split(' ').nth(4).expect("the example's format").to_owned();
            *counts.entry(status).or_default() += 1;
        }
        counts
    }
}
