//! The reviewer, at the back office's pages, thrown back by the kills like
//! everybody else.

use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;

use uketsuke_core::staff::role::Role;

use super::cast::{Facility, Way};
use super::dice::Dice;
use super::person::Person;
use super::world::{Deed, World};
use crate::support::browser::Browser;
use crate::support::people;

/// See the module.
pub struct Reviewer<'w>(Person<'w>);

impl<'w> Reviewer<'w> {
    /// Invited, both factors passed.
    pub fn enrol(world: &'w World<'w>, dice: Dice) -> Self {
        let mut browser = Browser::coming_from(&world.parts.config.admin_url, "10.9.9.9");
        people::enrol(&mut browser, &world.parts.db, "reviewer@example.jp", Role::Reviewer);
        Self(Person::new(world, browser, dice))
    }

    /// Decides what comes, until nobody walks any more.
    pub fn review_until_all_is_over(&mut self) {
        while !self.0.world.over.load(Ordering::SeqCst) {
            let mine = self.mine();
            let ended = mine.iter().filter(|case| self.decide(case)).count();
            if ended == 0 && !self.take_next() {
                sleep(Duration::from_millis(300));
            }
        }
    }

    /// The addresses of what this reviewer has taken.
    fn mine(&mut self) -> Vec<String> {
        self.0.open("/queue?v=mine");
        let links = self.0.page().attributes("#queue tbody th a", "href");
        // Without the way back to the list, which links carry along.
        links.iter().filter_map(|link| Some(link.split('?').next()?.to_owned())).collect()
    }

    /// Takes the one that has waited longest; `false` when none waits.
    fn take_next(&mut self) -> bool {
        self.0.open("/");
        self.0.press(Deed::Review, "次の1件を担当する") && self.0.page().path.starts_with("/cases/")
    }

    /// Decides a case; `false` when it is left as it is.
    fn decide(&mut self, case: &str) -> bool {
        self.0.open(case);
        let page = self.0.page().text();
        let facility = self.0.world.cast.iter().find(|one| page.contains(&one.code));
        let facility = facility.unwrap_or_else(|| self.0.lost("reviewing")).clone();
        match facility.way {
            Way::Approved | Way::ApprovedFewer => self.approve(case, &facility),
            Way::Rejected => self.reject(case),
            // Its applicant takes it back.
            Way::Withdrawn | Way::Match => false,
        }
    }

    fn approve(&mut self, case: &str, facility: &Facility) -> bool {
        self.0.open(&format!("{case}/approve"));
        if self.0.page().h1() != "承認する" {
            return true;
        }
        if facility.granted() < facility.asked {
            self.0.browser.fill("承認する台数", &facility.granted().to_string());
            self.0.browser.fill("減らす理由", "職員3人の施設ではこの台数で足りると判断しました");
        }
        self.0.press(Deed::Review, "承認する");
        true
    }

    fn reject(&mut self, case: &str) -> bool {
        self.0.open(&format!("{case}/reject"));
        if self.0.page().h1() != "却下する" {
            return true;
        }
        self.0.browser.fill("却下の理由", "別の施設の書類でした。施設の書類で申請してください。");
        if self.0.press(Deed::Review, "送られるメールを見る") {
            self.0.press(Deed::Review, "この内容で却下する");
        }
        true
    }
}
