//! Claims of 助成金 as use cases, on a database of each test's own.

use std::collections::BTreeMap;

use uketsuke_core::application::files::{Handed, take_in};
use uketsuke_core::application::model::Proposal;
use uketsuke_core::application::procedure::Allowed;
use uketsuke_core::application::{claim as queue, decide, second, submit::Sent};
use uketsuke_core::error::Error;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::ids::{ApplicationId, EvidenceId};
use uketsuke_core::scope::{FacilityScope, StaffScope};
use uketsuke_core::staff::role::Role;
use uketsuke_core::storage::Storage;
use uketsuke_core::subsidy::payee::Payee;
use uketsuke_core::subsidy::rules::ItemKind;
use uketsuke_core::testing::{self, NewFacility, OFFICE, add_staff};
use uketsuke_core::{bank, evidence};

use super::*;
use crate::testing::{Desk, PDF, acupuncture, refused, use_service};

const KIND: ApplicationKind = ApplicationKind::Subsidy;

/// A 助産所, whose programme has no last day.
fn midwifery() -> NewFacility<'static> {
    NewFacility { kind: FacilityKind::Midwifery, code: "1399999999", name: "ひかり助産所", ..OFFICE }
}

/// One tablet; the other boxes stay empty.
const TABLET: [(&str, &str); 6] = [
    ("purchases.1.date", "令和8年11月1日"),
    ("purchases.1.shop", "駅前カメラ"),
    ("purchases.1.item", "tablet"),
    ("purchases.1.model", "タブ１０"),
    ("purchases.1.count", "１"),
    ("purchases.1.yen", "４１，０００円"),
];

const PAYEE_TYPED: [(&str, &str); 5] = [
    ("payee.bank", "みずほ銀行"),
    ("payee.branch", "しんじゅく"),
    ("payee.type", "ordinary"),
    ("payee.number", "１２３４５"),
    ("payee.holder", "ひかりじょさんじょ"),
];

fn with(
    typed: &[(&'static str, &'static str)],
    changed: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'static str)> {
    let mut all: BTreeMap<_, _> = typed.iter().copied().collect();
    all.extend(changed.iter().copied());
    all.into_iter().collect()
}

struct Office {
    desk: Desk,
    storage: Storage,
    scope: FacilityScope,
    _folder: tempfile::TempDir,
}

fn set_up(desk: &Desk, scope: &FacilityScope) {
    use_service(&desk.db, scope);
    activate(desk, scope);
}

/// Its devices are in use.
fn activate(desk: &Desk, scope: &FacilityScope) {
    let facility = scope.facility();
    desk.system(|tx| {
        testing::sql(tx.conn(), &format!("update devices set state = 'active' where facility_id = '{facility}'"))
    });
}

/// A 助産所 with two devices in use, and the sample of banks.
fn office() -> Office {
    let desk = Desk::new();
    let scope = desk.other(midwifery(), "josan@example.jp", true);
    set_up(&desk, &scope);
    desk.system(|tx| bank::import(tx, bank::SAMPLE.as_bytes())).expect("a good list");
    let folder = tempfile::TempDir::new().expect("a folder");
    let storage = Storage::local(folder.path()).expect("a store");
    Office { desk, storage, scope, _folder: folder }
}

impl Office {
    async fn attach(&self, scope: &FacilityScope, id: &ApplicationId, content: Vec<u8>) -> EvidenceId {
        let mut upload = self.storage.upload().await.expect("opens");
        upload.write(content.into()).await.expect("written");
        let handed = Handed { content: upload.finish().await.expect("received"), file_name: "領収書.pdf".into() };
        let taken = take_in((&self.desk.db, &self.storage), scope.actor(), scope, id, handed).await;
        taken.expect("kept").expect("good")
    }

    /// A draft that only wants to be sent.
    async fn filled(&self, scope: &FacilityScope) -> ApplicationId {
        let id = self.desk.begin(scope, KIND).expect("begun");
        self.attach(scope, &id, PDF.to_vec()).await;
        assert_eq!(self.desk.save(scope, &id, PURCHASES_STEP, &TABLET), [""; 0]);
        assert_eq!(self.desk.save(scope, &id, PAYEE_STEP, &PAYEE_TYPED), [""; 0]);
        id
    }

    async fn sent(&self, scope: &FacilityScope) -> ApplicationId {
        let id = self.filled(scope).await;
        assert_eq!(self.desk.send(scope, &id).expect("sent"), Sent::Done);
        id
    }

    fn by<T>(
        &self,
        who: &StaffScope,
        work: impl FnOnce(&mut Tx<'_>, i64) -> Result<T>,
        id: &ApplicationId,
    ) -> Result<T> {
        self.desk.db.write_blocking(who.actor(), |tx| {
            let seen = repo::get(tx.conn(), id)?.revision;
            work(tx, seen)
        })
    }

    /// A reviewer takes it and proposes.
    fn propose(&self, id: &ApplicationId, proposal: Proposal) -> StaffScope {
        let reviewer = add_staff(&self.desk.db, Role::Reviewer);
        self.by(&reviewer, |tx, _| queue::claim(tx, &reviewer, id), id).expect("claimed");
        let procedures = &self.desk.procedures;
        self.by(&reviewer, |tx, seen| second::recommend(tx, procedures, &reviewer, (id, seen), (proposal, "")), id)
            .expect("proposed");
        reviewer
    }

    fn confirm(&self, id: &ApplicationId) -> Result<Proposal> {
        let approver = add_staff(&self.desk.db, Role::Approver);
        let procedures = &self.desk.procedures;
        self.by(&approver, |tx, seen| second::confirm(tx, procedures, &approver, (id, seen)), id)
    }

    fn decision(&self, id: &ApplicationId) -> Option<decision::Decision> {
        self.desk.db.read_blocking(|c| decision::find(c, id)).expect("reads")
    }

    fn filing(&self, id: &ApplicationId) -> Filing {
        let values = self.desk.db.read_blocking(|c| repo::latest_filing(c, id)).expect("reads").expect("filed");
        Filing::read(&values.values().expect("sound")).expect("of this kind")
    }

    fn facts(&self, id: &ApplicationId) -> Vec<Fact> {
        let read = self.desk.db.read_blocking(|c| {
            let application = repo::get(c, id)?;
            let case = repo::case(c, application)?;
            review::facts(c, &case, &self.filing(id))
        });
        read.expect("weighed")
    }
}

#[tokio::test]
async fn what_is_typed_in_any_way_is_filed_in_one_and_reckoned() {
    let office = office();
    let id = office.sent(&office.scope).await;
    let filing = office.filing(&id);
    let line = &filing.lines[0];
    assert_eq!((line.bought_on.to_string().as_str(), line.item, line.yen), ("2026-11-01", ItemKind::Tablet, 41_000));
    assert_eq!((line.model.as_str(), line.count), ("タブ１０", 1));
    let Payee { bank, branch, number, holder, .. } = &filing.payee;
    assert_eq!([bank, branch, number, holder].map(String::as_str), ["0001", "240", "0012345", "ﾋｶﾘｼﾞﾖｻﾝｼﾞﾖ"]);
    assert_eq!(filing.calculation.yen, 30_000, "three quarters of 41,000, cut to thousands");
    assert_eq!(office.desk.state(&id), State::Submitted);
}

#[tokio::test]
async fn each_fault_of_a_line_is_told_at_its_box_and_the_rest_is_kept() {
    let office = office();
    let id = office.desk.begin(&office.scope, KIND).expect("begun");
    for (changed, said) in [
        (("purchases.1.date", "2027-01-01"), "これから先の日は入力できません"),
        (("purchases.1.date", "2023-01-01"), "より前に購入したものは、この制度の対象になりません"),
        (("purchases.1.date", "きのう"), "購入日"),
        (("purchases.1.item", "receipt_computer"), "この制度の対象になりません"),
        (("purchases.1.item", "boat"), "品目を選んでください"),
        (("purchases.1.count", "0"), "数量"),
        (("purchases.1.yen", "0"), "金額"),
        (("purchases.1.yen", "-5000"), "金額"),
        (("purchases.1.yen", "999999999999999999999"), "金額"),
        (("purchases.1.yen", "100000001"), "金額"),
        (("purchases.1.shop", ""), "購入した店を入力"),
        (("purchases.3.shop", "二軒目"), "3行目"),
    ] {
        let faults = office.desk.save(&office.scope, &id, PURCHASES_STEP, &with(&TABLET, &[changed]));
        assert!(faults.iter().any(|fault| fault.contains(said)), "{changed:?}: {faults:?}");
        let kept = office.desk.db.read_blocking(|c| {
            let application = repo::get(c, &id)?;
            Ok(repo::case(c, application)?.document.answer(changed.0).to_owned())
        });
        assert_eq!(kept.expect("reads"), changed.1, "what was typed is kept");
    }
    assert_eq!(office.desk.save(&office.scope, &id, PURCHASES_STEP, &[]).len(), 1, "nothing bought");
}

#[tokio::test]
async fn an_account_is_understood_or_asked_about() {
    let office = office();
    let id = office.desk.begin(&office.scope, KIND).expect("begun");
    for (changed, said) in [
        (("payee.bank", "三"), "金融機関を下の中から選んでください"),
        (("payee.bank", "どこにもない銀行"), "金融機関が見つかりません"),
        (("payee.bank", ""), "金融機関"),
        (("payee.branch", "どこにもない"), "支店が見つかりません"),
        (("payee.type", ""), "預金種目"),
        (("payee.number", "12345678"), "口座番号"),
        (("payee.holder", "光助産所"), "「光」「助」「産」「所」は、振込のデータに書けません"),
        (("payee.holder", "ア"), ""),
        (("payee.holder", ""), "口座名義"),
    ] {
        let faults = office.desk.save(&office.scope, &id, PAYEE_STEP, &with(&PAYEE_TYPED, &[changed]));
        match said {
            "" => assert_eq!(faults, [""; 0], "{changed:?}"),
            said => assert!(faults.iter().any(|fault| fault.contains(said)), "{changed:?}: {faults:?}"),
        }
    }
    let chosen = [("payee.bank", "三"), ("payee.bank_choice", "0009"), ("payee.branch", "654")];
    assert_eq!(office.desk.save(&office.scope, &id, PAYEE_STEP, &with(&PAYEE_TYPED, &chosen)), [""; 0]);
}

#[tokio::test]
async fn without_receipts_or_an_account_nothing_is_sent() {
    let office = office();
    let id = office.desk.begin(&office.scope, KIND).expect("begun");
    office.desk.save(&office.scope, &id, PURCHASES_STEP, &with(&TABLET, &[("purchases.1.yen", "1000")]));
    let Sent::Incomplete(open) = office.desk.send(&office.scope, &id).expect("answered") else { panic!("sent") };
    let said: Vec<String> = open.iter().map(|one| one.error.sentence()).collect();
    assert!(said.iter().any(|one| one.contains("領収書")), "{said:?}");
    assert!(said.iter().any(|one| one.contains("振込先の口座")), "{said:?}");
    office.attach(&office.scope, &id, PDF.to_vec()).await;
    office.desk.save(&office.scope, &id, PAYEE_STEP, &PAYEE_TYPED);
    let Sent::Incomplete(open) = office.desk.send(&office.scope, &id).expect("answered") else { panic!("sent") };
    assert!(open[0].error.sentence().contains("0円になります"), "750 yen are cut to nothing: {open:?}");
}

#[tokio::test]
async fn who_may_not_claim_is_told_why_before_typing_anything() {
    let office = office();
    let desk = &office.desk;
    assert_eq!(refused(desk.begin(&desk.scope, KIND)), Refusal::SubsidyWindow, "closed since 2025-02-01");
    let fresh = desk.other(NewFacility { code: "1377777777", ..midwifery() }, "a@example.jp", true);
    assert_eq!(refused(desk.begin(&fresh, KIND)), Refusal::UsageStartFirst);
    use_service(&desk.db, &fresh);
    assert_eq!(refused(desk.begin(&fresh, KIND)), Refusal::SubsidyDevice, "none of its devices is set up");
    office.sent(&office.scope).await;
    assert!(matches!(desk.begin(&office.scope, KIND), Err(Error::Refused(_))), "one claim at a time");
}

#[tokio::test]
async fn rules_that_change_meanwhile_are_looked_at_once_more_but_never_after_sending() {
    let office = office();
    let id = office.filled(&office.scope).await;
    let admin = add_staff(&office.desk.db, Role::Administrator);
    let change = |cap: i64| {
        let work = |tx: &mut Tx<'_>| {
            let today = tokyo_date(tx.now().utc());
            let now = programme::offered(tx.conn(), FacilityKind::Midwifery, today)?.expect("one");
            let mut rules = now.rules.clone();
            rules.components[0].cap = cap;
            rules.total_cap = cap;
            programme::change(tx, &admin, (&now.id, now.version), &rules, "上限の見直し")
        };
        office.desk.db.write_blocking(admin.actor(), work).expect("changed");
    };
    change(20_000);
    let Sent::Incomplete(open) = office.desk.send(&office.scope, &id).expect("answered") else { panic!("sent unseen") };
    assert!(open[0].error.sentence().contains("きまりが変わりました"), "{open:?}");
    assert_eq!(office.desk.send(&office.scope, &id).expect("sent"), Sent::Done);
    assert_eq!(office.filing(&id).calculation.yen, 15_000);
    change(41_000);
    assert_eq!(office.filing(&id).programme().version, 2, "what was sent stays under its rules");
    office.propose(&id, Proposal::Approve(Terms::default()));
    office.confirm(&id).expect("granted");
    assert_eq!(office.decision(&id).expect("a grant").yen, 15_000);
}

#[tokio::test]
async fn a_line_approved_in_part_is_reckoned_anew_and_explained() {
    let office = office();
    let id = office.sent(&office.scope).await;
    let lower = |yen: i64, reason: &str| {
        let allowed = [("1".to_owned(), Allowed { yen, reason: reason.to_owned() })].into();
        Terms { allowed, ..Terms::default() }
    };
    let values = serde_json::to_value(office.filing(&id)).expect("values");
    let procedure = office.desk.procedures.get(KIND).expect("known");
    for (yen, reason) in [(-1, "減らす"), (41_001, "増やす"), (30_000, " ")] {
        assert!(matches!(decide::valid_terms(procedure, &values, lower(yen, reason)), Err(Error::Invalid(_))), "{yen}");
    }
    office.propose(&id, Proposal::Approve(lower(30_000, "ケースは対象になりません")));
    office.confirm(&id).expect("granted");
    let decision = office.decision(&id).expect("a grant");
    assert_eq!((decision.yen, decision.decided.claimed), (22_000, 30_000), "three quarters of 30,000 is 22,500");
    let line = &decision.decided.lines[0];
    assert_eq!((line.claimed, line.counted, line.reason.as_str()), (41_000, 30_000, "ケースは対象になりません"));
}

#[tokio::test]
async fn what_comes_to_no_money_is_not_granted() {
    let office = office();
    let id = office.sent(&office.scope).await;
    let allowed = [("1".to_owned(), Allowed { yen: 0, reason: "対象外です".to_owned() })].into();
    office.propose(&id, Proposal::Approve(Terms { allowed, ..Terms::default() }));
    assert_eq!(refused(office.confirm(&id)), Refusal::SubsidyNothing);
    assert_eq!((office.desk.state(&id), office.decision(&id)), (State::AwaitingApproval, None));
}

#[tokio::test]
async fn a_rejection_is_a_decision_too_and_can_be_undone_until_its_notice_is_made() {
    let office = office();
    let id = office.sent(&office.scope).await;
    office.propose(&id, Proposal::Reject("対象の費用ではないため、交付できません。".to_owned()));
    let approver = add_staff(&office.desk.db, Role::Approver);
    let procedures = &office.desk.procedures;
    office.by(&approver, |tx, seen| second::confirm(tx, procedures, &approver, (&id, seen)), &id).expect("refused");
    let decision = office.decision(&id).expect("a refusal");
    assert_eq!((decision.outcome, decision.yen), (decision::Outcome::Refused, 0));
    assert_eq!(decision.decided.reason, "対象の費用ではないため、交付できません。");
    let undo = |tx: &mut Tx<'_>, _: i64| uketsuke_core::application::undo::undo(tx, procedures, &approver, &id);
    office.by(&approver, undo, &id).expect("undone");
    assert_eq!((office.desk.state(&id), office.decision(&id)), (State::AwaitingApproval, None));
}

#[tokio::test]
async fn receipts_of_others_are_pointed_out_by_file_and_by_shop_day_and_amount() {
    let office = office();
    let desk = &office.desk;
    let first = office.sent(&office.scope).await;
    let about = |id: &ApplicationId| {
        let facts = office.facts(id);
        facts.into_iter().find(|fact| fact.label.starts_with("同じ領収書")).expect("asked")
    };
    assert_eq!(about(&first).master, "ほかにありません");
    // The same file, another purchase.
    let second =
        desk.other(NewFacility { code: "1388888888", name: "あけぼの助産所", ..midwifery() }, "b@example.jp", true);
    set_up(desk, &second);
    let id = office.filled(&second).await;
    let other = with(&TABLET, &[("purchases.1.shop", "別の店"), ("purchases.1.yen", "40000")]);
    desk.save(&second, &id, PURCHASES_STEP, &other);
    desk.send(&second, &id).expect("sent");
    let fact = about(&id);
    let number = desk.db.read_blocking(|c| repo::get(c, &first)).expect("reads").number_text().to_owned();
    assert!(fact.master.contains(&number) && fact.master.contains("ひかり助産所"), "{fact:?}");
    // The same shop written otherwise, day and amount; another file.
    let third =
        desk.other(NewFacility { code: "1366666666", name: "みらい助産所", ..midwifery() }, "c@example.jp", true);
    set_up(desk, &third);
    let id = desk.begin(&third, KIND).expect("begun");
    let mut another = PDF.to_vec();
    another.extend(b"\n");
    office.attach(&third, &id, another).await;
    desk.save(&third, &id, PURCHASES_STEP, &with(&TABLET, &[("purchases.1.shop", "駅前 ｶﾒﾗ")]));
    desk.save(&third, &id, PAYEE_STEP, &PAYEE_TYPED);
    assert_eq!(desk.send(&third, &id).expect("sent"), Sent::Done);
    let fact = about(&id);
    assert!(fact.master.contains(&number) && !fact.master.contains("あけぼの"), "{fact:?}");
}

#[tokio::test]
async fn an_annex_claims_once_whoever_of_the_two_was_first() {
    let office = office();
    let desk = &office.desk;
    // The programme of both is opened again.
    let admin = add_staff(&desk.db, Role::Administrator);
    let open = |tx: &mut Tx<'_>| {
        let today = tokyo_date(tx.now().utc());
        let now = programme::offered(tx.conn(), FacilityKind::JudoTherapy, today)?.expect("one");
        let rules = uketsuke_core::subsidy::rules::Rules { closes_on: None, ..now.rules };
        programme::change(tx, &admin, (&now.id, now.version), &rules, "受付の再開")
    };
    desk.db.write_blocking(admin.actor(), open).expect("opened");
    let (main, other) = (desk.scope.clone(), desk.other(acupuncture(), "hari@example.jp", true));
    activate(desk, &main);
    set_up(desk, &other);
    desk.system(|tx| {
        let grant = testing::approved_as(tx, &main, ApplicationKind::AnnexDeclaration)?;
        uketsuke_core::annex::declare(tx, &grant, other.facility())
    });
    // Both have a draft; the second is refused as soon as the first is sent.
    let (first, second) = (office.filled(&main).await, office.filled(&other).await);
    assert_eq!(desk.send(&main, &first).expect("sent"), Sent::Done);
    assert_eq!(office.filing(&first).annexed.expect("the other office").name, "さくら鍼灸院");
    assert_eq!(refused(desk.send(&other, &second)), Refusal::SubsidyTaken);
    office.propose(&first, Proposal::Approve(Terms::default()));
    office.confirm(&first).expect("granted");
    assert_eq!(office.decision(&first).expect("a grant").yen, 41_000);
    assert_eq!(refused(desk.send(&other, &second)), Refusal::SubsidyTaken);
    assert_eq!(refused(desk.begin(&main, KIND)), Refusal::SubsidyTaken);
}

#[tokio::test]
async fn a_returned_claim_opens_its_lines_alone_and_forgets_the_recommendation() {
    let office = office();
    let id = office.sent(&office.scope).await;
    let reviewer = office.propose(&id, Proposal::Approve(Terms::default()));
    let (desk, procedures) = (&office.desk, &office.desk.procedures);
    office.by(&reviewer, |tx, _| second::recall(tx, &reviewer, &id), &id).expect("recalled");
    let faults = [decide::NamedFault {
        field: purchases::PIN.to_owned(),
        reason: "purchase_differs".to_owned(),
        text: "入力された内容が、領収書の日付・店・金額と違います。領収書のとおりに入力してください。".to_owned(),
    }];
    let back = |tx: &mut Tx<'_>, seen| decide::return_to_applicant(tx, procedures, &reviewer, (&id, seen), &faults);
    office.by(&reviewer, back, &id).expect("returned");
    assert_eq!(refused(office.confirm(&id)), Refusal::NotInThisState);
    let now = with(&TABLET, &[("purchases.1.yen", "40000")]);
    assert_eq!(desk.save(&office.scope, &id, PURCHASES_STEP, &now), [""; 0]);
    let other = with(&PAYEE_TYPED, &[("payee.number", "7654321")]);
    let _ = desk.save(&office.scope, &id, PAYEE_STEP, &other);
    let again = |tx: &mut Tx<'_>| uketsuke_core::application::submit::resubmit(tx, procedures, &office.scope, &id);
    assert_eq!(desk.db.write_blocking(office.scope.actor(), again).expect("sent again"), Sent::Done);
    let filing = office.filing(&id);
    assert_eq!((filing.lines[0].yen, filing.payee.number.as_str()), (40_000, "0012345"), "the account was not open");
    let claimed: Vec<(i64, i64)> = desk
        .db
        .read_blocking(|c| {
            let admin = add_staff(&desk.db, Role::Auditor);
            Ok(uketsuke_core::books::list(c, &admin)?
                .iter()
                .map(|year| (year.claimed.count, year.claimed.yen))
                .collect())
        })
        .expect("reads");
    assert_eq!(claimed, [(1, 30_000)]);
    let evidence = desk.db.read_blocking(|c| evidence::repo::list(c, &id));
    assert_eq!(evidence.expect("reads").len(), 1);
}

#[tokio::test]
async fn of_two_approvers_who_decide_at_once_one_wins() {
    for _ in 0..5 {
        let office = office();
        let id = office.sent(&office.scope).await;
        office.propose(&id, Proposal::Approve(Terms::default()));
        let approvers = [(); 2].map(|()| add_staff(&office.desk.db, Role::Approver));
        let seen = office.desk.db.read_blocking(|c| repo::get(c, &id)).expect("reads").revision;
        let start = std::sync::Barrier::new(approvers.len());
        let decide = |approver: &StaffScope| {
            start.wait();
            loop {
                let decided = office.desk.db.write_blocking(approver.actor(), |tx| {
                    second::confirm(tx, &office.desk.procedures, approver, (&id, seen))
                });
                match decided {
                    Err(Error::Unavailable { .. }) => {}
                    other => break other,
                }
            }
        };
        let decide = &decide;
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let runs: Vec<_> = approvers.iter().map(|approver| scope.spawn(move || decide(approver))).collect();
            runs.into_iter().map(|run| run.join().expect("nobody panics")).collect()
        });
        let (won, told): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), told.len()), (1, 1), "{told:?}");
        assert!(matches!(told[0], Err(Error::Conflict | Error::Refused(_))), "{told:?}");
        assert_eq!(office.decision(&id).expect("one grant").yen, 30_000);
        let approvals = office.desk.db.read_blocking(|c| repo::history(c, &id)).expect("reads");
        assert_eq!(approvals.iter().filter(|event| event.verb == uketsuke_core::application::Verb::Approve).count(), 1);
    }
}
