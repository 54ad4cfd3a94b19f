//! Files: of applications, of claims, of inquiries.

use super::*;
use crate::application::files::{Handed, take_in};
use crate::application::{ApplicationKind, State, draft};
use crate::attachment::{self, Subject};
use crate::error::Error;
use crate::evidence::bookmark::{self, Bookmark};
use crate::evidence::sniff::fixtures;
use crate::evidence::{Evidence, repo, sweep};
use crate::ids::{ApplicationId, FilingId, InquiryId};
use crate::inquiry::{self, Offered, Owner, Sender, Typed};
use crate::refusal::Refusal;
use crate::registration;
use crate::schema::{application_events, applications, filings, inquiries, inquiry_messages, registrations};
use crate::staff::role::Role;
use crate::testing::{add_staff, approved_as, keyring, sql};

impl Yard {
    /// A draft with a file, that is then what it is said to be.
    async fn application(&self, scope: &FacilityScope, kind: ApplicationKind, state: State) -> ApplicationId {
        let id = self.db.write_blocking(scope.actor(), |tx| draft::open(tx, scope, kind)).unwrap();
        let mut upload = self.storage.upload().await.unwrap();
        upload.write(fixtures::png(40, 20).into()).await.unwrap();
        let handed =
            Handed { content: upload.finish().await.unwrap(), file_name: "山田太郎の保険証.png".into() };
        take_in((&self.db, &self.storage), scope.actor(), scope, &id, handed).await.unwrap().unwrap();
        let file = self.file(&id);
        self.write(|tx| {
            let now = tx.now();
            diesel::update(applications::table.find(&id))
                .set((
                    applications::state.eq(state),
                    applications::submitted_at.eq(now),
                    applications::decided_at.eq(now),
                ))
                .execute(tx.conn())?;
            let filed = serde_json::json!({
                "name": "さくら接骨院",
                "evidence": [{ "id": file.id, "name": file.original_name, "size_bytes": 9, "sha256": file.sha256 }],
            });
            diesel::insert_into(filings::table)
                .values((
                    filings::id.eq(FilingId::mint()),
                    filings::application_id.eq(&id),
                    filings::version.eq(1),
                    filings::schema_version.eq(1),
                    filings::document.eq(filed.to_string()),
                    filings::filed_by.eq("account:x"),
                    filings::filed_at.eq(now),
                ))
                .execute(tx.conn())?;
            let story = serde_json::json!({ "changes": [
                { "label": "書類", "before": "", "after": format!("{}（9バイト）", file.original_name) },
                { "label": "職員数", "before": "3", "after": "4" },
            ]});
            diesel::insert_into(application_events::table)
                .values((
                    application_events::id.eq(crate::ids::ApplicationEventId::mint()),
                    application_events::application_id.eq(&id),
                    application_events::actor.eq("account:x"),
                    application_events::verb.eq("resubmit"),
                    application_events::from_state.eq("returned"),
                    application_events::to_state.eq("in_review"),
                    application_events::reason.eq(""),
                    application_events::detail.eq(story.to_string()),
                    application_events::at.eq(now),
                ))
                .execute(tx.conn())?;
            Ok(())
        });
        id
    }

    fn file(&self, application: &ApplicationId) -> Evidence {
        self.read(|c| repo::list(c, application)).remove(0)
    }

    /// All text there is of an application.
    fn words(&self, id: &ApplicationId) -> String {
        self.read(|c| {
            let filed: Vec<String> =
                filings::table.filter(filings::application_id.eq(id)).select(filings::document).load(c)?;
            let told: Vec<String> = application_events::table
                .filter(application_events::application_id.eq(id))
                .select(application_events::detail)
                .load(c)?;
            Ok(filed.into_iter().chain(told).collect())
        })
    }
}

#[tokio::test]
async fn files_of_a_decided_application_go_after_their_term_and_not_before() {
    let yard = yard();
    let decided = yard.application(&yard.ours, ApplicationKind::Change, State::Rejected).await;
    let theirs = yard.application(&yard.theirs, ApplicationKind::Change, State::InReview).await;
    let (before, other) = (yard.file(&decided), yard.file(&theirs));
    let reviewer = add_staff(&yard.db, Role::Reviewer);
    let place = Bookmark { evidence_id: before.id.clone(), part: 1, zoom: 100, turn: 0 };
    yard.write(|tx| bookmark::keep(tx, &reviewer, &decided, &place));

    yard.wait(DAYS - 1);
    assert_eq!(yard.run(Topic::Evidence).await, 0);
    assert_eq!((yard.file(&decided), yard.objects().await), (before.clone(), 4));
    assert!(yard.words(&decided).contains("保険証"));

    yard.wait(1);
    yard.stands(Topic::Evidence, 1, 0).await;
    assert_eq!(yard.run(Topic::Evidence).await, 1);
    let after = yard.file(&decided);
    assert_eq!((after.storage_key.as_ref(), after.preview_key.as_ref()), (None, None));
    assert_eq!((after.name(), after.original_name.as_str()), ("消去済みの書類", ""));
    assert_eq!((&after.sha256, after.size_bytes), (&before.sha256, before.size_bytes), "the proof stays");
    assert!(after.erased_at.is_some());
    assert!(matches!(after.key(), Err(Error::Refused(Refusal::FileErased))));
    assert!(yard.storage.read(before.key().unwrap()).await.is_err());
    assert!(yard.storage.read(before.preview_key.as_ref().unwrap()).await.is_err());
    let words = yard.words(&decided);
    assert!(!words.contains("保険証") && words.contains(&before.sha256) && words.contains("さくら接骨院"), "{words}");
    assert!(words.contains("消去済みの書類（9バイト）") && words.contains("職員数"), "{words}");
    assert_eq!(yard.read(|c| bookmark::list(c, &reviewer, &decided)), []);
    assert_eq!((yard.file(&theirs), yard.objects().await), (other, 2), "another facility's files are as they were");
    assert_eq!(yard.told("evidence.erased"), [(before.id.to_string(), r#"{"rule":"evidence"}"#.to_owned())]);

    assert_eq!(yard.run(Topic::Evidence).await, 0, "again, and nothing is touched");
    assert_eq!((yard.file(&decided), yard.told("evidence.erased").len()), (after, 1));
    yard.stands(Topic::Evidence, 0, 1).await;
}

#[tokio::test]
async fn without_a_term_nothing_goes_ever() {
    let yard = yard();
    let decided = yard.application(&yard.ours, ApplicationKind::Change, State::Withdrawn).await;
    yard.wait(MOST_DAYS);
    assert_eq!(yard.run(Topic::Mail).await, 0);
    assert!(yard.file(&decided).key().is_ok());
}

#[tokio::test]
async fn what_a_register_rests_on_stays_and_so_does_what_reviewers_look_back_at() {
    let yard = yard();
    let grant = yard.write(|tx| approved_as(tx, &yard.ours, ApplicationKind::UsageStart));
    yard.write(|tx| registration::register(tx, &grant, 3));
    let approved = yard.application(&yard.ours, ApplicationKind::Change, State::Approved).await;
    // The usage start that is registered is the one with the file.
    yard.write(|tx| {
        let own = registrations::table.filter(registrations::facility_id.eq(yard.ours.facility()));
        diesel::update(own).set(registrations::application_id.eq(&approved)).execute(tx.conn())?;
        Ok(())
    });
    yard.wait(DAYS * 10);
    yard.stands(Topic::Evidence, 0, 0).await;

    yard.write(|tx| {
        let now = tx.now();
        diesel::update(registrations::table).set(registrations::ended_at.eq(now)).execute(tx.conn())?;
        Ok(())
    });
    yard.wait(1);
    yard.stands(Topic::Evidence, 1, 0).await;
    let under_way = yard.application(&yard.ours, ApplicationKind::Change, State::Submitted).await;
    yard.stands(Topic::Evidence, 0, 0).await;
    assert_eq!(yard.run(Topic::Evidence).await, 0);
    yard.write(|tx| sql(tx.conn(), &format!("update applications set state = 'withdrawn' where id = '{under_way}'")));
    assert_eq!(yard.run(Topic::Evidence).await, 1, "the other is not past its own term");
    assert!(yard.file(&under_way).key().is_ok() && yard.file(&approved).key().is_err());
}

#[tokio::test]
async fn a_claims_files_stay_until_its_fiscal_year_is_a_term_ago() {
    let yard = yard();
    let claim = yard.application(&yard.ours, ApplicationKind::Subsidy, State::Rejected).await;
    let decided = crate::clock::tokyo_date(yard.db.clock.now());
    let year = crate::subsidy::programme::fiscal_year(decided);
    let end = chrono::NaiveDate::from_ymd_opt(year + 1, 4, 1).unwrap();
    let left = u32::try_from((end - decided).num_days()).unwrap();
    yard.wait(left + DAYS - 1);
    assert_eq!(yard.run(Topic::SubsidyEvidence).await + yard.run(Topic::Evidence).await, 0);
    yard.wait(1);
    assert_eq!(yard.run(Topic::Evidence).await, 0, "claims have a rule of their own");
    assert_eq!(yard.run(Topic::SubsidyEvidence).await, 1);
    assert!(yard.file(&claim).key().is_err());
    yard.stands(Topic::SubsidyEvidence, 0, 1).await;
    yard.stands(Topic::Evidence, 0, 0).await;
}

#[tokio::test]
async fn a_crash_between_row_and_file_leaves_what_the_sweep_takes() {
    let yard = yard();
    let decided = yard.application(&yard.ours, ApplicationKind::Change, State::Rejected).await;
    let before = yard.file(&decided);
    yard.wait(DAYS);
    // Before the commit: nothing happened.
    let broken = yard.db.write_blocking(Actor::system(), |tx| {
        erase_batch(tx, rule(Topic::Evidence), DAYS, &Key::start())?;
        Err::<(), _>(Error::boxed("the power went"))
    });
    assert!(broken.is_err());
    assert_eq!((yard.file(&decided), yard.objects().await), (before, 2));
    yard.stands(Topic::Evidence, 1, 0).await;
    // After it: nobody gets to the file any more, and a check tells that it lies there.
    yard.write(|tx| erase_batch(tx, rule(Topic::Evidence), DAYS, &Key::start()));
    assert!(yard.file(&decided).key().is_err());
    let (due, erased, checked) = yard.check(Topic::Evidence).await;
    assert_eq!((due, erased, checked.nameless.len(), checked.is_clean()), (0, 1, 2, false));
    assert_eq!(yard.run(Topic::Evidence).await, 0);
    assert_eq!(sweep::sweep(&yard.db, &yard.storage).await.unwrap().objects, 2);
    assert_eq!(yard.objects().await, 0);
    yard.stands(Topic::Evidence, 0, 1).await;
}

#[tokio::test]
async fn a_check_finds_what_came_back() {
    let yard = yard();
    let decided = yard.application(&yard.ours, ApplicationKind::Change, State::Rejected).await;
    let filed: String = yard.read(|c| Ok(filings::table.select(filings::document).first(c)?));
    yard.wait(DAYS);
    yard.run(Topic::Evidence).await;
    let finds = async |change: &str, what: &str| {
        let (there, undo) = change.split_once(';').unwrap();
        yard.write(|tx| sql(tx.conn(), there));
        let (_, _, checked) = yard.check(Topic::Evidence).await;
        let found: Vec<&str> = checked.rules.iter().flat_map(|rule| &rule.leftovers).map(|left| left.what).collect();
        assert_eq!(found, [what]);
        assert!(!checked.is_clean());
        yard.write(|tx| sql(tx.conn(), undo));
    };
    finds("update evidence set original_name = 'a.pdf';update evidence set original_name = ''", "its name").await;
    let key = format!("evidence/{}", "0".repeat(32));
    let placed = format!("update evidence set storage_key = '{key}';update evidence set storage_key = null");
    finds(&placed, "its place in the store").await;
    let named = format!("update filings set document = '{filed}';update filings set document = '{{}}'");
    finds(&named, "its name in a filing").await;
    yard.stands(Topic::Evidence, 0, 1).await;
    yard.write(|tx| sql(tx.conn(), "update audit_events set action = 'x' where action = 'evidence.erased'"));
    let (_, _, checked) = yard.check(Topic::Evidence).await;
    assert_eq!(checked.rules[0].leftovers[0].what, "no event in the audit trail");
    assert_eq!(checked.rules[0].leftovers[0].id, yard.file(&decided).id.to_string());
}

#[tokio::test]
async fn a_closed_inquiry_loses_its_words_its_asker_and_its_files() {
    let yard = yard();
    let staff = add_staff(&yard.db, Role::Support);
    let ask = |scope: &FacilityScope| {
        let owner = Owner::Account(scope.account().clone());
        let typed = Typed {
            category: "device".into(),
            text: "アクティベーションコードを入力しましたが、先に進めません。".into(),
            name: "山田 太郎".into(),
            email: "taro@example.jp".into(),
            ..Typed::default()
        };
        let sender =
            Sender { owner: owner.clone(), scope: Some(scope.clone()), site: crate::facility::kind::Site::Omf };
        yard.write(|tx| {
            inquiry::save_draft(tx, &owner, &typed)?;
            inquiry::send(tx, &keyring(), &sender, (Offered::Any, 40))
        });
        yard.read(|c| Ok(inquiries::table.order(inquiries::id.desc()).select(inquiries::id).first::<InquiryId>(c)?))
    };
    let (closed, open) = (ask(&yard.ours), ask(&yard.theirs));
    let stored = yard.store(Area::Attachment).await;
    yard.write(|tx| {
        let file = attachment::Attachment {
            id: crate::ids::AttachmentId::mint(),
            subject_kind: Subject::Inquiry,
            subject_id: closed.to_string(),
            storage_key: stored.key.clone(),
            original_name: "画面.png".into(),
            media_type: "image/png".into(),
            size_bytes: 9,
            sha256: stored.sha256.clone(),
            created_at: tx.now(),
            scan: crate::scan::ScanState::Clean,
            scan_note: None,
            scanned_at: None,
        };
        diesel::insert_into(crate::schema::attachments::table).values(&file).execute(tx.conn())?;
        let seen = inquiry::get_for_staff(tx.conn(), &staff, &closed)?.revision;
        inquiry::close(tx, &staff, (&closed, seen))
    });
    let thread = |id: &InquiryId| yard.read(|c| inquiry::thread_for_staff(c, &staff, id));
    let (before, other) = (thread(&closed), thread(&open));
    yard.wait(DAYS - 1);
    assert_eq!(yard.run(Topic::Inquiries).await, 0);
    assert_eq!(thread(&closed).messages, before.messages);
    yard.wait(1);
    yard.stands(Topic::Inquiries, 1, 0).await;
    assert_eq!(yard.run(Topic::Inquiries).await, 1);

    let after = thread(&closed);
    assert_eq!(
        (after.inquiry.name.as_str(), after.inquiry.email.as_ref(), after.inquiry.phone.as_ref()),
        ("", None, None)
    );
    assert_eq!((after.messages.len(), after.messages[0].body.as_str(), after.files.len()), (1, "", 0));
    assert_eq!((&after.inquiry.number, after.inquiry.state), (&before.inquiry.number, inquiry::State::Closed));
    assert_eq!(yard.objects().await, 0);
    assert_eq!((thread(&open).inquiry, thread(&open).messages), (other.inquiry, other.messages));
    assert_eq!(yard.told("inquiry.erased"), [(closed.to_string(), r#"{"files":1,"rule":"inquiries"}"#.to_owned())]);

    // Nobody goes on with what is not there any more.
    let refused = |done: Result<()>| assert!(matches!(done, Err(Error::Refused(Refusal::InquiryState))), "{done:?}");
    let seen = after.inquiry.revision;
    refused(yard.db.write_blocking(staff.actor(), |tx| inquiry::reopen(tx, &staff, (&closed, seen))));
    refused(yard.db.write_blocking(staff.actor(), |tx| inquiry::add_note(tx, &staff, &closed, "メモ")));
    let again =
        |tx: &mut Tx<'_>| inquiry::write_again(tx, &yard.ours, &closed, "まだ進めません。どうすればよいですか。");
    refused(yard.db.write_blocking(yard.ours.actor(), again));
    assert_eq!(yard.run(Topic::Inquiries).await, 0);
    yard.stands(Topic::Inquiries, 0, 1).await;

    yard.write(|tx| {
        let all = inquiry_messages::table.filter(inquiry_messages::inquiry_id.eq(&closed));
        diesel::update(all).set(inquiry_messages::body.eq("back again")).execute(tx.conn())?;
        Ok(())
    });
    assert!(!yard.check(Topic::Inquiries).await.2.is_clean());
}
