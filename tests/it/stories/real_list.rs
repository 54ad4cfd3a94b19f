//! The list that the regional bureaus published in September 2024, 91,181 rows,
//! as a master: it comes in whole, and a second time changes nothing.

use std::fs::File;
use std::io;
use std::path::Path;

use diesel::prelude::*;
use tempfile::NamedTempFile;
use uketsuke_core::db::Actor;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::import::{self, Import, Options, Outcome, Report};
use uketsuke_core::facility::kind::FacilityKind::PaperMedical;
use uketsuke_core::facility::repo::find_by_kind_and_code;
use uketsuke_core::schema::{facilities, facility_changes};
use zip::ZipArchive;

use crate::support::app::TestApp;
use crate::support::harness::{Needs, tests};

tests! {
    needs Needs::File(LIST);
    the_published_list_of_2024_imports_whole_and_a_second_time_changes_nothing,
}

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/medical_institutions_2024-09.csv.zip");

const ROWS: u64 = 91_181;
const FACILITIES: u64 = 90_646;
const REPEATED: u64 = 535;

fn the_published_list_of_2024_imports_whole_and_a_second_time_changes_nothing(app: &TestApp) {
    let list = unzipped();
    let first = imported(app, list.path());
    assert!(first.bureau_list);
    assert_eq!((first.rows, first.opened, first.duplicates, first.refused), (ROWS, FACILITIES, REPEATED, 0));
    assert_eq!((first.changed, first.reopened, first.closed, first.unchanged), (0, 0, 0, 0));
    assert_eq!(first.opened + first.duplicates + first.refused, first.rows, "every row is counted once");
    assert_eq!(first.doubtful, 19, "codes whose check digit fails are taken, with a question");
    assert_eq!(first.kinds.len(), 1);
    assert_eq!((first.kinds[0].kind, first.kinds[0].open_before, first.kinds[0].named), (PaperMedical, 0, FACILITIES));
    assert_eq!(standing(app), (FACILITIES, FACILITIES));

    let code = FacilityCode::parse("0110112489").expect("a code");
    let hospital = app.read(|c| find_by_kind_and_code(c, PaperMedical, &code)).expect("the first of the list");
    assert_eq!(
        (hospital.name.as_str(), hospital.postal_code.as_str(), hospital.address.as_str()),
        ("医療法人 愛全病院", "005-0813", "札幌市南区川沿１３条２丁目１番３８号")
    );

    let second = imported(app, list.path());
    assert!(second.changes_nothing());
    assert_eq!((second.rows, second.unchanged, second.duplicates, second.refused), (ROWS, FACILITIES, REPEATED, 0));
    assert_eq!(second.kinds[0].open_before, FACILITIES);
    assert_eq!(standing(app), (FACILITIES, FACILITIES), "no history of nothing");
    let again = app.read(|c| find_by_kind_and_code(c, PaperMedical, &code)).expect("still there");
    assert_eq!(again, hospital);
}

fn imported(app: &TestApp, list: &Path) -> Report {
    let as_of = "2024-09-01".parse().expect("a day");
    let options = Options { kind: Some(PaperMedical), as_of, partial: false, confirmed: false };
    let import = Import::open(list, options).expect("the list opens");
    let parts = &app.parts;
    match app.wait(import::run(&parts.db, parts.keyring.clone(), Actor::operator(), import)).expect("it runs") {
        Outcome::Applied(report) => report,
        other => panic!("not applied: {other:?}"),
    }
}

/// Facilities and entries of their history.
fn standing(app: &TestApp) -> (u64, u64) {
    let (facilities, changes): (i64, i64) =
        app.read(|c| Ok((facilities::table.count().get_result(c)?, facility_changes::table.count().get_result(c)?)));
    (facilities.unsigned_abs(), changes.unsigned_abs())
}

fn unzipped() -> NamedTempFile {
    let mut zip = ZipArchive::new(File::open(LIST).expect("the list is there")).expect("a zip");
    let mut csv = NamedTempFile::new().expect("a temporary file can be made");
    io::copy(&mut zip.by_index(0).expect("one file"), &mut csv).expect("it unpacks");
    csv
}
