use super::*;
use crate::db::Actor;
use crate::facility::Facility;
use crate::facility::kind::FacilityKind;
use crate::testing::{NewFacility, OFFICE, TestDb, add_facility, test_db};

const PLACES: [(&str, &str); 7] = [
    ("1312345678", "さくら整骨院　新宿店"),
    ("1312345679", "髙橋鍼灸院"),
    ("2712345000", "山田整骨院"),
    ("2712345001", "田山100%整骨_院"),
    ("0111234567", "林"),
    ("0111234568", "ｻｸﾗ歯科"),
    ("4710000001", "院骨整の山"),
];

fn places() -> TestDb {
    let db = test_db();
    db.write_blocking(Actor::system(), |tx| {
        for (code, name) in PLACES {
            add_facility(tx, NewFacility { code, name, ..OFFICE })?;
        }
        Ok(())
    })
    .expect("places");
    db
}

fn found(db: &TestDb, typed: &str) -> Vec<String> {
    let sought = Sought::read(typed);
    db.read_blocking(|c| {
        let mut query = facilities::table.select(facilities::code).into_boxed();
        for condition in conditions(c, sought) {
            query = query.filter(condition);
        }
        Ok(query.order(facilities::code).load(c)?)
    })
    .expect("searches")
}

#[test]
fn parts_of_names_are_found_however_they_are_typed() {
    let db = places();
    let rows: [(&str, &[&str]); 18] = [
        ("さくら", &["0111234568", "1312345678"]),
        ("サクラ", &["0111234568", "1312345678"]),
        ("ｻｸﾗ 新宿", &["1312345678"]),
        ("新宿　さくら", &["1312345678"]),
        ("高橋", &["1312345679"]),
        ("山田", &["2712345000"]),
        ("田山", &["2712345001"]),
        ("整骨", &["1312345678", "2712345000", "2712345001"]),
        // Both pairs are in 「院骨整の山」's neighbours, but not in this order.
        ("整骨院", &["1312345678", "2712345000", "2712345001"]),
        ("林", &["0111234567"]),
        ("院", &["1312345678", "1312345679", "2712345000", "2712345001", "4710000001"]),
        ("100%", &["2712345001"]),
        ("_", &[]),
        ("%", &[]),
        ("\" OR \"", &[]),
        ("'; drop table facilities; --", &[]),
        ("さくら渋谷", &[]),
        ("", &[]),
    ];
    for (typed, codes) in rows {
        assert_eq!(found(&db, typed), codes, "{typed}");
    }
}

#[test]
fn codes_are_found_whole_without_the_table_digit_and_by_their_end() {
    let db = places();
    let rows: [(&str, &[&str]); 6] = [
        ("１３１２３４５６７８", &["1312345678"]),
        ("13-1-234567-8", &["1312345678"]),
        ("2345678", &["1312345678"]),
        ("132345678", &["1312345678"]),
        ("03-1234-5678", &PLACES.map(|(code, _)| code)),
        ("09012345678", &[]),
    ];
    for (typed, codes) in rows {
        let mut codes = codes.to_vec();
        codes.sort_unstable();
        assert_eq!(found(&db, typed), codes, "{typed}");
    }
}

#[test]
fn the_index_follows_the_names() {
    let db = places();
    let rename = |code: &str, name: &str| {
        let key = key(name, "");
        db.write_blocking(Actor::system(), |tx| {
            diesel::update(facilities::table.filter(facilities::code.eq(code)))
                .set((facilities::search_grams.eq(grams(&key)), facilities::search_key.eq(key)))
                .execute(tx.conn())?;
            Ok(())
        })
        .expect("renames");
    };
    rename("1312345678", "もみじ整骨院");
    assert_eq!(found(&db, "さくら"), ["0111234568"]);
    assert_eq!(found(&db, "もみじ"), ["1312345678"]);
    let gone = db.write_blocking(Actor::system(), |tx| {
        Ok(diesel::delete(facilities::table.filter(facilities::code.eq("1312345678"))).execute(tx.conn())?)
    });
    assert_eq!(gone.expect("deletes"), 1);
    assert_eq!(found(&db, "もみじ"), [""; 0]);
}

#[test]
fn a_reading_is_searched_beside_the_name_but_never_across_both() {
    assert_eq!(key("山田整骨院", "ヤマダセイコツイン"), "山田整骨院 ヤマダセイコツイン");
    let words: Vec<String> = grams("林 ハヤシ").split(' ').map(str::to_owned).collect();
    assert_eq!(words, ["ハヤ", "ヤシ", "林"]);
    assert_eq!(grams("ああああ"), "ああ");
}

#[test]
fn a_prefecture_is_a_stretch_of_codes() {
    let tokyo = Prefecture::from_number(13).expect("Tokyo");
    assert_eq!(codes_of(tokyo), ("13".to_owned(), "14".to_owned()));
    let okinawa = Prefecture::from_number(47).expect("Okinawa");
    assert_eq!(codes_of(okinawa), ("47".to_owned(), "48".to_owned()));
}

/// What the pages select compiles with the conditions as well.
#[test]
fn whole_facilities_are_found() {
    let db = places();
    let rows: Vec<Facility> = db
        .read_blocking(|c| {
            let mut query = facilities::table.select(Facility::as_select()).into_boxed();
            for condition in conditions(c, Sought::read("山田")) {
                query = query.filter(condition);
            }
            Ok(query.load(c)?)
        })
        .expect("searches");
    assert_eq!(
        rows.iter().map(|row| (row.name.as_str(), row.kind)).collect::<Vec<_>>(),
        [("山田整骨院", FacilityKind::JudoTherapy)]
    );
}
