//! Two offices in one place, as use cases on a database of each test's own.

use std::sync::Barrier;

use uketsuke_core::annex::{self, Annex, AnnexDeclared, AnnexEnded};
use uketsuke_core::application::submit::Sent;
use uketsuke_core::application::{ApplicationKind, State};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::operation::{self, Source};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::testing::{self, CLINIC, NewFacility, OFFICE};

use crate::testing::{BIRTH, Desk, acupuncture, refused, use_service};

const KIND: ApplicationKind = ApplicationKind::AnnexDeclaration;
const CANCELLATION: ApplicationKind = ApplicationKind::AnnexCancellation;
const AGREED: &[(&str, &str)] = &[("agreed", "yes")];

impl Desk {
    /// Fills in a declaration as far as it goes without being sent.
    fn declared(&self, scope: &FacilityScope, code: &str, birth: &[(&str, &str)]) -> Result<ApplicationId> {
        let id = self.begin(scope, KIND)?;
        assert_eq!(self.save(scope, &id, "office", &[("other_code", code), ("method", "match")]), [""; 0]);
        assert_eq!(self.save(scope, &id, "match", birth), [""; 0]);
        assert_eq!(self.save(scope, &id, "effect", AGREED), [""; 0]);
        Ok(id)
    }

    fn declare(&self, scope: &FacilityScope, code: &str, birth: &[(&str, &str)]) -> Result<ApplicationId> {
        let id = self.declared(scope, code, birth)?;
        assert_eq!(self.send(scope, &id)?, Sent::Done);
        Ok(id)
    }

    fn cancel(&self, scope: &FacilityScope) -> Result<ApplicationId> {
        self.file(scope, CANCELLATION, ("reason", AGREED))
    }

    fn annex(&self, scope: &FacilityScope) -> Option<Annex> {
        self.db.read_blocking(|c| annex::find(c, scope.facility())).expect("reads")
    }

    fn start_of(&self, scope: &FacilityScope) -> Option<(String, Source)> {
        let entry = self.db.read_blocking(|c| operation::find(c, scope.facility())).expect("reads");
        entry.map(|entry| (entry.starts_on.to_string(), entry.source))
    }

    fn register_start(&self, scope: &FacilityScope, typed: &str) {
        let typed: &[_] = &[("starts_on", typed)];
        self.file(scope, ApplicationKind::OperationStart, ("date", typed)).expect("registered");
    }
}

/// A judo-therapy office whose secret is known too.
fn judo() -> NewFacility<'static> {
    NewFacility { manager_birth: acupuncture().manager_birth, code: "1344444444", name: "みなと接骨院", ..OFFICE }
}

#[test]
fn a_match_declares_at_once_whichever_kind_is_the_main_one() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", true);
    let id = desk.declare(&desk.scope, "13-2222-2222", &BIRTH).expect("declared");
    assert_eq!(desk.state(&id), State::Approved);
    let annex = desk.annex(&hari).expect("together");
    assert_eq!((&annex.main_id, &annex.subordinate_id), (desk.scope.facility(), hari.facility()));
    assert_eq!(desk.letters(), ["annex_declared", "application_approved_at_once"]);
    let letter = desk.system(testing::compose_last::<AnnexDeclared>).expect("still so");
    assert_eq!(letter.to, "hari@example.jp");
    assert!(letter.body.contains("さくら接骨院（1312345678）") && letter.body.contains("異議"), "{}", letter.body);

    // The other way round, at another place.
    let main = desk.other(NewFacility { code: "1355555555", ..acupuncture() }, "main@example.jp", true);
    use_service(&desk.db, &main);
    let second = desk.other(judo(), "minato@example.jp", false);
    desk.declare(&main, "1344444444", &BIRTH).expect("declared");
    let annex = desk.annex(&second).expect("together");
    assert_eq!((&annex.main_id, &annex.subordinate_id), (main.facility(), second.facility()));
}

#[test]
fn only_one_of_each_kind_that_uses_the_service_and_no_chains() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", true);
    let third = desk.other(judo(), "minato@example.jp", true);
    // Not before the usage start, and not by people of other kinds.
    assert_eq!(refused(desk.begin(&third, KIND)), Refusal::UsageStartFirst);
    let clinic = desk.other(CLINIC, "incho@example.jp", true);
    assert!(matches!(desk.begin(&clinic, KIND), Err(Error::NotFound)));
    // Another judo-therapy office, the own one, a number nobody has.
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    for code in ["1344444444", "1312345678", "1399999999", "12345"] {
        let faults = desk.save(&desk.scope, &id, "office", &[("other_code", code), ("method", "match")]);
        assert_eq!(faults.len(), 1, "{code}: {faults:?}");
    }
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared");
    // Main and subordinate are in an annex: neither can be in another, on either side.
    use_service(&desk.db, &third);
    let id = desk.begin(&third, KIND).expect("begun");
    let faults = desk.save(&third, &id, "office", &[("other_code", "1322222222"), ("method", "match")]);
    assert!(faults[0].contains("すでに併設として申告"), "{faults:?}");
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::AnnexTaken);
    use_service(&desk.db, &hari);
    assert_eq!(refused(desk.begin(&hari, KIND)), Refusal::AnnexTaken, "no chain");
}

#[test]
fn a_third_party_that_guesses_runs_out_of_tries() {
    let desk = Desk::new();
    desk.other(acupuncture(), "hari@example.jp", true);
    let id = desk.begin(&desk.scope, KIND).expect("begun");
    desk.save(&desk.scope, &id, "office", &[("other_code", "1322222222"), ("method", "match")]);
    let mut wrong = BIRTH;
    for year in ["31", "32", "33", "34", "35"] {
        wrong[1].1 = year;
        assert_eq!(desk.save(&desk.scope, &id, "match", &wrong).len(), 1);
    }
    // The right one comes too late: documents are left.
    let late = desk.db.write_blocking(desk.scope.actor(), |tx| {
        let typed = BIRTH.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        uketsuke_core::application::draft::save_step(tx, &desk.procedures, &desk.scope, &id, "match", &typed)
    });
    assert!(matches!(late, Err(Error::NotFound)), "the step is gone: {late:?}");
    let open = desk.send(&desk.scope, &id).expect("looked at");
    assert!(matches!(open, Sent::Incomplete(_)), "{open:?}");
    assert_eq!(desk.annex(&desk.scope), None);
}

#[test]
fn another_office_has_to_be_matched_anew() {
    let desk = Desk::new();
    desk.other(acupuncture(), "hari@example.jp", true);
    desk.other(NewFacility { code: "1366666666", ..acupuncture() }, "b@example.jp", true);
    let id = desk.declared(&desk.scope, "1322222222", &BIRTH).expect("filled in");
    desk.save(&desk.scope, &id, "office", &[("other_code", "1366666666"), ("method", "match")]);
    let Sent::Incomplete(open) = desk.send(&desk.scope, &id).expect("looked at") else { panic!("sent unproven") };
    assert_eq!(open.iter().map(|one| one.step).collect::<Vec<_>>(), ["match"]);
}

#[test]
fn the_main_office_cancels_and_both_are_told() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", true);
    assert_eq!(refused(desk.begin(&desk.scope, CANCELLATION)), Refusal::NoAnnex);
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared");
    desk.cancel(&desk.scope).expect("cancelled");
    assert_eq!((desk.annex(&desk.scope), desk.annex(&hari)), (None, None));
    let letter = desk.system(testing::compose_last::<AnnexEnded>).expect("told");
    assert_eq!(letter.to, "hari@example.jp");
    assert!(!letter.body.contains("異議"), "{}", letter.body);
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared anew, at once");
    assert!(desk.annex(&hari).is_some());
}

#[test]
fn after_an_objection_a_reviewer_decides() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", true);
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared");
    let stranger = testing::scope(hari.facility(), desk.scope.account(), false);
    assert_eq!(refused(desk.begin(&stranger, CANCELLATION)), Refusal::NotVerified);
    desk.cancel(&hari).expect("objected");
    assert_eq!(desk.annex(&desk.scope), None);
    let letter = desk.system(testing::compose_last::<AnnexEnded>).expect("told");
    assert!(letter.body.contains("異議"), "{}", letter.body);
    let again = desk.declare(&desk.scope, "1322222222", &BIRTH).expect("sent");
    assert_eq!((desk.state(&again), desk.annex(&hari)), (State::Submitted, None));
    desk.approve(&again).expect("approved");
    assert!(desk.annex(&hari).is_some());
}

#[test]
fn the_subordinate_office_starts_with_the_main_one_and_stops_with_the_annex() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", false);
    desk.register_start(&desk.scope, "2026-11-20");
    desk.db.clock.advance(chrono::Duration::days(5));
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared");
    assert_eq!(desk.start_of(&hari), Some(("2026-11-25".into(), Source::Annex)), "not before the declaration");
    desk.register_start(&desk.scope, "2026-12-24");
    assert_eq!(desk.start_of(&hari), Some(("2026-12-24".into(), Source::Annex)), "follows a correction");
    desk.cancel(&desk.scope).expect("cancelled");
    assert_eq!(desk.start_of(&hari), None);
    assert_eq!(desk.start_of(&desk.scope), Some(("2026-12-24".into(), Source::Declared)));
}

#[test]
fn a_day_of_its_own_stays_the_subordinate_office_s() {
    let desk = Desk::new();
    let hari = desk.other(acupuncture(), "hari@example.jp", true);
    use_service(&desk.db, &hari);
    desk.register_start(&hari, "2026-11-22");
    desk.register_start(&desk.scope, "2026-11-24");
    desk.declare(&desk.scope, "1322222222", &BIRTH).expect("declared");
    desk.cancel(&desk.scope).expect("cancelled");
    assert_eq!(desk.start_of(&hari), Some(("2026-11-22".into(), Source::Declared)));
}

#[test]
fn two_offices_that_declare_each_other_at_once_are_together_once() {
    for _ in 0..4 {
        let desk = Desk::new();
        let (judo, hari) = (desk.other(judo(), "a@example.jp", true), desk.other(acupuncture(), "b@example.jp", true));
        use_service(&desk.db, &judo);
        use_service(&desk.db, &hari);
        let one = desk.declared(&judo, "1322222222", &BIRTH).expect("filled in");
        let two = desk.declared(&hari, "1344444444", &BIRTH).expect("filled in");
        let start = Barrier::new(2);
        let send = |scope, id| {
            start.wait();
            desk.send(scope, id)
        };
        let outcomes = std::thread::scope(|threads| {
            let (one, two) = (threads.spawn(|| send(&judo, &one)), threads.spawn(|| send(&hari, &two)));
            [one.join().expect("no panic"), two.join().expect("no panic")]
        });
        let won = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Sent::Done))).count();
        let told = outcomes.iter().filter(|o| matches!(o, Err(Error::Refused(Refusal::AnnexTaken)))).count();
        assert_eq!((won, told), (1, 1), "{outcomes:?}");
        let states = [desk.state(&one), desk.state(&two)];
        assert!(states.contains(&State::Approved) && states.contains(&State::Draft), "{states:?}");
        assert_eq!(desk.annex(&judo).map(|annex| annex.id), desk.annex(&hari).map(|annex| annex.id));
    }
}
