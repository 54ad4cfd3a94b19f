//! Lists as files: the count before, the file itself read back, and the record
//! of who took it.

use std::io::Cursor;

use actix_web::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use uketsuke_core::db::Actor;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::staff::role::Role;
use uketsuke_core::testing::{NewFacility, OFFICE, add_facility};

use super::World;

fn with_hostile_names(world: &World) {
    let places = [
        NewFacility { code: "0110000001", name: "=HYPERLINK(\"http://evil.example\")", ..OFFICE },
        NewFacility { code: "0110000002", name: "𠮷田整骨院", ..OFFICE },
        NewFacility { code: "4710000003", kind: FacilityKind::Clinic, name: "うみ医院", ..OFFICE },
    ];
    world
        .db
        .write_blocking(Actor::system(), |tx| {
            places.into_iter().try_for_each(|place| add_facility(tx, place).map(|_| ()))
        })
        .expect("facilities");
}

fn records(world: &World) -> Vec<(String, String)> {
    use diesel::prelude::*;
    use uketsuke_core::schema::audit_events as audit;
    let rows = audit::table.filter(audit::action.eq("list.exported")).order(audit::id);
    world.db.read_blocking(|c| Ok(rows.select((audit::subject_id, audit::detail)).load(c)?)).expect("reads")
}

#[actix_web::test]
async fn facilities_leave_as_an_excel_book_of_what_was_found() {
    let world = World::new();
    with_hostile_names(&world);
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get("/facilities?kind=judo_therapy").await.has("/facilities/export?words=&#38;kind=judo_therapy");
    let path = "/facilities/export?words=&kind=judo_therapy&prefecture=01";
    let page = auditor.get(path).await;
    page.is(StatusCode::OK).has("2件").has("北海道").has("表せない文字が1文字あり、〓に置き換えます");
    let file = auditor.post(path, &[("format", "xlsx")]).await;
    file.is(StatusCode::OK);
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"file.xlsx\"; filename*=UTF-8''%E6%96%BD%E8%A8%AD_20261120-1000.xlsx"
    );
    let mut book = Xlsx::new(Cursor::new(file.body.clone())).expect("a book");
    let sheet = book.worksheet_range("施設").expect("its sheet");
    let column = |n: u32| (0..3).map(|row| sheet.get_value((row, n)).cloned().unwrap_or_default()).collect::<Vec<_>>();
    let texts = |all: [&str; 3]| all.map(|text| Data::String(text.to_owned())).to_vec();
    assert_eq!(column(0), texts(["機関コード", "0110000001", "0110000002"]), "leading zeros stay");
    assert_eq!(column(1), texts(["名称", "=HYPERLINK(\"http://evil.example\")", "𠮷田整骨院"]));
    assert!(book.worksheet_formula("施設").expect("its formulas").is_empty());
    let detail = r#"{"filter":{"所属機関":"柔道整復（療養費の受領委任取扱い）","都道府県":"北海道"},"format":"xlsx","replaced":0,"rows":2}"#;
    let (list, recorded) = records(&world).remove(0);
    assert_eq!(list, "facilities");
    assert_eq!(recorded.replace(FacilityKind::JudoTherapy.label(), "柔道整復（療養費の受領委任取扱い）"), detail);
}

#[actix_web::test]
async fn csv_is_disarmed_and_old_programs_get_what_they_can_read() {
    let world = World::new();
    with_hostile_names(&world);
    let (_, mut auditor) = world.staff(Role::Auditor);
    let path = "/facilities/export?prefecture=01";
    let utf8 = auditor.post(path, &[("format", "csv")]).await;
    assert_eq!(utf8.header("content-type"), "text/csv; charset=utf-8");
    let text = String::from_utf8(utf8.body.clone()).expect("UTF-8");
    assert!(text.starts_with("\u{feff}\"機関コード\",\"名称\","), "{text}");
    assert!(text.contains("\r\n\"0110000001\",\"'=HYPERLINK(\"\"http://evil.example\"\")\","), "{text}");
    let old = auditor.post(path, &[("format", "csv_cp932")]).await;
    assert!(old.header("content-disposition").ends_with("_20261120-1000.csv"));
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(&old.body);
    assert!(!broken && text.contains("\"0110000002\",\"〓田整骨院\","), "{text}");
    assert!(records(&world)[1].1.contains("\"replaced\":1"));
    auditor.post(path, &[]).await.is(StatusCode::UNPROCESSABLE_ENTITY).has("ファイルの種類を選んでください").has("2件");
    assert_eq!(records(&world).len(), 2, "no file, no record");
}

#[actix_web::test]
async fn mails_jobs_and_colleagues_leave_the_same_way() {
    let world = World::new();
    world.sent();
    let (_, mut administrator) = world.staff(Role::Administrator);
    for (path, title) in
        [("/mails/export?state=failed", "送信メール"), ("/jobs/export", "止まった処理"), ("/staff/export", "職員")]
    {
        administrator.get(path).await.is(StatusCode::OK).has(&format!("{title}を書き出す"));
        let file = administrator.post(path, &[("format", "csv")]).await;
        file.is(StatusCode::OK);
        assert!(file.body.starts_with("\u{feff}\"".as_bytes()), "{path}");
    }
    let staff = String::from_utf8(administrator.post("/staff/export", &[("format", "csv")]).await.body).expect("UTF-8");
    assert!(staff.contains("\"審査 一郎\"") && staff.contains("\"管理者\",\"利用中\""), "{staff}");
    let (_, mut auditor) = world.staff(Role::Auditor);
    auditor.get("/staff/export").await.is(StatusCode::FORBIDDEN);
    auditor.post("/staff/export", &[("format", "csv")]).await.is(StatusCode::FORBIDDEN);
}
