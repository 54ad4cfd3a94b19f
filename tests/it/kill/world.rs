//! What everybody who walks shares: the server, the post, the count of answers.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use uketsuke::compose::Parts;
use uketsuke_core::clock::Clock;
use uketsuke_core::db::Actor;
use uketsuke_core::eligibility;
use uketsuke_core::mail::{MemoryMail, Transport};
use uketsuke_core::secret::HashCost;

use super::cast::{self, Facility};
use super::letters::Letters;
use super::server::Server;
use crate::support::device::Service;
use crate::support::http::Lost;

/// What somebody did, for the tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Look,
    FillIn,
    Register,
    Activate,
    LogIn,
    Begin,
    Attach,
    Submit,
    Withdraw,
    Review,
    Reveal,
    SetUp,
    Token,
    Check,
}

impl Deed {
    const COUNT: usize = Self::Check as usize + 1;

    /// Those that change what must not be lost, done twice or done by half.
    pub const THAT_COUNT: [Self; 9] = [
        Self::Register,
        Self::Activate,
        Self::LogIn,
        Self::Attach,
        Self::Submit,
        Self::Withdraw,
        Self::Review,
        Self::Reveal,
        Self::SetUp,
    ];
}

/// Whether the answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Ok,
    /// Cut off: it may have been done or not.
    Unknown,
    /// The server was down: it was not even sent.
    Down,
    /// The server asks to come again a little later (503): nothing was done.
    Busy,
    /// Somebody was faster (409); the person looks again.
    TooLate,
}

impl From<Lost> for Outcome {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Refused => Self::Down,
            Lost::Cut(_) => Self::Unknown,
        }
    }
}

/// Tokens that are surely still good.
const NEWEST: usize = 50;

/// See the module.
pub struct World<'s> {
    pub server: &'s Server,
    /// The same installation, seen from here: its database, keys and files.
    pub parts: Parts,
    pub letters: Letters,
    pub service: Service,
    pub cast: Vec<Facility>,
    /// Requests answered so far.
    pub answers: AtomicU64,
    /// Nobody walks any more.
    pub over: AtomicBool,
    /// Given to devices, the newest last.
    tokens: Mutex<Vec<String>>,
    next: AtomicUsize,
    begun: [AtomicUsize; Deed::COUNT],
    deeds: Mutex<BTreeMap<(Deed, Outcome), usize>>,
}

impl<'s> World<'s> {
    /// Imports the master and opens the doors.
    pub fn open(server: &'s Server, cast: Vec<Facility>) -> Self {
        Self::open_with_post(server, cast, server.mail_folder())
    }

    /// As [`World::open`]; letters come into this folder.
    pub fn open_with_post(server: &'s Server, cast: Vec<Facility>, letters: PathBuf) -> Self {
        server.import_master(&cast::csv(&cast));
        let parts = parts(server, Clock::System);
        let client = parts.db.write_blocking(Actor::operator(), |tx| eligibility::add(tx, "test")).expect("made");
        Self {
            service: Service::at(&parts.config.device_api_url, &client),
            letters: Letters::of(letters),
            server,
            parts,
            cast,
            answers: AtomicU64::new(0),
            over: AtomicBool::new(false),
            tokens: Mutex::default(),
            next: AtomicUsize::new(0),
            begun: Default::default(),
            deeds: Mutex::default(),
        }
    }

    /// The next facility that has not begun.
    pub fn next(&self) -> Option<&Facility> {
        self.cast.get(self.next.fetch_add(1, Ordering::SeqCst))
    }

    /// How much of the cast has begun, 0 to 1.
    pub fn begun_share(&self) -> f64 {
        self.next.load(Ordering::SeqCst) as f64 / self.cast.len() as f64
    }

    /// A device got this.
    pub fn token_given(&self, token: &str) {
        self.tokens.lock().expect("nobody panics holding it").push(token.to_owned());
    }

    /// All that devices got so far.
    pub fn tokens(&self) -> Vec<String> {
        self.tokens.lock().expect("nobody panics holding it").clone()
    }

    /// One of the newest tokens, another for each number.
    pub fn some_token(&self, number: u64) -> String {
        let tokens = self.tokens.lock().expect("nobody panics holding it");
        let newest = &tokens[tokens.len().saturating_sub(NEWEST)..];
        newest[usize::try_from(number).expect("small") % newest.len()].clone()
    }

    /// Counts a deed.
    pub fn note(&self, deed: Deed, outcome: Outcome) {
        *self.deeds.lock().expect("nobody panics holding it").entry((deed, outcome)).or_default() += 1;
        if outcome == Outcome::Ok {
            self.answers.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Every deed with how often its answer came.
    pub fn tally(&self) -> String {
        let deeds = self.deeds.lock().expect("nobody panics holding it");
        let lines: Vec<_> = deeds.iter().map(|((deed, outcome), n)| format!("{deed:?} {outcome:?} {n}")).collect();
        lines.join(", ")
    }

    /// Somebody presses a button now, or a device calls.
    pub fn begins(&self, deed: Deed) {
        self.begun[deed as usize].fetch_add(1, Ordering::SeqCst);
    }

    /// How many of this deed have begun.
    pub fn begun(&self, deed: Deed) -> usize {
        self.begun[deed as usize].load(Ordering::SeqCst)
    }

    /// How many requests were cut off.
    pub fn cut(&self) -> usize {
        let deeds = self.deeds.lock().expect("nobody panics holding it");
        deeds.iter().filter(|((_, outcome), _)| *outcome == Outcome::Unknown).map(|(_, n)| n).sum()
    }
}

/// The installation as a program of its own sees it, by this clock.
pub fn parts(server: &Server, clock: Clock) -> Parts {
    let transport = Transport::Memory(MemoryMail::default());
    Parts::with(server.config(), clock, HashCost::FOR_TESTS, transport).expect("the parts fit together")
}
