//! The usage start as use cases, on a database of each test's own.

mod undo;

use chrono::NaiveDate;
use uketsuke_core::application::draft::{self, save_step};
use uketsuke_core::application::files::{Handed, take_in};
use uketsuke_core::application::procedure::OpenFields;
use uketsuke_core::application::submit::{Sent, submit};
use uketsuke_core::application::{State, repo};
use uketsuke_core::db::Actor;
use uketsuke_core::error::Error;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::form::FieldFault;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::storage::Storage;
use uketsuke_core::testing::{self, NewFacility, OFFICE, TestDb, add_facility, add_member, test_db};
use uketsuke_core::{account, device, registration};

use super::*;
use crate::testing::PDF;

struct Desk {
    db: TestDb,
    procedures: uketsuke_core::application::Procedures,
    scope: FacilityScope,
    id: ApplicationId,
}

fn born() -> NaiveDate {
    NaiveDate::from_ymd_opt(1955, 4, 3).expect("a day")
}

fn desk(place: NewFacility<'_>) -> Desk {
    let db = test_db();
    let procedures = crate::all(&crate::testing::means());
    let scope = db
        .write_blocking(Actor::system(), |tx| {
            let facility = add_facility(tx, place)?;
            add_member(tx, &facility, "taro@example.jp", false)
        })
        .expect("a member");
    let id = open(&db, &scope);
    Desk { db, procedures, scope, id }
}

fn open(db: &TestDb, scope: &FacilityScope) -> ApplicationId {
    db.write_blocking(scope.actor(), |tx| draft::open(tx, scope, ApplicationKind::UsageStart)).expect("a draft")
}

fn practice() -> Desk {
    desk(NewFacility { manager_birth: Some(born()), ..OFFICE })
}

fn midwifery() -> Desk {
    desk(NewFacility { kind: FacilityKind::Midwifery, code: "1300001234", account_number: Some("0012345"), ..OFFICE })
}

impl Desk {
    /// Saves a step; the sentences of what is wrong.
    fn save(&self, step: &str, typed: &[(&str, &str)]) -> Vec<String> {
        self.try_save(step, typed).expect("saved").iter().map(|error| error.sentence()).collect()
    }

    fn try_save(&self, step: &str, typed: &[(&str, &str)]) -> Result<FieldErrors> {
        let typed: Answers = typed.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.db.write_blocking(self.scope.actor(), |tx| {
            save_step(tx, &self.procedures, &self.scope, &self.id, step, &typed)
        })
    }

    fn send(&self) -> Result<Sent> {
        self.db.write_blocking(self.scope.actor(), |tx| submit(tx, &self.procedures, &self.scope, &self.id))
    }

    /// Attaches a document.
    async fn attach(&self, storage: &Storage) {
        let mut upload = storage.upload().await.expect("opens");
        upload.write(PDF.into()).await.expect("written");
        let handed = Handed { content: upload.finish().await.expect("received"), file_name: "通知書.pdf".into() };
        take_in((&self.db, storage), self.scope.actor(), &self.scope, &self.id, handed)
            .await
            .expect("kept")
            .expect("good");
    }

    fn case(&self) -> Case {
        self.db
            .read_blocking(|c| {
                let application = repo::get(c, &self.id)?;
                repo::case(c, application)
            })
            .expect("the case")
    }

    fn procedure(&self) -> &dyn Procedure {
        self.procedures.get(ApplicationKind::UsageStart).expect("known")
    }

    fn step_keys(&self) -> Vec<&'static str> {
        self.procedure().steps(&self.case()).iter().map(|step| step.key).collect()
    }

    /// All but the proof.
    fn fill_in(&self, method: &str) {
        assert_eq!(self.save("method", &[("method", method)]), [""; 0]);
        assert_eq!(self.save("count", &[("staff_count", "３人"), ("device_count", "2台")]), [""; 0]);
        assert_eq!(self.save("terms", &[("terms", "yes")]), [""; 0]);
    }

    fn devices(&self) -> usize {
        self.db.read_blocking(|c| device::list_in_scope(c, &self.verified())).expect("listed").len()
    }

    /// The same person, after the verification.
    fn verified(&self) -> FacilityScope {
        let seats = self.db.read_blocking(|c| account::list_facilities(c, self.scope.account())).expect("seats");
        assert!(seats[0].verified);
        testing::scope(self.scope.facility(), self.scope.account(), true)
    }
}

#[test]
fn a_match_approves_issues_and_verifies_at_once() {
    let desk = practice();
    desk.fill_in("match");
    let birth = [
        ("secret_birth_era", "showa"),
        ("secret_birth_year", "３０"),
        ("secret_birth_month", "4"),
        ("secret_birth_day", "3"),
    ];
    assert_eq!(desk.save("match", &birth), [""; 0]);
    assert_eq!(desk.send().expect("sent"), Sent::Done);

    let case = desk.case();
    assert_eq!(case.application.state, State::Approved);
    assert!(case.application.number.is_some());
    assert_eq!(desk.devices(), 2);
    let entry = desk.db.read_blocking(|c| registration::find(c, desk.scope.facility())).expect("read");
    assert_eq!(entry.expect("registered").staff_count, 3);
    assert_eq!(desk.send().expect("sent twice"), Sent::Done);
    assert_eq!(desk.devices(), 2, "sending twice sends once");
}

#[test]
fn the_secret_is_in_no_document_and_no_filing() {
    let desk = midwifery();
    desk.fill_in("match");
    assert_eq!(desk.save("match", &[("secret_account", "9876543")]).len(), 1);
    assert_eq!(desk.save("match", &[("secret_account", "12345")]), [""; 0]);
    let document = format!("{:?}", desk.case().document);
    desk.send().expect("sent");
    let filed = desk.db.read_blocking(|c| repo::latest_filing(c, &desk.id)).expect("read").expect("filed");
    let filed = filed.values().expect("values").to_string();
    for text in [document, filed] {
        assert!(!text.contains("12345") && !text.contains("9876543") && !text.contains("secret"), "{text}");
    }
}

#[test]
fn after_five_wrong_tries_documents_remain_with_all_answers() {
    let desk = midwifery();
    desk.fill_in("match");
    for left in (1..5).rev() {
        let said = desk.save("match", &[("secret_account", "7777777")]);
        assert_eq!(said, [format!("提出済みの情報と一致しませんでした（残り{left}回）")]);
    }
    assert_eq!(desk.save("match", &[("secret_account", "7777777")]), [Refusal::MatchClosed.sentence()]);
    assert_eq!(desk.step_keys(), ["method", "documents", "count", "terms"]);
    assert!(matches!(desk.try_save("match", &[("secret_account", "12345")]), Err(Error::NotFound)));
    assert_eq!(desk.save("method", &[("method", "match")]), [Refusal::MatchClosed.sentence()]);
    let case = desk.case();
    assert_eq!((case.document.answer("staff_count"), case.document.answer("device_count")), ("３人", "2台"));
    assert!(
        matches!(desk.send().expect("asked"), Sent::Incomplete(left) if left.len() == 1 && left[0].step == "documents")
    );
}

#[test]
fn a_new_draft_does_not_bring_new_tries() {
    let mut desk = midwifery();
    desk.fill_in("match");
    for _ in 0..5 {
        desk.save("match", &[("secret_account", "7777777")]);
    }
    desk.db.write_blocking(desk.scope.actor(), |tx| draft::discard(tx, &desk.scope, &desk.id)).expect("discarded");
    desk.id = open(&desk.db, &desk.scope);
    desk.save("method", &[("method", "match")]);
    assert_eq!(desk.save("match", &[("secret_account", "12345")]), [Refusal::MatchClosed.sentence()]);
}

#[test]
fn without_anything_to_compare_documents_remain() {
    let desk = desk(OFFICE);
    desk.save("method", &[("method", "match")]);
    let birth = [("secret_birth_year", "1955"), ("secret_birth_month", "4"), ("secret_birth_day", "3")];
    assert!(desk.save("match", &birth)[0].contains("照合に使う情報が登録されていません"));
    assert_eq!(desk.step_keys()[1], "documents");
}

#[test]
fn what_cannot_be_read_costs_no_try() {
    let desk = midwifery();
    desk.save("method", &[("method", "match")]);
    for typed in ["", "　", "abc", "12345678901", "😀", "'; drop table facilities; --", "1\0"] {
        assert!(!desk.save("match", &[("secret_account", typed)])[0].contains("残り"), "{typed:?}");
    }
    assert_eq!(desk.save("match", &[("secret_account", "1")]), ["提出済みの情報と一致しませんでした（残り4回）"]);
}

#[test]
fn a_number_as_the_passbook_or_a_form_shows_it_matches() {
    for typed in [
        "12345",
        "００１２３４５",
        "0012345",
        "普通　0012345",
        "11940-123451",
        "記号１１９４０　番号１２３４５１",
        "0000012345",
    ] {
        let desk = midwifery();
        desk.save("method", &[("method", "match")]);
        assert_eq!(desk.save("match", &[("secret_account", typed)]), [""; 0], "{typed}");
    }
}

#[test]
fn a_birth_date_in_any_writing_matches() {
    for typed in [
        ["ad", "1955", "4", "3"],
        ["", "1955", "04", "03"],
        ["showa", "30", "4", "3"],
        ["showa", "３０年", "４月", "３日"],
        ["showa", "1955", "4", "3"],
        ["ad", "S30", "4", "3"],
        ["ad", "昭和30年4月3日", "", ""],
        ["ad", "S30.4.3", "", ""],
        ["ad", "㍼30/4/3", "", ""],
        ["ad", "3300403", "", ""],
        ["showa", "30-4-3", "", ""],
        ["ad", "１９５５ー４ー３", "", ""],
    ] {
        let desk = practice();
        desk.save("method", &[("method", "match")]);
        assert_eq!(desk.save("match", &birth(typed)), [""; 0], "{typed:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_asked_about_and_costs_no_try() {
    let desk = practice();
    desk.save("method", &[("method", "match")]);
    for (typed, words) in [
        (["ad", "30", "4", "3"], "西暦4桁か、昭和などの元号をつけて"),
        (["heisei", "1955", "4", "3"], "昭和30年4月3日ではありませんか"),
        (["showa", "65", "4", "3"], "平成2年4月3日ではありませんか"),
        (["reiwa", "30", "4", "3"], "元号と年を確かめて"),
        (["ad", "2955", "4", "3"], "「年」は"),
        (["ad", "1955", "4", "31"], "「日」は1から30まで"),
        (["ad", "1955", "", ""], "「月」を入力して"),
    ] {
        let said = desk.save("match", &birth(typed));
        assert!(said.len() == 1 && said[0].contains(words), "{typed:?}: {said:?}");
    }
    let said = desk.save("match", &birth(["ad", "1955", "4", "4"]));
    assert_eq!(said, ["提出済みの情報と一致しませんでした（残り4回）"]);

    let desk = midwifery();
    desk.save("method", &[("method", "match")]);
    for typed in ["123-0012345", "0001-123-0012345", "12340-12345678", "92340-12345671"] {
        let said = desk.save("match", &[("secret_account", typed)]);
        assert!(said.len() == 1 && said[0].contains("ゆうちょ銀行の"), "{typed:?}: {said:?}");
    }
}

fn birth([era, year, month, day]: [&str; 4]) -> [(&str, &str); 4] {
    [("secret_birth_era", era), ("secret_birth_year", year), ("secret_birth_month", month), ("secret_birth_day", day)]
}

#[test]
fn after_a_failed_match_the_usual_causes_stand_open() {
    let desk = midwifery();
    desk.save("method", &[("method", "match")]);
    let case = desk.case();
    let step = desk.procedure().steps(&case).remove(1);
    let draw = |sentence: &str| {
        let mut errors = FieldErrors::default();
        errors.add("secret_account", "口座番号", FieldFault::Sentence(sentence.to_owned()));
        desk.procedure().draw(&step, &case, &Answers::new(), &errors).expect("drawn")
    };
    let failed = draw("提出済みの情報と一致しませんでした（残り4回）");
    assert!(!failed.contains("<summary>一致しないとき") && failed.contains("よくある原因"), "{failed}");
    assert!(failed.contains("href=\"method\""), "a way to the documents");
    assert!(draw("口座番号を入力してください").contains("<summary>一致しないとき"));
}

#[test]
fn every_field_answers_hostile_input_in_words_and_keeps_it() {
    let desk = midwifery();
    let long = "1".repeat(10_000);
    for typed in
        ["", "0", "-1", "10000", "1.5", "二", "abc", "1e3", "😀", "2\0", "<script>", "' or 1=1", "123456789018", &long]
    {
        let said = desk.save("count", &[("staff_count", typed), ("device_count", typed)]);
        assert_eq!(said.len(), 2, "{typed:?}: {said:?}");
        assert!(said[0].starts_with("職員数") && said[1].starts_with("申請台数"), "{said:?}");
        for step in ["method", "terms"] {
            assert_eq!(desk.save(step, &[(step, typed)]).len(), 1, "{step} {typed:?}");
        }
    }
    assert_eq!(desk.save("count", &[("staff_count", "9,999"), ("device_count", "21")]).len(), 1);
    assert_eq!(desk.save("count", &[("staff_count", "10000"), ("device_count", "２０")]).len(), 1);
    assert_eq!(desk.save("count", &[]).len(), 2);
    desk.save("count", &[("staff_count", "1234-5678-9018"), ("device_count", "21")]);
    let kept = desk.case().document;
    assert_eq!((kept.answer("staff_count"), kept.answer("device_count")), ("", "21"), "no 個人番号 is ever kept");
    let Sent::Incomplete(missing) = desk.send().expect("asked") else { panic!("nothing is right") };
    let steps: Vec<_> = missing.iter().map(|one| one.step).collect();
    assert_eq!(steps, ["method", "count", "count", "terms"]);
}

#[test]
fn fields_that_are_not_the_step_s_are_not_taken() {
    let desk = midwifery();
    let more =
        [("staff_count", "3"), ("device_count", "2"), ("method", "match"), ("state", "approved"), ("matched", "1")];
    desk.save("count", &more);
    let document = desk.case().document;
    assert_eq!(document.answers.keys().collect::<Vec<_>>(), ["device_count", "staff_count"]);
    assert!(document.marks.is_empty());
}

#[test]
fn a_changed_master_asks_for_a_new_match() {
    let desk = midwifery();
    desk.fill_in("match");
    desk.save("match", &[("secret_account", "12345")]);
    let mut case = desk.case();
    assert!(desk.procedure().file(&case).is_ok());
    case.facility.revision += 1;
    let missing = desk.procedure().file(&case).expect_err("asks again");
    assert_eq!((missing.len(), missing[0].step), (1, "match"));
}

#[test]
fn a_facility_that_closed_meanwhile_is_not_approved() {
    let today = testing::start().date_naive();
    let closing = today + chrono::Days::new(1);
    let desk = desk(NewFacility {
        kind: FacilityKind::Midwifery,
        code: "1300001234",
        account_number: Some("0012345"),
        closed_on: Some(closing),
        ..OFFICE
    });
    desk.fill_in("match");
    desk.save("match", &[("secret_account", "12345")]);
    desk.db.clock.advance(chrono::Duration::days(1));
    assert!(matches!(desk.send(), Err(Error::Refused(Refusal::FacilityClosed))));
    assert_eq!(desk.case().application.state, State::Draft, "nothing happened");
}

#[tokio::test]
async fn documents_wait_for_a_reviewer() {
    let desk = practice();
    desk.fill_in("documents");
    assert!(matches!(desk.send().expect("asked"), Sent::Incomplete(left) if left[0].step == "documents"));

    let folder = tempfile::tempdir().expect("a folder");
    desk.attach(&Storage::local(folder.path()).expect("a store")).await;
    assert_eq!(desk.send().expect("sent"), Sent::Done);
    let case = desk.case();
    assert_eq!(case.application.state, State::Submitted);
    let values = desk.db.read_blocking(|c| repo::latest_filing(c, &desk.id)).expect("read").expect("filed");
    let values = values.values().expect("values");
    let lines = desk.procedure().filed_summary(&values).expect("lines");
    let shown: Vec<String> = lines.iter().map(|row| format!("{}：{}", row.label, row.value)).collect();
    assert_eq!(
        shown,
        [
            "施設の確認方法：② 書類を添付",
            "受領委任承諾通知書：通知書.pdf（220バイト）",
            "職員数：3人",
            "申請台数：2台",
            "利用規約への同意：同意する",
        ]
    );
    assert_eq!(desk.procedure().quantity(&values).expect("countable").asked, 2);
    let facts = desk.db.read_blocking(|c| desk.procedure().review(c, &case, &values)).expect("facts");
    let verdict = |label: &str| facts.iter().find(|fact| fact.label.starts_with(label)).map(|fact| fact.verdict);
    use uketsuke_core::application::procedure::Verdict;
    assert_eq!(verdict("申請者の氏名"), Some(Verdict::Same));
    assert_eq!(verdict("電話番号"), Some(Verdict::Same));
}

#[test]
fn a_correction_shows_and_takes_only_what_is_open() {
    let desk = midwifery();
    desk.fill_in("match");
    let mut case = desk.case();
    case.open = OpenFields::Only(vec!["device_count".into()]);
    let step = desk.procedure().steps(&case).into_iter().find(|step| step.key == "count").expect("there");
    let html = desk.procedure().draw(&step, &case, &case.document.answers, &FieldErrors::default()).expect("drawn");
    assert!(html.contains("name=\"device_count\"") && !html.contains("name=\"staff_count\""), "{html}");
}

#[test]
fn every_step_is_drawn_for_every_kind() {
    use uketsuke_core::facility::kind::KINDS;
    let desk = practice();
    for entry in KINDS {
        let mut case = desk.case();
        case.facility.kind = entry.kind;
        for step in desk.procedure().steps(&case) {
            let html = desk.procedure().draw(&step, &case, &Answers::new(), &FieldErrors::default()).expect("drawn");
            let uketsuke_core::application::procedure::StepContent::Fields { kept, secret, .. } = step.content else {
                panic!("nothing chosen: the match is asked for")
            };
            for field in kept.iter().chain(secret) {
                assert!(html.contains(&format!("name=\"{field}\"")), "{} {field}", entry.id);
            }
        }
    }
}

#[test]
fn two_members_of_one_facility_cannot_both_be_approved() {
    let mut desk = midwifery();
    let match_and_fill_in = |desk: &Desk| {
        desk.fill_in("match");
        assert_eq!(desk.save("match", &[("secret_account", "12345")]), [""; 0]);
    };
    match_and_fill_in(&desk);
    let (first, facility) = (desk.id.clone(), desk.scope.facility().clone());
    let colleague = desk.db.write_blocking(Actor::system(), |tx| add_member(tx, &facility, "hanako@example.jp", false));
    let me = std::mem::replace(&mut desk.scope, colleague.expect("a colleague"));
    desk.id = open(&desk.db, &desk.scope);
    match_and_fill_in(&desk);
    assert_eq!(desk.send().expect("sent"), Sent::Done);
    (desk.scope, desk.id) = (me, first);
    assert!(matches!(desk.send(), Err(Error::Refused(Refusal::UsageStartOpen))));
}
