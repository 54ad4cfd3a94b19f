//! What must be true when all is quiet again: the database, the mail folder and
//! the evidence folder against each other and against what people saw.

mod codes;
mod facts;
mod files;
mod mail;
mod states;

use super::walk::Story;
use super::world::World;
use facts::Facts;

/// All that was found wrong.
#[derive(Default)]
pub struct Faults(Vec<String>);

impl Faults {
    /// Notes a fault unless `good`.
    pub fn expect(&mut self, good: bool, fault: impl FnOnce() -> String) {
        if !good {
            self.0.push(fault());
        }
    }

    /// Ends the test if any was found, or the server panicked.
    fn none(mut self, world: &World<'_>) {
        let panics = world.server.log().lines().filter(|line| line.contains("panicked")).count();
        self.same("panics in the log", panics, 0);
        let Self(found) = self;
        let (count, first) = (found.len(), found[..found.len().min(40)].join("\n"));
        assert!(found.is_empty(), "{count} faults:\n{first}\n{}", world.server.log_tail());
    }

    /// Notes a fault unless both are the same.
    pub fn same<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, expected: T) {
        self.expect(found == expected, || format!("{what}: {found:?}, expected {expected:?}"));
    }
}

/// Every token given out on the way still speaks for its device.
pub fn still_active(world: &World<'_>, stories: &[Story]) {
    for story in stories {
        let Some(phone) = &story.device else { continue };
        let told = world.service.check(&phone.good_token());
        let code = &world.cast[story.index].code;
        assert_eq!((&told["active"], &told["facility_code"]), (&true.into(), &code.as_str().into()), "{told}");
        assert_eq!(
            (&told["user_id"], &told["client_id"]),
            (&story.settings[0].user_id.as_str().into(), &phone.device.client_id.as_str().into())
        );
    }
}

/// Checks what holds however far anybody came: each sending is there once, with its
/// history, its letters and its files.
pub fn what_was_sent(world: &World<'_>) {
    let facts = world.parts.db.read_blocking(Facts::read).expect("the database can be read");
    let mut faults = Faults::default();
    for application in facts.applications.iter().filter(|one| one.number.is_some()) {
        states::history(application, &facts, &mut faults);
    }
    mail::check(world, &facts, &mut faults);
    files::check(world, &facts, &mut faults);
    faults.none(world);
}

/// Checks everything; answers some figures in words.
pub fn everything(world: &World<'_>, stories: &[Story]) -> String {
    let facts = world.parts.db.read_blocking(Facts::read).expect("the database can be read");
    let mut faults = Faults::default();
    faults.same("facilities that came to the end of their walk", stories.len(), world.cast.len());
    states::check(world, stories, &facts, &mut faults);
    codes::check(world, stories, &facts, &mut faults);
    let posted = mail::check(world, &facts, &mut faults);
    let swept = files::check(world, &facts, &mut faults);
    faults.none(world);
    format!("{}, {posted}, {swept}", facts.figures())
}
