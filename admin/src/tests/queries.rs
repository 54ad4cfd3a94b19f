//! No page asks the database more often because there is more to show: every page
//! of the table is opened with little and with much in the house.

use actix_web::http::{Method, StatusCode};
use uketsuke_core::application::submit::submit;
use uketsuke_core::application::worklist::{Filter, View};
use uketsuke_core::application::{ApplicationKind, claim, draft, notes};
use uketsuke_core::bulk::{self, Action, Choice, Chosen};
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::error::Result;
use uketsuke_core::facility::kind::Site;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::inquiry::canned::{self, CannedInput, CannedTyped};
use uketsuke_core::inquiry::{self, Offered, Owner, Sender, Typed, worklist};
use uketsuke_core::scope::{FacilityScope, StaffScope};
use uketsuke_core::staff::role::{Permission, Role};
use uketsuke_core::testing::{self, NewFacility, OFFICE};
use uketsuke_web::routes::Who;

use super::World;
use crate::routes::routes;

/// The most queries of one page, its session and its own reading included.
const MOST: usize = 40;

/// Adds facilities with an application each, some in review, with notes.
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
                ask(tx, &scope, n)?;
                canned::add(tx, &answers_first, kept_ready())?;
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

/// A deed on everything there is, chosen and not yet started.
fn chosen(world: &World, scope: &StaffScope) -> String {
    let action = if scope.may(Permission::Review) { Action::Approve } else { Action::Export };
    let chosen = Chosen::Fitting(View::All, Filter::default());
    let choice = Choice { action, to: None, chosen, query: "v=all".to_owned() };
    let procedures = &world.office.procedures;
    let run = world.db.write_blocking(scope.actor(), |tx| bulk::freeze(tx, procedures, scope, choice));
    run.expect("a choice").to_string()
}

async fn count(world: &World, case: &ApplicationId) -> Vec<(String, usize)> {
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
                _ => route.path.replace("{id}", facility.as_str()),
            };
            let parts = [("{kind}", "usage_start"), ("{action}", "return"), ("{code}", "name"), ("{verb}", "suspend")];
            let path = parts.iter().fold(path, |path, (part, word)| path.replace(part, word));
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
    let few = count(&world, &case).await;
    fill(&world, 60, 100);
    let many = count(&world, &case).await;
    assert!(few.len() > 25 && few.iter().all(|(_, asked)| *asked > 0), "{few:?}");
    for ((page, few), (same, many)) in few.iter().zip(&many) {
        assert_eq!(page, same);
        assert_eq!(few, many, "{page} asks more often with more to show");
        assert!(*many <= MOST, "{page}: {many} queries");
    }
}
