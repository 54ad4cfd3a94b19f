//! The check digit over all codes that the regional bureaus published in
//! September 2024.

use std::collections::BTreeSet;
use std::fs::File;

use super::*;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/medical_institutions_2024-09.csv.zip");

/// Of the 90,646 published codes, all 医科, these nineteen do not obey.
const DISOBEYING: [&str; 19] = [
    "2710202047",
    "2710600463",
    "2711604910",
    "2711803314",
    "2713003574",
    "2713004218",
    "2714108679",
    "2714202456",
    "2719400105",
    "2719406391",
    "2719500052",
    "2719900021",
    "2812201079",
    "2813400639",
    "2814006773",
    "2814100568",
    "2910101536",
    "3010105195",
    "3010110328",
];

#[test]
fn all_but_nineteen_of_the_published_codes_obey_the_check_digit() {
    let Ok(zip) = File::open(LIST) else {
        eprintln!("left out: {LIST} is not there");
        return;
    };
    let mut zip = zip::ZipArchive::new(zip).expect("a zip");
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).from_reader(zip.by_index(0).expect("one file in the zip"));
    let codes: BTreeSet<FacilityCode> = rows
        .records()
        .map(|row| {
            let row = row.expect("a row");
            let picked = Prefecture::parse(&row[0][..2]);
            FacilityCode::read(FacilityKind::PaperMedical, &row[1], picked).expect("a published code is taken")
        })
        .collect();
    let disobeying: Vec<&str> =
        codes.iter().filter(|code| code.check_digit_ok() == Some(false)).map(FacilityCode::as_str).collect();
    println!("{} of {} published codes obey the check digit", codes.len() - disobeying.len(), codes.len());
    assert_eq!(codes.len(), 90_646);
    assert_eq!(disobeying, DISOBEYING);
    assert!(
        codes
            .iter()
            .all(|code| code.advice(FacilityKind::PaperMedical).is_some() == disobeying.contains(&code.as_str()))
    );
}
