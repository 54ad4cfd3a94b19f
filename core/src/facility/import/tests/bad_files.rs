//! Files that are no master, or no longer one: a clear sentence each, nothing
//! applied, and the right file still goes through afterwards.

use super::*;
use crate::evidence::sniff::fixtures;

async fn refusal(db: &TestDb, bytes: &[u8], kind: Option<FacilityKind>) -> String {
    let file = file(bytes);
    let outcome = run(db, keyring(), Actor::operator(), import(file.path().to_owned(), options(kind))).await;
    match outcome {
        Err(Error::Invalid(errors)) => errors.of("file").concat(),
        Ok(Outcome::Refused(report)) => report.refused_cells[0].reason.clone(),
        other => panic!("taken: {other:?}"),
    }
}

#[tokio::test]
async fn what_is_no_master_is_refused_as_a_whole() {
    let db = test_db();
    let utf16: Vec<u8> = "\u{feff}code,name".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bomb = fixtures::xlsx(&[("xl/media/image1.png", &vec![0; 300 << 20])]);
    let files: [(&[u8], &str); 13] = [
        (b"", "何も書かれていません"),
        (b"\xef\xbb\xbf", "何も書かれていません"),
        (b"\r\n\r\n", "何も書かれていません"),
        (b"code,name\n", "見出しの行だけ"),
        ("住所,電話\nx,y\n".as_bytes(), "見出し"),
        (b"%PDF-1.7\n%\xe2\xe3", "見出し"),
        (&utf16, "UTF-16"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "CSVでもExcel"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "（.xls）"),
        (b"PK\x03\x04\x00\x00", "開けません"),
        (&fixtures::xlsx(&[("xl/vbaProject.bin", b"x")]), "マクロ"),
        (&bomb, "開けません"),
        (&fixtures::xlsx(&[]), "開けません"),
    ];
    for (bytes, words) in files {
        let told = refusal(&db, bytes, Some(JudoTherapy)).await;
        assert!(told.contains(words), "{words} is not in {told}");
    }
    let imports = db.read_blocking(|c| list_imports(c, 10)).expect("imports");
    assert_eq!((count(&db), imports.len()), (0, 0), "nothing half-written");
}

#[tokio::test]
async fn rows_out_of_shape_are_named_with_their_line() {
    let db = test_db();
    let rows = [
        ("1312345678,はな,東京都", "列が足りません"),
        ("1312345678,はな整骨院,東京都千代田区1,丁目,2番", "列が多すぎます（見出し4列のところ5列）"),
        ("131234567,はな整骨院,東京都,x", "10桁"),
        ("13123456789,はな整骨院,東京都,x", "10桁"),
        ("1312345678,,東京都,x", "名称"),
        ("1312345678,はな整骨院,東京都,x\0", "CSVでもExcel"),
    ];
    for (row, words) in rows {
        let text = format!("コード,名称,住所,備考\n1312345679,ゆり,東京都,y\n{row}\n");
        let told = refusal(&db, text.as_bytes(), Some(JudoTherapy)).await;
        assert!(told.contains(words), "{row}: {told}");
    }
    let dates = ["2026-02-30", "平成31年5月1日", "昨日"];
    for date in dates {
        let text = format!("コード,名称,廃止日\n1312345678,はな,{date}\n");
        let report = report_of(&db, text.as_bytes(), options(Some(JudoTherapy))).await;
        let cell = &report.refused_cells[0];
        assert_eq!((report.refused, cell.line, cell.column.as_str(), cell.value.as_str()), (1, 2, "廃止日", date));
    }
    assert_eq!(count(&db), 0);
}

#[tokio::test]
async fn a_quotation_mark_left_open_is_found_near_and_far() {
    let db = test_db();
    let rows = |count: usize| (0..count).map(|n| format!("13{n:08},はな整骨院{n}\n")).collect::<String>();
    for after in [3, 20_000] {
        let text = format!("コード,名称\n{}1399999999,\"ゆり整骨院\n{}", rows(2), rows(after));
        let told = refusal(&db, text.as_bytes(), Some(JudoTherapy)).await;
        assert!(told.contains("4行目から始まる行が終わりません"), "{told}");
    }
    // Line breaks between quotation marks are a cell's own affair where nobody reads it.
    let text = "コード,名称,備考\n1312345678,はな整骨院,\"一行目\n二行目\"\n";
    assert_eq!(applied(&db, text.as_bytes(), options(Some(JudoTherapy))).await.opened, 1);
}

#[tokio::test]
async fn a_file_cut_off_in_the_middle_applies_nothing_and_the_whole_one_does() {
    let db = test_db();
    for cut in (2..MASTER.len()).step_by(7) {
        let Some(part) = MASTER.as_bytes().get(..MASTER.len() - cut) else { break };
        if part.iter().filter(|byte| **byte == b'\n').count() == 3 && part.ends_with(b"\n") {
            continue; // cut between rows, it is a smaller master: the guard's affair
        }
        let file = file(part);
        let outcome = run(&db, keyring(), Actor::operator(), import(file.path().to_owned(), options(None))).await;
        assert!(!matches!(outcome, Ok(Outcome::Applied(_))), "{} bytes are missing", cut);
        assert_eq!(count(&db), 0);
    }
    assert_eq!(applied(&db, MASTER.as_bytes(), options(None)).await.opened, 3);
}

#[tokio::test]
async fn two_million_rows_are_too_many_and_said_so() {
    let db = test_db();
    let mut file = NamedTempFile::new().expect("a file");
    let mut text = std::io::BufWriter::new(&mut file);
    writeln!(text, "コード,名称").expect("written");
    for _ in 0..2_000_000 {
        // What stands in them does not matter: they are too many.
        writeln!(text, "x").expect("written");
    }
    drop(text);
    match dry_run(&db, keyring(), file.path().to_owned(), options(Some(JudoTherapy)), None).await {
        Err(Error::Invalid(errors)) => assert!(errors.of("file").concat().contains("100万行まで"), "{errors:?}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn of_two_imports_at_once_one_waits_or_is_told() {
    let db = test_db();
    let files: Vec<_> = ["はな", "ゆり"]
        .map(|name| {
            let rows = (0..600).map(|n| format!("13{n:08},{name}整骨院{n}\n")).collect::<String>();
            file(format!("コード,名称\n{rows}").as_bytes())
        })
        .into();
    let runs = files.iter().map(|file| {
        let import = import(file.path().to_owned(), options(Some(JudoTherapy)));
        let db = db.db.clone();
        tokio::spawn(async move { run(&db, keyring(), Actor::operator(), import).await })
    });
    let runs: Vec<_> = runs.collect();
    let mut applied = 0;
    for run in runs {
        match run.await.expect("no panic") {
            Ok(Outcome::Applied(_)) => applied += 1,
            Err(Error::Conflict | Error::Unavailable { .. }) => {}
            Err(Error::Refused(refusal)) => assert_eq!(refusal, crate::refusal::Refusal::ImportRunning),
            other => panic!("{other:?}"),
        }
    }
    assert!(applied >= 1);
    let names: Vec<String> =
        db.read_blocking(|c| Ok(facilities::table.select(facilities::name).load(c)?)).expect("names");
    let beginning = names[0].chars().next().expect("a name");
    assert_eq!(names.len(), 600);
    assert!(names.iter().all(|name| name.starts_with(beginning)), "one file's names, never a mixture");
}
