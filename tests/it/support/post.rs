//! A mail server in our hands: it takes letters, refuses by the recipient's name as
//! `tests/services/smtp.mjs` does, hangs where it is told to, and may be away.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use mailparse::{MailHeaderMap, parse_mail};

/// A moment of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Banner,
    Ehlo,
    Data,
    Dot,
}

/// A letter that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub message_id: String,
    pub to: String,
    pub subject: String,
    pub body: String,
}

type Hook = Box<dyn FnMut() + Send>;

#[derive(Default)]
struct State {
    hangs: Option<At>,
    /// How many connections hang now.
    hanging: usize,
    letters: Vec<Letter>,
    /// Every line of every dialogue, without letters.
    lines: Vec<String>,
    /// Called when a letter is taken, before its 250 goes out.
    before_250: Option<Hook>,
    /// Whoever calls is hung up on.
    is_gone: bool,
    /// Those who stand between two letters, by number.
    between_letters: BTreeMap<u64, TcpStream>,
    /// How many connections there were.
    talks: u64,
}

/// See the module.
#[derive(Clone)]
pub struct Post {
    pub address: SocketAddr,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Post {
    /// Open, on a free port.
    pub fn open() -> Self {
        let post = Self::away();
        post.come();
        post
    }

    /// Nobody listens there yet.
    pub fn away() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        Self { address: listener.local_addr().expect("it is bound"), shared: Arc::default() }
    }

    /// From now on it listens.
    pub fn come(&self) {
        let listener = TcpListener::bind(self.address).expect("the port is still free");
        let post = self.clone();
        // Ends with the process.
        thread::spawn(move || {
            for line in listener.incoming().flatten() {
                let post = post.clone();
                thread::spawn(move || post.talk(line));
            }
        });
    }

    /// From now on every connection ends at once, but for a letter that is being said:
    /// it is taken and answered first. (Ended between a letter and its 250, the same
    /// letter would rightly come again.)
    pub fn leave(&self) {
        let mut state = self.state();
        state.is_gone = true;
        for line in std::mem::take(&mut state.between_letters).into_values() {
            let _ = line.shutdown(Shutdown::Both);
        }
    }

    /// Takes back [`Post::leave`].
    pub fn come_back(&self) {
        self.state().is_gone = false;
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// From now on every dialogue hangs there, until that is taken back.
    pub fn hang(&self, at: Option<At>) {
        self.state().hangs = at;
        self.shared.1.notify_all();
    }

    /// Waits until so many dialogues hang at the same time.
    pub fn wait_until_hanging(&self, count: usize) {
        let hang = |state: &mut State| state.hanging < count;
        drop(self.shared.1.wait_while(self.state(), hang).expect("nobody panics holding it"));
    }

    /// Does this whenever a letter was taken, before its 250 goes out.
    pub fn before_250(&self, hook: impl FnMut() + Send + 'static) {
        self.state().before_250 = Some(Box::new(hook));
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.state().letters.clone()
    }

    /// The letters to one address.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        self.letters().into_iter().filter(|letter| letter.to == address).collect()
    }

    /// Everything that clients said, without letters.
    pub fn lines(&self) -> Vec<String> {
        self.state().lines.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().expect("nobody panics holding it")
    }

    fn hang_if(&self, at: At) {
        let mut state = self.state();
        if state.hangs != Some(at) {
            return;
        }
        state.hanging += 1;
        self.shared.1.notify_all();
        let hangs = |state: &mut State| state.hangs == Some(at);
        let mut state = self.shared.1.wait_while(state, hangs).expect("nobody panics holding it");
        state.hanging -= 1;
    }

    /// Notes that no letter is being said there; not where all are hung up on.
    fn is_between_letters(&self, talk: u64, line: &TcpStream) -> bool {
        let mut state = self.state();
        if !state.is_gone {
            state.between_letters.insert(talk, line.try_clone().expect("a handle more"));
        }
        !state.is_gone
    }

    /// A letter is about to be said, unless its line was just cut.
    fn begins_letter(&self, talk: u64) -> bool {
        self.state().between_letters.remove(&talk).is_some()
    }

    fn talk(&self, line: TcpStream) {
        let talk = {
            let mut state = self.state();
            state.talks += 1;
            state.talks
        };
        if self.is_between_letters(talk, &line) {
            self.dialogue(talk, &line);
        }
        self.state().between_letters.remove(&talk);
    }

    fn dialogue(&self, talk: u64, line: &TcpStream) {
        let read = BufReader::new(line);
        let say = |text: &str| { line }.write_all(format!("{text}\r\n").as_bytes()).is_ok();
        let (mut to, mut letter, mut within) = (String::new(), String::new(), false);
        self.hang_if(At::Banner);
        say("220 ready");
        for text in read.lines().map_while(Result::ok) {
            if within && text != "." {
                letter += &text;
                letter += "\r\n";
                continue;
            }
            self.state().lines.push(text.clone());
            let word = text.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answered = match word.as_str() {
                "EHLO" => {
                    self.hang_if(At::Ehlo);
                    say("250 post.test")
                }
                "RCPT" => {
                    to = text.trim_start_matches("RCPT TO:<").split('>').next().unwrap_or_default().to_owned();
                    say(refusal(&to).unwrap_or("250 ok"))
                }
                "DATA" => {
                    self.hang_if(At::Data);
                    within = self.begins_letter(talk);
                    within && say("354 go on")
                }
                "." => {
                    within = false;
                    self.hang_if(At::Dot);
                    let taken = read_letter(&to, &std::mem::take(&mut letter));
                    self.take(taken) && say("250 taken") && self.is_between_letters(talk, line)
                }
                "QUIT" => {
                    say("221 bye");
                    false
                }
                _ => say("250 ok"),
            };
            if !answered {
                return;
            }
        }
    }

    /// Also where nobody hears its answer any more: a server cannot know.
    fn take(&self, letter: Letter) -> bool {
        let hook = {
            let mut state = self.state();
            state.letters.push(letter);
            state.before_250.take()
        };
        if let Some(mut hook) = hook {
            hook();
            self.state().before_250.get_or_insert(hook);
        }
        self.shared.1.notify_all();
        true
    }
}

fn refusal(to: &str) -> Option<&'static str> {
    [
        ("later", "450 4.2.1 mailbox busy"),
        ("away", "421 4.3.2 closing"),
        ("never", "550 5.1.1 no such mailbox"),
        ("full", "552 5.2.2 mailbox full"),
    ]
    .into_iter()
    .find_map(|(name, answer)| to.starts_with(name).then_some(answer))
}

fn read_letter(to: &str, text: &str) -> Letter {
    let mail = parse_mail(text.as_bytes()).expect("a readable letter");
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    Letter {
        message_id: header("Message-ID"),
        to: to.to_owned(),
        subject: header("Subject"),
        body: mail.get_body().expect("a text"),
    }
}
