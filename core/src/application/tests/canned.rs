//! Canned reasons: the procedure's, changed and added to by administrators.

use super::*;
use crate::application::decide::return_to_applicant;
use crate::application::reasons::{self, Reason, ReasonInput};
use crate::application::state::State;

fn input(field: &str, label: &str, text: &str, retired: bool) -> ReasonInput {
    ReasonInput { field: field.into(), label: label.into(), text: text.into(), retired }
}

impl World {
    fn reasons(&self, action: ReasonAction) -> Vec<Reason> {
        self.db.read_blocking(|c| reasons::list(c, self.sample.as_ref(), action)).unwrap()
    }

    fn keeps(
        &self,
        staff: &StaffScope,
        action: ReasonAction,
        code: Option<&str>,
        input: ReasonInput,
    ) -> Result<String> {
        self.by(staff, |tx| reasons::save(tx, self.sample.as_ref(), staff, (action, code), input))
    }
}

#[test]
fn an_administrators_text_replaces_the_built_in_one_and_a_retired_reason_is_gone() {
    let w = world();
    let admin = crate::testing::add_staff(&w.db, Role::Administrator);
    w.keeps(&admin, ReasonAction::Return, Some("few"), input("count", "台数", "台数をもう一度お確かめください", false))
        .unwrap();
    let now = w.reasons(ReasonAction::Return);
    assert_eq!((now[0].text.as_str(), now.len()), ("台数をもう一度お確かめください", 2));
    assert!(now[0].built_in && now[0].changed.is_some() && now[1].changed.is_none());
    w.keeps(&admin, ReasonAction::Return, Some("few"), input("count", "台数", "", true)).unwrap();
    assert_eq!(w.reasons(ReasonAction::Return).iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["other"]);
    let last = w.keeps(&admin, ReasonAction::Return, Some("other"), input("note", "その他", "", true));
    assert!(matches!(last, Err(Error::Invalid(_))), "a reviewer must find something to choose");
    assert_eq!(w.reasons(ReasonAction::Reject).len(), 1, "other actions have their own list");
}

#[test]
fn a_reason_that_was_added_can_be_used_at_once() {
    let w = world();
    let (admin, staff) = (crate::testing::add_staff(&w.db, Role::Administrator), reviewer(&w.db));
    let code = w
        .keeps(&admin, ReasonAction::Return, None, input("note", "押印", "押印のある書類を添付してください", false))
        .unwrap();
    let (id, seen) = w.claimed(&staff);
    let named = [fault(&code, "note", "押印のある書類を添付してください")];
    w.by(&staff, |tx| return_to_applicant(tx, &w.procedures, &staff, (&id, seen), &named)).unwrap();
    assert_eq!(w.get(&id).state, State::Returned);
}

#[test]
fn reasons_open_known_fields_and_administrators_alone_keep_them() {
    let w = world();
    let (admin, staff) = (crate::testing::add_staff(&w.db, Role::Administrator), reviewer(&w.db));
    let strange = w.keeps(&admin, ReasonAction::Return, None, input("password", "変な項目", "x", false));
    assert!(matches!(strange, Err(Error::Invalid(_))));
    let unknown = w.keeps(&admin, ReasonAction::Return, Some("nobody"), input("note", "ない", "x", false));
    assert!(matches!(unknown, Err(Error::NotFound)));
    let not_allowed = w.keeps(&staff, ReasonAction::Reject, None, input("", "却下", "x", false));
    assert!(matches!(not_allowed, Err(Error::Forbidden)));
}
