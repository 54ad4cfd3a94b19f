//! What must hold over the whole table of kinds in `kind.rs`.

use super::*;

#[test]
fn every_kind_finds_its_own_row() {
    for entry in KINDS {
        assert_eq!(entry.kind.entry(), entry);
        assert_eq!(FacilityKind::parse(entry.id), Some(entry.kind));
        assert!(!entry.label.is_empty() && !entry.at_hand.is_empty());
    }
    let ids: std::collections::HashSet<&str> = KINDS.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), KINDS.len());
}

#[test]
fn sixteen_kinds_on_two_sites() {
    assert_eq!(KINDS.len(), 16);
    assert_eq!(Site::Omf.kinds().count(), 7);
    assert_eq!(Site::Csm.kinds().count(), 9);
    let home = KINDS.iter().filter(|entry| entry.client == ClientForm::HomeConsent);
    let ids: Vec<&str> = home.map(|entry| entry.id).collect();
    assert_eq!(ids, ["hospital", "clinic", "dental_clinic", "pharmacy", "pharmacy_chain"]);
}

#[test]
fn only_the_practices_are_matched_by_a_birth_date() {
    let by_date = KINDS.iter().filter(|entry| entry.secret == MatchSecret::ManagerBirthDate);
    let ids: Vec<&str> = by_date.map(|entry| entry.id).collect();
    assert_eq!(ids, ["judo_therapy", "acupuncture_massage"]);
}

#[test]
fn unknown_texts_are_none() {
    for text in ["", "Judo_Therapy", "judo_therapy ", "柔道整復師の施術所", "😀", "' OR 1=1"] {
        assert_eq!(FacilityKind::parse(text), None, "{text:?}");
    }
    assert!(serde_json::from_str::<FacilityKind>(r#""dentist""#).is_err());
    let json = serde_json::to_string(&FacilityKind::Clinic).expect("writes");
    assert_eq!(json, r#""clinic""#);
}
