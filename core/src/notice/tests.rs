//! Notices, on whichever database the tests run.

use chrono::{Duration, NaiveDate};

use super::*;
use crate::content::{Line, Subject, version};
use crate::db::Actor;
use crate::error::Error;
use crate::facility::kind::{FacilityKind, Site};
use crate::facility::prefecture::Prefecture;
use crate::form::FieldErrors;
use crate::ids::NoticeId;
use crate::refusal::Refusal;
use crate::scope::StaffScope;
use crate::staff::role::Role;
use crate::testing::{TestDb, add_staff, test_db};

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn typed() -> Typed {
    Typed {
        category: "outage".into(),
        title: "資格確認ができません".into(),
        body: "復旧を急いでいます。".into(),
        site: "both".into(),
        popup: true,
        until: day(2026, 12, 31),
        ..Typed::default()
    }
}

fn read(db: &TestDb, typed: &Typed) -> crate::error::Result<Input> {
    Input::read(typed, &[], db.clock.now().into(), FieldErrors::default())
}

fn drafted(db: &TestDb, scope: &StaffScope, typed: &Typed) -> NoticeId {
    let input = read(db, typed).unwrap();
    db.write_blocking(scope.actor(), |tx| draft(tx, scope, &input)).unwrap()
}

fn published(db: &TestDb, scope: &StaffScope, typed: &Typed) -> NoticeId {
    let id = drafted(db, scope, typed);
    db.write_blocking(scope.actor(), |tx| publish(tx, scope, &id)).unwrap();
    id
}

fn state(db: &TestDb, scope: &StaffScope, id: &NoticeId) -> State {
    db.read_blocking(|c| get(c, scope, id)).unwrap().state
}

fn titles(db: &TestDb, audience: Audience) -> Vec<String> {
    let now = db.clock.now().into();
    let asked = Shown { audience, ..Shown::default() };
    let listed = db.read_blocking(|c| page(c, asked, None, 50, now)).unwrap();
    assert_eq!(listed, db.read_blocking(|c| latest(c, audience, 50, now)).unwrap());
    let popups = db.read_blocking(|c| popups(c, audience, now)).unwrap();
    let in_app: Vec<_> = listed.iter().filter(|notice| notice.popup).cloned().collect();
    assert_eq!(popups, in_app);
    listed.into_iter().map(|notice| notice.title).collect()
}

#[test]
fn a_notice_is_shown_for_its_time_to_its_audience() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let tokyo = Typed {
        title: "東京の接骨院へ".into(),
        kinds: vec!["judo_therapy".into()],
        prefectures: vec!["13".into(), "14".into()],
        ..typed()
    };
    let clinics = Typed { title: "病院へ".into(), site: "csm".into(), popup: false, ..typed() };
    let planned = Typed {
        title: "予定".into(),
        from: day(2026, 12, 10),
        from_time: "９：３０".into(),
        until: day(2026, 12, 10),
        until_time: "17時".into(),
        ..typed()
    };
    let ids = [&typed(), &tokyo, &clinics, &planned].map(|typed| published(&db, &editor, typed));
    let of = |kind: &str, prefecture: &str| Audience {
        site: None,
        kind: FacilityKind::parse(kind),
        prefecture: Prefecture::parse(prefecture),
    };
    let (all, tokyo, clinics) = ("資格確認ができません", "東京の接骨院へ", "病院へ");
    assert_eq!(titles(&db, of("judo_therapy", "13")), [tokyo, all]);
    assert_eq!(titles(&db, of("judo_therapy", "14")), [tokyo, all]);
    assert_eq!(titles(&db, of("judo_therapy", "27")), [all]);
    assert_eq!(titles(&db, of("midwifery", "13")), [all]);
    assert_eq!(titles(&db, of("clinic", "13")), [clinics, all]);
    assert_eq!(titles(&db, Audience::at(Site::Csm)), [clinics, all]);
    assert_eq!(titles(&db, Audience::at(Site::Omf)), [tokyo, all], "whoever says nothing hears all of the site");
    assert_eq!(titles(&db, Audience::default()), [clinics, tokyo, all]);
    let shown = |site, id: &NoticeId| {
        let now = db.clock.now().into();
        db.read_blocking(|c| find_shown(c, site, id, now))
    };
    assert!(shown(Site::Omf, &ids[1]).is_ok());
    assert!(matches!(shown(Site::Csm, &ids[1]), Err(Error::NotFound)), "its kinds come to the other site");
    assert!(matches!(shown(Site::Omf, &ids[2]), Err(Error::NotFound)));
    assert!(matches!(shown(Site::Omf, &ids[3]), Err(Error::NotFound)));
    // The planned one has its hours, in Japan, whether or not a worker runs.
    let start = crate::clock::tokyo_midnight(day(2026, 12, 10).unwrap()) + Duration::minutes(9 * 60 + 30);
    db.clock.advance(start - db.clock.now() - Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), [all]);
    db.clock.advance(Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), ["予定", all]);
    db.clock.advance(Duration::minutes(7 * 60 + 30) - Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), ["予定", all]);
    db.clock.advance(Duration::seconds(1));
    assert_eq!(titles(&db, of("midwifery", "13")), [all]);
    db.clock.advance(Duration::days(40));
    assert!(titles(&db, Audience::default()).is_empty());
}

#[test]
fn the_clock_is_written_down_once() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let planned = Typed { from: day(2026, 12, 10), until: day(2026, 12, 10), ..typed() };
    let id = published(&db, &editor, &planned);
    let tick = || db.write_blocking(Actor::system(), tick).unwrap();
    assert_eq!((state(&db, &editor, &id), tick()), (State::Scheduled, 0));
    db.clock.advance(Duration::days(20));
    assert_eq!((tick(), tick()), (1, 0));
    assert_eq!(state(&db, &editor, &id), State::Published);
    db.clock.advance(Duration::days(1));
    assert_eq!((tick(), tick()), (1, 0));
    assert_eq!(state(&db, &editor, &id), State::Ended);
    // One that came and went while nobody looked.
    let id = published(&db, &editor, &Typed { from: day(2026, 12, 20), until: day(2026, 12, 20), ..typed() });
    db.clock.advance(Duration::days(30));
    assert_eq!((tick(), tick()), (1, 0));
    assert_eq!(state(&db, &editor, &id), State::Ended);
}

#[test]
fn every_step_is_possible_where_the_table_says_so_and_nowhere_else() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let later = Typed { from: day(2026, 12, 10), ..typed() };
    let input = read(&db, &typed()).unwrap();
    let run = |id: &NoticeId, action: Action| {
        let seen = db.read_blocking(|c| get(c, &editor, id)).unwrap().revision;
        db.write_blocking(editor.actor(), |tx| match action {
            Action::Amend => amend(tx, &editor, (id, seen), &input, "直し"),
            Action::Submit => submit(tx, &editor, id),
            Action::SendBack => send_back(tx, &editor, id),
            Action::Publish => publish(tx, &editor, id),
            Action::TakeBack => take_back(tx, &editor, id),
            Action::End => end(tx, &editor, id),
            Action::Discard => discard(tx, &editor, id),
        })
    };
    let actions = [
        Action::Amend,
        Action::Submit,
        Action::SendBack,
        Action::Publish,
        Action::TakeBack,
        Action::End,
        Action::Discard,
    ];
    for state_of in State::ALL {
        for action in actions {
            let typed = if *state_of == State::Scheduled { later.clone() } else { typed() };
            let id = drafted(&db, &editor, &typed);
            match state_of {
                State::Draft => {}
                State::Review => run(&id, Action::Submit).unwrap(),
                State::Scheduled | State::Published => run(&id, Action::Publish).unwrap(),
                State::Ended => {
                    run(&id, Action::Publish).unwrap();
                    run(&id, Action::End).unwrap();
                }
            }
            let known = TRANSITIONS.iter().find(|(from, by, _)| from == state_of && *by == action);
            match (run(&id, action), known) {
                (Ok(()), Some((_, _, None))) => {
                    assert!(matches!(db.read_blocking(|c| get(c, &editor, &id)), Err(Error::NotFound)));
                }
                // A time that was moved to now lets it appear at the next tick.
                (Ok(()), Some((_, _, Some(to)))) => assert_eq!(state(&db, &editor, &id), *to, "{state_of} {action:?}"),
                (Err(Error::Refused(Refusal::NotInThisState)), None) => {}
                (other, _) => panic!("{state_of} {action:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn only_editors_write_and_only_staff_read_what_is_not_published() {
    let db = test_db();
    let [editor, auditor, reviewer] = [Role::Editor, Role::Auditor, Role::Reviewer].map(|role| add_staff(&db, role));
    let id = drafted(&db, &editor, &typed());
    let input = read(&db, &typed()).unwrap();
    for nobody in [&auditor, &reviewer] {
        let refused = db.write_blocking(nobody.actor(), |tx| draft(tx, nobody, &input));
        assert!(matches!(refused, Err(Error::Forbidden)));
        let refused = db.write_blocking(nobody.actor(), |tx| publish(tx, nobody, &id));
        assert!(matches!(refused, Err(Error::Forbidden)));
    }
    assert!(db.read_blocking(|c| get(c, &auditor, &id)).is_ok());
    assert!(matches!(db.read_blocking(|c| get(c, &reviewer, &id)), Err(Error::Forbidden)));
    assert!(titles(&db, Audience::default()).is_empty());
}

#[test]
fn versions_are_kept_and_the_slower_of_two_editors_is_told() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    let id = published(&db, &editor, &typed());
    let seen = db.read_blocking(|c| get(c, &editor, &id)).unwrap().revision;
    let input = read(&db, &Typed { body: "復旧しました。".into(), ..typed() }).unwrap();
    let change = || db.write_blocking(editor.actor(), |tx| amend(tx, &editor, (&id, seen), &input, "復旧"));
    change().unwrap();
    assert!(matches!(change(), Err(Error::Conflict)));
    let versions = db.read_blocking(|c| version::list(c, Subject::Notice, id.as_str())).unwrap();
    assert_eq!(versions.iter().map(|v| (v.number, v.comment.as_str())).collect::<Vec<_>>(), [(2, "復旧"), (1, "")]);
    let changes = version::changes(&versions[1], &versions[0]);
    let body = changes.iter().find(|change| change.label == "本文").unwrap();
    assert_eq!(body.lines, [Line::Removed("復旧を急いでいます。".into()), Line::Added("復旧しました。".into())]);
    let notice = db.read_blocking(|c| get(c, &editor, &id)).unwrap();
    assert_eq!((notice.version, notice.amended_at.is_some()), (2, true));
}

#[test]
fn what_cannot_be_published_is_named() {
    let db = test_db();
    let banner = Typed { banner: true, until: None, ..typed() };
    for (field, typed) in [
        ("category", Typed { category: "loud".into(), ..typed() }),
        ("site", Typed { site: String::new(), ..typed() }),
        ("title", Typed { title: "　".into(), ..typed() }),
        ("title", Typed { title: "あ".repeat(61), ..typed() }),
        ("body", Typed { body: String::new(), ..typed() }),
        ("body", Typed { body: "<script>alert(1)</script>".into(), ..typed() }),
        ("body", Typed { body: "![図](図.png)".into(), ..typed() }),
        ("kinds", Typed { kinds: vec!["shop".into()], ..typed() }),
        ("kinds", Typed { kinds: vec!["clinic".into()], site: "omf".into(), ..typed() }),
        ("prefectures", Typed { prefectures: vec!["48".into()], ..typed() }),
        ("prefectures", Typed { category: "disaster".into(), ..typed() }),
        ("from", Typed { from: day(2040, 1, 1), until: day(2040, 1, 2), ..typed() }),
        ("from_time", Typed { from: day(2026, 12, 1), from_time: "25:00".into(), ..typed() }),
        ("from_time", Typed { from_time: "9:00".into(), ..typed() }),
        ("until", Typed { until: day(2020, 1, 1), ..typed() }),
        ("until", Typed { until: day(2040, 1, 1), ..typed() }),
        ("until", Typed { from: day(2026, 12, 20), until: day(2026, 12, 19), ..typed() }),
        ("until", banner.clone()),
        ("until", Typed { until: day(2027, 8, 1), ..banner }),
    ] {
        let read = read(&db, &typed);
        assert!(matches!(&read, Err(Error::Invalid(errors)) if errors.has(field)), "{field}: {read:?}");
    }
}

#[test]
fn a_disaster_is_told_loudly_to_its_prefectures_and_ends_by_itself() {
    let db = test_db();
    let editor = add_staff(&db, Role::Administrator);
    let typed = Typed {
        category: "disaster".into(),
        popup: false,
        prefectures: vec!["17".into(), "16".into()],
        until: day(2026, 12, 1),
        ..typed()
    };
    let id = published(&db, &editor, &typed);
    let banners = |db: &TestDb| {
        let now = db.clock.now().into();
        let heads = db.read_blocking(|c| heads(c, now - Duration::days(100), now)).unwrap();
        heads.into_iter().filter(|head| head.banner).map(|head| head.id).collect::<Vec<_>>()
    };
    assert_eq!(banners(&db), std::slice::from_ref(&id));
    let now = db.clock.now().into();
    let heads = db.read_blocking(|c| heads(c, now - Duration::days(1), now)).unwrap();
    let place = |number: &str| Audience { prefecture: Prefecture::parse(number), ..Audience::default() };
    assert_eq!([place("17"), place("13"), Audience::default()].map(|one| heads[0].is_for(one)), [true, false, true]);
    assert_eq!(titles(&db, place("16")).len(), 1);
    assert!(titles(&db, place("13")).is_empty());
    db.clock.advance(Duration::days(12));
    assert!(banners(&db).is_empty() && titles(&db, place("17")).is_empty());
    db.write_blocking(Actor::system(), tick).unwrap();
    assert_eq!(state(&db, &editor, &id), State::Ended);
}

#[test]
fn a_long_list_is_read_page_by_page_and_reading_is_remembered() {
    let db = test_db();
    let editor = add_staff(&db, Role::Editor);
    for n in 0..7 {
        let category = if n % 2 == 0 { "rules" } else { "general" };
        let typed = Typed { title: format!("第{n}報"), category: category.into(), important: n == 3, ..typed() };
        published(&db, &editor, &typed);
        if n < 4 {
            db.clock.advance(Duration::minutes(1));
        }
    }
    let now = db.clock.now().into();
    let all = Shown::default();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = db.read_blocking(|c| page(c, all, after.clone(), 3, now)).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(Place { starts_at: last.starts_at, id: last.id.clone() });
        seen.extend(page.into_iter().map(|notice| notice.title));
    }
    assert_eq!(seen, (0..7).rev().map(|n| format!("第{n}報")).collect::<Vec<_>>());
    let some = |asked: Shown| db.read_blocking(|c| page(c, asked, None, 9, now)).unwrap().len();
    assert_eq!(some(Shown { category: Some(Category::Rules), ..all }), 4);
    assert_eq!(some(Shown { important: true, ..all }), 1);

    let account = crate::testing::office(&db, true).account().clone();
    let ids: Vec<NoticeId> =
        db.read_blocking(|c| page(c, all, None, 9, now)).unwrap().into_iter().map(|n| n.id).collect();
    for _ in 0..2 {
        db.write_blocking(Actor::system(), |tx| mark_read(tx, &account, &ids[2])).unwrap();
    }
    let read = db.read_blocking(|c| read_among(c, &account, &ids)).unwrap();
    assert_eq!(read.into_iter().collect::<Vec<_>>(), [ids[2].clone()]);
}
