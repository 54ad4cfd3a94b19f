//! No page asks the database more often because there is more to show: every page
//! of the table is opened with little and with much in the house.

use actix_web::http::{Method, StatusCode};
use diesel::prelude::*;
use uketsuke_core::application::submit::submit;
use uketsuke_core::application::worklist::{Filter, View};
use uketsuke_core::application::{ApplicationKind, claim, draft, notes};
use uketsuke_core::bulk::{self, Action, Choice, Chosen};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::ids::{ApplicationId, FaqId, NoticeId};
use uketsuke_core::inquiry::canned::{self, CannedInput, CannedTyped};
use uketsuke_core::inquiry::{self, Offered, Owner, Sender, Typed, worklist};
use uketsuke_core::schema::applications;
use uketsuke_core::scope::{FacilityScope, StaffScope};
use uketsuke_core::secret::ReceiptNumber;
use uketsuke_core::staff::role::{Permission, Role};
use uketsuke_core::subsidy::payment;
use uketsuke_core::subsidy::programme::{self, Programme};
use uketsuke_core::testing::content::{notice_typed, publish_manual, publish_notice, publish_question};
use uketsuke_core::testing::subsidy::{granted, noticed};
use uketsuke_core::testing::{self, NewFacility, OFFICE};
use uketsuke_core::transfer::zengin::LineEnds;
use uketsuke_core::{faq, holiday, notice};
use uketsuke_web::routes::Who;

use super::World;
use crate::routes::routes;

/// Pages that must have been counted: their ids are looked up apart.
const MONEY_AND_CONTENT: [&str; 12] = [
    "/subsidies",
    "/subsidies/{id}",
    "/payments",
    "/payments/{id}",
    "/payments/{id}/items/{item}/return",
    "/notices",
    "/notices/{id}",
    "/faq",
    "/faq/{id}",
    "/manuals",
    "/manuals/{id}",
    "/terms",
];
/// The most queries of one page, its session and its own reading included.
const MOST: usize = 40;

/// Adds facilities with an application each, some in review, with notes; and with a
/// grant each that waits to be paid.
fn fill(world: &World, count: usize, first: usize) -> ApplicationId {
    let staff = testing::add_staff(&world.db, Role::Reviewer);
    let answers_first = testing::add_staff(&world.db, Role::Support);
    let mut last = None;
    for n in first..first + count {
        let code = format!("13{n:08}");
        let procedures = &world.office.procedures;
        let id = world
            .db
            .write_blocking(Actor::system(), |tx| {
                let facility = testing::add_facility(tx, NewFacility { code: &code, ..OFFICE })?;
                let scope = testing::add_member(tx, &facility, &format!("{n}@example.jp"), true)?;
                let typed = [("name", "さくら整骨院"), ("count", "3"), ("note", "")];
                let typed = typed.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
                let id = draft::open(tx, &scope, ApplicationKind::UsageStart)?;
                draft::save_step(tx, procedures, &scope, &id, "all", &typed)?;
                submit(tx, procedures, &scope, &id)?;
                claim::claim(tx, &staff, &id)?;
                notes::add(tx, &staff, &id, "確認済み")?;
                // Not all of them: the trail's file is read in steps of a thousand.
                if n % 10 == 1 {
                    ask(tx, &scope, n)?;
                    canned::add(tx, &answers_first, kept_ready())?;
                }
                let grant = granted(tx, &scope, 41_000)?;
                noticed(tx, &grant)?;
                // One that lists can read: the helper's own is no 受付番号.
                diesel::update(applications::table.find(&grant))
                    .set(applications::number.eq(ReceiptNumber::mint()))
                    .execute(tx.conn())?;
                Ok(id)
            })
            .expect("an application");
        last = Some(id);
    }
    last.expect("at least one")
}

/// An inquiry of the facility's, written to again; the n-th.
fn ask(tx: &mut Tx<'_>, scope: &FacilityScope, n: usize) -> Result<()> {
    let owner = Owner::Account(scope.account().clone());
    let text = "アクティベーションコードを入力しましたが、先に進めません。";
    let email = format!("{n}@example.jp");
    let typed =
        Typed { category: "device".into(), text: text.into(), name: "山田 太郎".into(), email, ..Typed::default() };
    inquiry::save_draft(tx, &owner, &typed)?;
    let sender = Sender { owner: owner.clone(), scope: Some(scope.clone()), site: Site::Omf };
    inquiry::send(tx, &testing::keyring(), &sender, (Offered::Any, 40))?;
    let now = tx.now();
    let sent = inquiry::find_sent(tx.conn(), &owner, now)?.expect("it was sent");
    inquiry::write_again(tx, scope, &sent.id, "再起動しても同じです。")
}

fn kept_ready() -> CannedInput {
    let typed = CannedTyped {
        category: "device".into(),
        title: "コード".into(),
        body: "アプリを最新のものにしてください。".into(),
        active: true,
        ..CannedTyped::default()
    };
    CannedInput::read(&typed).expect("good")
}

/// Some inquiry, and some answer kept ready.
fn inquiry_and_answer(world: &World, scope: &StaffScope) -> (String, String) {
    let now = world.db.clock.now().into();
    let (view, filter) = (worklist::View::All, worklist::Filter::default());
    let (row, answer) = world
        .db
        .read_blocking(|c| {
            let page = worklist::list(c, scope, (view, &filter), &worklist::From::Start, (1, now))?;
            Ok((page.rows[0].id.clone(), canned::list(c, scope)?[0].id.clone()))
        })
        .expect("reads");
    (row.to_string(), answer.to_string())
}

/// What the pages of 助成金 are opened with.
struct Paying {
    programme: String,
    batch: String,
    item: String,
    held: String,
}

/// Pays all that waits, after so many batches were given up; all transfers but one
/// come back. The rules are changed as often, and a year more has a budget.
fn pay(world: &World, times: i32) -> Paying {
    let clerk = testing::add_staff(&world.db, Role::Administrator);
    let payer = world.office.config.transfer_payer.clone().expect("an account");
    let batch = world.db.write_blocking(clerk.actor(), |tx| {
        let today = tokyo_date(tx.now().utc());
        let on = holiday::calendar(tx.conn())?.add_business_days(today, 1);
        for _ in 0..times {
            let given_up = payment::prepare(tx, &clerk, (&payer, LineEnds::None), on)?;
            payment::dissolve(tx, &clerk, &given_up)?;
        }
        let batch = payment::prepare(tx, &clerk, (&payer, LineEnds::None), on)?;
        payment::export(tx, &clerk, &batch)?;
        payment::settle(tx, &clerk, &batch)?;
        Ok(batch)
    });
    let batch = batch.expect("paid");
    world.db.clock.advance(chrono::Duration::days(7));
    let left = world.db.write_blocking(clerk.actor(), |tx| {
        let today = tokyo_date(tx.now().utc());
        let items = payment::items(tx.conn(), &batch, 0, 1_000)?;
        for item in &items[1..] {
            payment::return_transfer(tx, &clerk, (&batch, &item.id), (today, "該当口座なし"))?;
        }
        let Programme { id, version, mut rules } = programme::list(tx.conn())?.remove(0);
        for n in 0..times {
            rules.name = format!("第{n}案");
            programme::change(tx, &clerk, (&id, version + n), &rules, "見直し")?;
            programme::set_budget(tx, &clerk, &id, 2026 + n, 41_000)?;
        }
        let (item, held) = (items[0].id.to_string(), items[1].application_id.to_string());
        Ok(Paying { programme: id.to_string(), batch: batch.to_string(), item, held })
    });
    left.expect("came back")
}

/// Notices, questions and handbooks, each changed as often as there are of it.
fn publish(world: &World, times: i32) -> Published {
    let editor = testing::add_staff(&world.db, Role::Editor);
    let mut published = Published::default();
    for n in 0..times {
        let title = format!("第{n}報{}", world.db.clock.now().timestamp());
        published.notice = publish_notice(&world.db, &notice_typed(&title)).to_string();
        published.question = publish_question(&world.db, &title, "答えです。").to_string();
        let slug = format!("book-{n}-{}", world.db.clock.now().timestamp());
        published.manual = publish_manual(&world.db, &slug, "本文です。").to_string();
    }
    let (notice, question) = (NoticeId::parse(&published.notice), FaqId::parse(&published.question));
    let (notice, question) = (notice.expect("an id"), question.expect("an id"));
    let amended = world.db.write_blocking(editor.actor(), |tx| {
        for _ in 0..times {
            let now = notice::get(tx.conn(), &editor, &notice)?;
            notice::amend(tx, &editor, (&notice, now.revision), &notice::Input::of(&now), "直し")?;
            let now = faq::get(tx.conn(), &editor, &question)?;
            faq::amend(tx, &editor, (&question, now.revision), &faq::Input::of(&now), "直し")?;
        }
        Ok(())
    });
    amended.expect("amended");
    published
}

/// What [`publish`] published last.
#[derive(Default)]
struct Published {
    notice: String,
    question: String,
    manual: String,
}

/// A deed on everything there is, chosen and not yet started.
fn chosen(world: &World, scope: &StaffScope) -> String {
    let action = if scope.may(Permission::Review) { Action::Approve } else { Action::Export };
    let chosen = Chosen::Fitting(View::All, Filter::default());
    let choice = Choice { action, to: None, chosen, query: "v=all".to_owned() };
    let procedures = &world.office.procedures;
    let run = world.db.write_blocking(scope.actor(), |tx| bulk::freeze(tx, procedures, scope, choice));
    run.expect("a choice").to_string()
}

async fn count(world: &World, case: &ApplicationId, paying: &Paying, published: &Published) -> Vec<(String, usize)> {
    let facility = world.application(case).facility_id;
    let mut counted = Vec::new();
    for role in [Role::Administrator, Role::Approver] {
        let (scope, mut browser) = world.staff(role);
        let run = chosen(world, &scope);
        let (asked, answer) = inquiry_and_answer(world, &scope);
        for route in routes().into_iter().filter(|route| route.method == Method::GET && route.who != Who::Anyone) {
            let path = match route.path.split('/').nth(1) {
                Some("cases") => route.path.replace("{id}", case.as_str()),
                Some("queue") => route.path.replace("{id}", &run),
                Some("inquiries") if route.path.contains("/canned/") => route.path.replace("{id}", &answer),
                Some("inquiries") => route.path.replace("{id}", &asked),
                Some("subsidies") => route.path.replace("{id}", &paying.programme),
                Some("payments") => route.path.replace("{id}", &paying.batch),
                Some("notices") => route.path.replace("{id}", &published.notice),
                Some("faq") => route.path.replace("{id}", &published.question),
                Some("manuals") => route.path.replace("{id}", &published.manual),
                _ => route.path.replace("{id}", facility.as_str()),
            };
            let parts = [
                ("{kind}", "usage_start"),
                ("{action}", "return"),
                ("{code}", "name"),
                ("{verb}", "suspend"),
                ("{step}", "end"),
                ("{document}", "terms"),
            ];
            let path = parts.iter().fold(path, |path, (part, word)| path.replace(part, word));
            let path = path.replace("{item}", &paying.item).replace("{application}", &paying.held);
            if path.contains('{') {
                continue;
            }
            // The second visit: a first one also records that somebody looked.
            browser.get(&path).await;
            let before = world.db.queries();
            let answer = browser.get(&path).await;
            if answer.status == StatusCode::OK {
                counted.push((format!("{role} {}", route.path), world.db.queries() - before));
            }
        }
    }
    counted
}

#[actix_web::test]
async fn no_page_asks_more_often_when_there_is_more_to_show() {
    let world = World::new();
    let case = fill(&world, 2, 1);
    let few = count(&world, &case, &pay(&world, 2), &publish(&world, 1)).await;
    // More than a page of every list.
    fill(&world, 52, 100);
    let many = count(&world, &case, &pay(&world, 40), &publish(&world, 6)).await;
    for page in MONEY_AND_CONTENT {
        assert!(few.iter().any(|(counted, _)| counted.ends_with(&format!(" {page}"))), "{page} was not counted");
    }
    assert!(few.len() > 25 && few.iter().all(|(_, asked)| *asked > 0), "{few:?}");
    for ((page, few), (same, many)) in few.iter().zip(&many) {
        assert_eq!(page, same);
        // The trail goes into a file step by step; two steps at this many events.
        let steps = if page.ends_with(" /audit/export") { 2 } else { 1 };
        assert!(few <= many && *many <= few * steps, "{page} asks more often with more to show: {few}, {many}");
        assert!(*many <= MOST, "{page}: {many} queries");
    }
}
