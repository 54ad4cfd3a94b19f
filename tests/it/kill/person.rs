//! Somebody at a browser, as people are: a page that does not come is loaded
//! again; a button without an answer is pressed again, or the person looks
//! where things stand.

use std::thread::sleep;
use std::time::Duration;

use super::dice::Dice;
use super::world::{Deed, Outcome, World};
use crate::support::browser::Browser;
use crate::support::http::Lost;
use crate::support::page::Page;

/// A walk that has not come to its end after so many pages goes in circles.
pub const PATIENCE: usize = 200;

/// See the module.
pub struct Person<'w> {
    pub world: &'w World<'w>,
    pub browser: Browser,
    dice: Dice,
}

impl<'w> Person<'w> {
    pub fn new(world: &'w World<'w>, browser: Browser, dice: Dice) -> Self {
        Self { world, browser, dice }
    }

    pub fn page(&self) -> &Page {
        self.browser.page()
    }

    /// Opens an address, again and again until it answers.
    pub fn open(&mut self, path: &str) -> &Page {
        loop {
            let lost = self.browser.try_visit(path).err();
            if self.judge(Deed::Look, lost) == Outcome::Ok {
                return self.browser.page();
            }
            self.wait_a_little();
        }
    }

    /// Follows a link.
    pub fn follow(&mut self, words: &str) -> &Page {
        let href = self.page().link(words);
        self.open(&href)
    }

    /// Presses a button, again if no answer comes. `false`: the person has given
    /// up on this page and should look where things stand.
    pub fn press(&mut self, deed: Deed, words: &str) -> bool {
        let before = self.browser.clone();
        loop {
            self.world.begins(deed);
            let lost = self.browser.try_press(words).err();
            match self.judge(deed, lost) {
                Outcome::Ok => return true,
                Outcome::TooLate => return false,
                Outcome::Unknown | Outcome::Down | Outcome::Busy => self.browser = before.clone(),
            }
            self.wait_a_little();
            if self.dice.once_in(3) {
                return false;
            }
        }
    }

    /// What came of a request. Whatever a server may not answer ends the test.
    fn judge(&self, deed: Deed, lost: Option<Lost>) -> Outcome {
        let outcome = match (lost, self.page().status) {
            (Some(lost), _) => lost.into(),
            // The proxy's own page: a process ended with the request in hand.
            (None, 503) if self.page().h1() == "応答を受け取れませんでした" => Outcome::Unknown,
            (None, 503) => Outcome::Busy,
            (None, 409) => Outcome::TooLate,
            (None, 200 | 422) => Outcome::Ok,
            (None, status) => panic!("{deed:?} → {status} at {}:\n{}", self.page().path, self.page().text()),
        };
        self.world.note(deed, outcome);
        outcome
    }

    fn wait_a_little(&mut self) {
        sleep(Duration::from_millis(30 + self.dice.below(150)));
    }

    /// Goes in circles: says where.
    pub fn lost(&self, doing: &str) -> ! {
        panic!("{doing} comes to no end at {} ({}):\n{}", self.page().path, self.page().status, self.page().text())
    }
}
