//! The form written, changed as people change it, and read by the reader that the
//! viewer uses.

use uketsuke_core::application::{ApplicationKind, repo};
use uketsuke_core::evidence::viewer::book;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::FacilityScope;
use uketsuke_core::testing::{self, NewFacility, OFFICE, start};

use super::*;
use crate::testing::{Desk, use_service};

/// Two lines with one left out between them, as the sheet gives them back.
const LINES: [(&str, &str); 12] = [
    ("purchases.1.date", "2026-11-01"),
    ("purchases.1.shop", "=駅前カメラ"),
    ("purchases.1.item", "tablet"),
    ("purchases.1.model", "00123"),
    ("purchases.1.count", "2"),
    ("purchases.1.yen", "41000"),
    ("purchases.3.date", "2026-11-02"),
    ("purchases.3.shop", "+電気　本店"),
    ("purchases.3.item", "card_reader"),
    ("purchases.3.model", "R-1"),
    ("purchases.3.count", "1"),
    ("purchases.3.yen", "5500"),
];

struct Office {
    desk: Desk,
    scope: FacilityScope,
    id: ApplicationId,
}

/// A 助産所 with a draft.
fn office() -> Office {
    let desk = Desk::new();
    let place =
        NewFacility { kind: FacilityKind::Midwifery, code: "0199999999", name: "=ひかり助産所", ..OFFICE };
    let scope = desk.other(place, "josan@example.jp", true);
    use_service(&desk.db, &scope);
    let facility = scope.facility();
    let active = format!("update devices set state = 'active' where facility_id = '{facility}'");
    desk.system(|tx| testing::sql(tx.conn(), &active));
    let id = desk.begin(&scope, ApplicationKind::Subsidy).expect("begun");
    Office { desk, scope, id }
}

impl Office {
    fn save(&self, typed: &[(&str, &str)]) -> Vec<String> {
        self.desk.save(&self.scope, &self.id, PURCHASES_STEP, typed)
    }

    fn case(&self) -> Case {
        let find = |c: &mut _| {
            let application = repo::get(c, &self.id)?;
            repo::case(c, application)
        };
        self.desk.db.read_blocking(find).expect("a case")
    }
}

/// What comes back of a form, through a file.
fn back(sheet: &FormSheet) -> Table {
    book::first(sheet.write(start().into()).expect("writes")).expect("a book")
}

fn sheet(case: &Case) -> FormSheet {
    form(case).sheet
}

/// The form with these cells in its rows; the numbers of the rows stay.
fn with(case: &Case, rows: &[&[Cell]]) -> FormSheet {
    let mut sheet = sheet(case);
    for (row, cells) in sheet.rows.iter_mut().zip(rows) {
        row.truncate(1);
        row.extend_from_slice(cells);
    }
    sheet
}

fn words(words: [&str; 6]) -> Vec<Cell> {
    words.map(Cell::text).to_vec()
}

const GOOD: [&str; 6] = ["令和8年11月1日", "駅前カメラ", "タブレット", "タブ10", "1", "41000"];

fn answer<'a>(filled: &'a FilledIn, name: &str) -> &'a str {
    filled.answers.get(name).map_or("", String::as_str)
}

fn why(outcome: Result<FilledIn, Misread>) -> String {
    match outcome {
        Err(Misread::Refused(why)) => why,
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn what_the_draft_has_goes_out_and_comes_back() {
    let office = office();
    assert_eq!(office.save(&LINES), [""; 0]);
    let case = office.case();
    let table = back(&sheet(&case));
    assert_eq!(table.sheets[0].name, "領収書内訳書");
    let text = |row: usize, column: usize| table.rows[row].cells[column].text.clone();
    assert_eq!((text(4, 2), text(5, 2)), ("0199999999".to_owned(), "=ひかり助産所".to_owned()));
    let formulas = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.formula.is_empty());
    let sums: Vec<_> = formulas.map(|cell| cell.text.as_str()).collect();
    assert_eq!(sums, ["46500"], "nothing of theirs is a formula");

    let filled = read(&case, &table).expect("the form");
    let given: Answers = LINES.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!((filled.answers, filled.lines), (given, 2));
}

#[test]
fn an_empty_form_has_nothing_to_read() {
    let case = office().case();
    assert!(why(read(&case, &back(&sheet(&case)))).starts_with("内訳書に何も記入されていません"));
}

#[test]
fn cells_are_read_as_people_and_excel_write_them() {
    let case = office().case();
    let on = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a day");
    let (shop, model) = (Cell::text(" 駅前\nカメラ　"), Cell::Number(123));
    let rows: [&[Cell]; 4] = [
        &[Cell::Date(on), shop, Cell::text("ﾀﾌﾞﾚｯﾄ"), model, Cell::text("２"), Cell::text("４１，０００円")],
        &words(["46327", "店", " カード リーダー", "型", "1", "1"]),
        &words(["2026-11-03 09:30", "店", "汎用 カードリーダー", "型", "1", "5万円"]),
        &words(["きのう", "店", "パソコン", "型", "たくさん", "-1"]),
    ];
    let mut form = with(&case, &rows);
    // A sheet that Excel does not know as dates.
    form.columns[1].takes = Takes::Text;
    form.rows[0][1] = Cell::Number(46_327);
    let filled = read(&case, &back(&form)).expect("the form");
    assert_eq!(filled.lines, 4);
    for (name, value) in [
        ("purchases.1.date", "2026-11-01"),
        ("purchases.1.shop", "駅前 カメラ"),
        ("purchases.1.item", "tablet"),
        ("purchases.1.model", "123"),
        ("purchases.1.count", "２"),
        ("purchases.1.yen", "４１，０００円"),
        ("purchases.2.date", "2026-11-01"),
        ("purchases.2.item", "カード リーダー"),
        ("purchases.3.date", "2026-11-03"),
        ("purchases.3.item", "card_reader"),
        ("purchases.4.date", "きのう"),
        ("purchases.4.item", "パソコン"),
        ("purchases.4.yen", "-1"),
    ] {
        assert_eq!(answer(&filled, name), value, "{name}");
    }
    form.columns[1].takes = Takes::Date;
    assert_eq!(answer(&read(&case, &back(&form)).expect("the form"), "purchases.1.date"), "2026-11-01");
}

#[test]
fn wrong_values_stand_in_their_boxes_with_their_faults() {
    let office = office();
    let case = office.case();
    let row = words(["2026-11-01", "店", "パソコン", "型", "0", "無料"]);
    let filled = read(&case, &back(&with(&case, &[&words(GOOD), &row]))).expect("the form");
    let typed: Vec<(&str, &str)> = filled.answers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let faults = office.save(&typed);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(faults.iter().all(|fault| fault.contains("2行目")), "{faults:?}");
    assert_eq!(office.case().document.answer("purchases.2.yen"), "無料", "kept as written");
}

#[test]
fn people_may_move_the_table_about() {
    let office = office();
    assert_eq!(office.save(&LINES), [""; 0]);
    let case = office.case();
    let mut table = back(&sheet(&case));
    let before = read(&case, &table).expect("the form");
    let heading = table.rows.iter().position(|row| row.cells[0].text == NUMBER).expect("headings");
    for row in &mut table.rows[heading..] {
        row.cells.insert(0, book::Cell::default());
        row.cells.resize(9, book::Cell::default());
        row.cells.swap(2, 5);
        row.number += 20;
    }
    table.rows[heading].cells[7].text = "金額 (税込\nの 合計)".to_owned();
    assert_eq!(read(&case, &table), Ok(before.clone()));

    // A sum of their own below.
    let mut sum = table.rows[heading + 1].clone();
    sum.number += 30;
    sum.cells.fill(book::Cell::default());
    (sum.cells[3].text, sum.cells[7].text) = ("合 計".to_owned(), "46,500".to_owned());
    table.rows.push(sum);
    assert_eq!(read(&case, &table), Ok(before));

    // Rows put in between: the lines close up.
    for (at, row) in (0..).zip(&mut table.rows[heading + 1..]) {
        row.number += at * 7;
    }
    let filled = read(&case, &table).expect("the form");
    assert_eq!((answer(&filled, "purchases.2.model"), filled.lines), ("R-1", 2));
}

#[test]
fn another_book_is_not_the_form() {
    let case = office().case();
    let other = FormSheet { columns: Vec::new(), rows: Vec::new(), ..sheet(&case) };
    assert_eq!(read(&case, &back(&other)), Err(Misread::NotTheForm));
    let mut almost = with(&case, &[&words(GOOD)]);
    almost.columns[4].heading = "備考";
    assert!(why(read(&case, &back(&almost))).contains("「機種・型番」の見出しがありません"));
}

#[test]
fn the_form_of_another_facility_is_refused() {
    let case = office().case();
    let mut form = with(&case, &[&words(GOOD)]);
    let code = |form: &mut FormSheet, code: &str| form.facts[0].1 = code.to_owned();
    for same in ["0199999999", "199999999", "０１９９９９９９９９", "01-9999999-9"] {
        code(&mut form, same);
        assert!(read(&case, &back(&form)).is_ok(), "{same}");
    }
    for other in ["1312345678", "？"] {
        code(&mut form, other);
        assert!(why(read(&case, &back(&form))).starts_with("別の施設の内訳書です"), "{other}");
    }
}

#[test]
fn more_lines_than_the_form_has_are_refused() {
    let case = office().case();
    let good = words(GOOD);
    let mut form = with(&case, &[good.as_slice(); MOST_LINES]);
    assert_eq!(read(&case, &back(&form)).map(|filled| filled.lines), Ok(MOST_LINES));
    form.rows.push(form.rows[0].clone());
    assert!(why(read(&case, &back(&form))).contains("10行まで"));
}
