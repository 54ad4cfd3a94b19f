//! `uketsuke serve` as a process of its own: on free ports, with a private
//! database, keys, evidence and mail folder; killed and started again at will.

use std::any::Any;
use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use base64::{Engine, engine::general_purpose::STANDARD};
use tempfile::TempDir;
use uketsuke_core::config::Config;
use uketsuke_core::db::Db;
use uketsuke_core::queue::{self, JobState};
use uketsuke_core::secret::PlainToken;
use ureq::Agent;

use super::dice::Dice;
use crate::support::database::{Database, Place};
use crate::support::http::{Answer, agent, send, try_send};

/// From start to ready, at most.
const START_LIMIT: Duration = Duration::from_secs(30);
/// A job that was under way when its worker died waits a minute for its lease
/// to end; twice, if it was hit twice.
const DRAIN_LIMIT: Duration = Duration::from_secs(180);

type Environment = Vec<(&'static str, String)>;

/// See the module.
pub struct Server {
    /// What is run: everything, or one part.
    part: &'static str,
    child: Mutex<Option<Child>>,
    environment: Environment,
    log: PathBuf,
    // Dropped last, and in this order.
    _database: Option<Database>,
    folder: TempDir,
}

impl Server {
    /// Starts it, ready to answer.
    pub fn start(place: &Place) -> Self {
        Self::start_over(place, |_| {})
    }

    /// Starts it with more of the configuration.
    pub fn start_with(place: &Place, more: &[(&'static str, String)]) -> Self {
        Self::start_so(place, more, |_| {})
    }

    /// Starts it over what `prepare` makes of its empty database.
    pub fn start_over(place: &Place, prepare: impl FnOnce(&Config)) -> Self {
        Self::start_so(place, &[], prepare)
    }

    /// Starts it on a database that somebody else makes and removes.
    pub fn start_at(url: &str, more: &[(&'static str, String)]) -> Self {
        Self::start_on(|_| (url.to_owned(), None), more, |_| {})
    }

    fn start_so(place: &Place, more: &[(&'static str, String)], prepare: impl FnOnce(&Config)) -> Self {
        let private = |folder: &Path| {
            let database = Database::new(place, folder);
            (database.url.clone(), Some(database))
        };
        Self::start_on(private, more, prepare)
    }

    fn start_on(
        database: impl FnOnce(&Path) -> (String, Option<Database>),
        more: &[(&'static str, String)],
        prepare: impl FnOnce(&Config),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (url, database) = database(folder.path());
        let environment = with(environment(&url, &folder), more.iter().cloned());
        let server = Self::new("serve", environment, database, folder);
        prepare(&server.config());
        server.start_again();
        server.wait_until_ready();
        server
    }

    /// Another instance over the same database and with the same keys, ready to
    /// answer. It ends before this one does.
    pub fn beside(&self) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = with(self.environment.clone(), at_free_ports());
        let server = Self::new("serve", environment, None, folder);
        server.start_again();
        server.wait_until_ready();
        server
    }

    /// Another machine, with the same keys and nothing else; nothing runs there yet.
    pub fn elsewhere(&self, database_url: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let ours = environment(&database_url(folder.path()), &folder);
        let keys = self.environment.iter().filter(|(name, _)| *name == "UKETSUKE_MASTER_KEYS").cloned();
        Self::new("serve", with(ours, keys), None, folder)
    }

    /// An installation over this database whose parts run as processes of their own
    /// ([`Server::part`]); it has none itself.
    pub fn in_parts(database_url: &str, more: &[(&'static str, String)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = with(environment(database_url, &folder), more.iter().cloned());
        Self::new("", environment, None, folder)
    }

    /// A process of this installation, not yet started: `uketsuke portal`, for example.
    /// It listens where nobody else does, is called as the installation is, and logs
    /// with the others. It ends before this one does.
    pub fn part(&self, part: &'static str) -> Self {
        let listening = at_free_ports().into_iter().filter(|(name, _)| name.ends_with("_LISTEN"));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = with(self.environment.clone(), listening);
        let mut process = Self::new(part, environment, None, folder);
        process.log.clone_from(&self.log);
        process
    }

    fn new(part: &'static str, environment: Environment, database: Option<Database>, folder: TempDir) -> Self {
        let log = folder.path().join("server.log");
        Self { part, child: Mutex::new(None), environment, log, _database: database, folder }
    }

    /// The port of one of its listeners, by the variable's name.
    pub fn port(&self, listen: &str) -> u16 {
        let address = self.environment.iter().find(|(name, _)| *name == listen).map(|(_, address)| address.as_str());
        address.and_then(|address| address.rsplit(':').next()?.parse().ok()).expect("it has a port")
    }

    /// What it is.
    pub fn name(&self) -> &'static str {
        self.part
    }

    /// Another value of its configuration, from the next start on.
    pub fn configure(&mut self, name: &'static str, value: String) {
        self.environment.retain(|(known, _)| *known != name);
        self.environment.push((name, value));
    }

    /// Holds the process, or lets it go on.
    pub fn hold(&self, held: bool) {
        let child = self.child.lock().expect("nobody panics holding it");
        let pid = child.as_ref().expect("it runs").id().to_string();
        let signal = if held { "-STOP" } else { "-CONT" };
        assert!(Command::new("kill").args([signal, &pid]).status().expect("there is kill").success());
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.lock().expect("nobody panics holding it").as_ref().expect("it runs").id()
    }

    /// The configuration it runs with.
    pub fn config(&self) -> Config {
        let value = |key: &str| self.environment.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone());
        Config::from_lookup(value).expect("the configuration is sound")
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    pub fn evidence_folder(&self) -> PathBuf {
        self.folder.path().join("evidence")
    }

    /// Imports a master at the command line.
    pub fn import_master(&self, csv: &str) {
        let file = self.folder.path().join("master.csv");
        std::fs::write(&file, csv).expect("the folder is writable");
        self.operate(&["facilities", "import", &file.display().to_string()]);
    }

    /// Runs a command that must go well, with this installation's configuration.
    pub fn operate(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).stdout(Stdio::piped()).output().expect("runs");
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{arguments:?}: {told}\n{}", self.log_tail());
        told
    }

    /// SIGKILL; gone when this returns.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().expect("nobody panics holding it").take() {
            child.kill().expect("the process is ours");
            child.wait().expect("the process is ours");
        }
    }

    pub fn start_again(&self) {
        self.spawn(self.part);
    }

    /// Starts the portal alone, ready to answer: nothing else asks the database meanwhile.
    /// Answers how long that took.
    pub fn start_portal_alone(&self) -> Duration {
        self.spawn("portal");
        self.wait_for(&[&self.config().portal_url])
    }

    fn spawn(&self, part: &str) {
        let child = self.command(&[part]).stdout(Stdio::null()).spawn().expect("the program starts");
        *self.child.lock().expect("nobody panics holding it") = Some(child);
    }

    /// Waits until every listener is ready; answers how long that took.
    pub fn wait_until_ready(&self) -> Duration {
        let config = self.config();
        self.wait_for(&[&config.portal_url, &config.admin_url, &config.device_api_url])
    }

    fn wait_for(&self, urls: &[&str]) -> Duration {
        let (began, agent) = (Instant::now(), agent());
        for url in urls {
            let url = format!("{url}/readyz");
            while !is_ready(&agent, &url) {
                assert!(began.elapsed() < START_LIMIT, "{url} is not ready\n{}", self.log_tail());
                self.must_live();
                sleep(Duration::from_millis(10));
            }
        }
        began.elapsed()
    }

    /// Whether it is ready now, by its own address for operators.
    pub fn is_ready(&self) -> bool {
        let address = self.config().internal_listen.expect("it has one");
        is_ready(&agent(), &format!("http://{address}/readyz"))
    }

    /// How it ended by itself, if it did.
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().expect("nobody panics holding it");
        child.as_mut().and_then(|child| child.try_wait().expect("the process is ours"))
    }

    fn must_live(&self) {
        let ended = self.ended();
        assert!(ended.is_none(), "the server ended by itself: {ended:?}\n{}", self.log_tail());
    }

    /// What operators are told at an address of the internal listener.
    pub fn inside(&self, path: &str) -> Answer {
        let address = self.config().internal_listen.expect("it has one");
        send(&agent(), Method::GET, &format!("http://{address}{path}"), &[], &[])
    }

    /// Left alone until no job waits or runs.
    pub fn wait_until_drained(&self, db: &Db) {
        let began = Instant::now();
        let left = || {
            let count = |state| db.read_blocking(|c| queue::count(c, state)).expect("the database can be read");
            count(JobState::Ready) + count(JobState::Running)
        };
        while left() > 0 {
            assert!(began.elapsed() < DRAIN_LIMIT, "{} jobs are left\n{}", left(), self.log_tail());
            self.must_live();
            sleep(Duration::from_millis(200));
        }
    }

    /// All that was logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last lines that complain.
    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().filter(|line| !line.contains(" INFO ")).collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// Shows the log beside a failure.
    pub fn explain(&self, why: Box<dyn Any + Send>) -> Box<dyn Any + Send> {
        eprintln!("the server's last complaints:\n{}", self.log_tail());
        why
    }

    /// The program with this installation's configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let log: File = OpenOptions::new().create(true).append(true).open(&self.log).expect("the folder is writable");
        let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
        command.args(arguments).env_clear().envs(self.environment.iter().cloned()).stdin(Stdio::null()).stderr(log);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn is_ready(agent: &Agent, url: &str) -> bool {
    try_send(agent, Method::GET, url, &[], &[]).is_ok_and(|answer| answer.status == 200)
}

/// The environment with these values instead.
fn with(mut environment: Environment, more: impl IntoIterator<Item = (&'static str, String)>) -> Environment {
    for (name, value) in more {
        environment.retain(|(known, _)| *known != name);
        environment.push((name, value));
    }
    environment
}

fn environment(database_url: &str, folder: &TempDir) -> Environment {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let mut environment = vec![
        ("UKETSUKE_DATABASE_URL", database_url.to_owned()),
        ("UKETSUKE_EVIDENCE", format!("file:{}", path("evidence"))),
        // Letters of decisions do not wait: the clock on the wall is the test's.
        ("UKETSUKE_UNDO_MINUTES", "0".to_owned()),
        ("UKETSUKE_MAIL", format!("file:{}", path("mail"))),
        ("UKETSUKE_MASTER_KEYS", format!("kill:{}", random_key())),
        // Everybody here would otherwise come from one address, which is throttled.
        ("UKETSUKE_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
    ];
    environment.extend(at_free_ports());
    environment
}

/// Where the sites listen, and how they are called.
fn at_free_ports() -> [(&'static str, String); 7] {
    let [portal, admin, api, internal] = free_ports();
    let (listen, url) = (|port| format!("127.0.0.1:{port}"), |port| format!("http://127.0.0.1:{port}"));
    [
        ("UKETSUKE_PORTAL_LISTEN", listen(portal)),
        ("UKETSUKE_ADMIN_LISTEN", listen(admin)),
        ("UKETSUKE_DEVICE_API_LISTEN", listen(api)),
        ("UKETSUKE_PORTAL_URL", url(portal)),
        ("UKETSUKE_ADMIN_URL", url(admin)),
        ("UKETSUKE_DEVICE_API_URL", url(api)),
        ("UKETSUKE_INTERNAL_LISTEN", listen(internal)),
    ]
}

/// 256 bits in Base64: a token's hash, of which every second digit pair is a byte.
fn random_key() -> String {
    let hex = PlainToken::mint().hash().as_str().to_owned();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a hash is written in hex");
    STANDARD.encode((0..32).map(|n| byte(2 * n)).collect::<Vec<u8>>())
}

/// Ports below those that the system hands out, so that none is taken while
/// the server is down.
pub fn free_ports() -> [u16; 4] {
    let mut dice = Dice::new(u64::from(std::process::id()), &random_key());
    let mut taken = Vec::new();
    while taken.len() < 4 {
        let port = u16::try_from(10_000 + dice.below(9_000)).expect("small");
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            taken.push((port, listener));
        }
    }
    [taken[0].0, taken[1].0, taken[2].0, taken[3].0]
}
