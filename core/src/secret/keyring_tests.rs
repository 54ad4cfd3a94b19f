//! MACs and seals: for one purpose, one row and one key only.

use super::*;

fn keyring() -> Keyring {
    Keyring::from_master("2026a", &[7; 32])
}

#[test]
fn the_table_of_purposes_is_in_the_order_of_the_enum() {
    for (index, (purpose, _)) in PURPOSES.iter().enumerate() {
        assert_eq!(position(*purpose), index);
    }
}

#[test]
fn a_mac_holds_for_its_key_purpose_and_data_only() {
    let mac = keyring().mac(Purpose::MatchSecret, b"0012345");
    assert_eq!(mac.len(), 64);
    assert_eq!(mac, keyring().mac(Purpose::MatchSecret, b"0012345"), "stable, it is looked up");
    let cases = [
        (keyring(), Purpose::MatchSecret, "0012345", mac.clone(), true),
        (keyring(), Purpose::MatchSecret, "0012346", mac.clone(), false),
        (keyring(), Purpose::Csrf, "0012345", mac.clone(), false),
        (Keyring::from_master("2026a", &[8; 32]), Purpose::MatchSecret, "0012345", mac.clone(), false),
        (keyring(), Purpose::MatchSecret, "0012345", mac.to_uppercase(), false),
        (keyring(), Purpose::MatchSecret, "0012345", mac[..62].to_owned(), false),
        (keyring(), Purpose::MatchSecret, "0012345", String::new(), false),
    ];
    for (keyring, purpose, data, mac, expected) in cases {
        assert_eq!(keyring.verify_mac(purpose, data.as_bytes(), &mac), expected, "{purpose:?} {data} {mac}");
    }
}

#[test]
fn sealing_twice_never_looks_the_same() {
    let seal = || keyring().seal(Purpose::DeviceSecrets, b"row", b"secret");
    assert_ne!(seal(), seal());
}

#[test]
fn a_sealed_value_opens_only_where_it_was_put_and_unaltered() {
    let sealed = keyring().seal(Purpose::DeviceSecrets, b"row 1", b"secret");
    let open = |purpose, row: &str, value: &str| keyring().open(purpose, row.as_bytes(), value);
    assert_eq!(open(Purpose::DeviceSecrets, "row 1", &sealed), Ok(b"secret".to_vec()));
    assert_eq!(open(Purpose::DeviceSecrets, "row 2", &sealed), Err(CannotOpen));
    assert_eq!(open(Purpose::StaffTotp, "row 1", &sealed), Err(CannotOpen));

    let body = sealed.strip_prefix("2026a.").unwrap();
    let flipped = if body.starts_with('A') { "B" } else { "A" };
    for broken in [
        format!("2026b.{body}"),
        format!("2026a.{flipped}{}", &body[1..]),
        format!("2026a.{}", &body[..body.len() - 4]),
        format!("2026a.{body}AAAA"),
        "2026a.".to_owned(),
        "2026a.AAAA".to_owned(),
        "2026a.!".to_owned(),
        body.to_owned(),
        String::new(),
    ] {
        assert_eq!(open(Purpose::DeviceSecrets, "row 1", &broken), Err(CannotOpen), "{broken}");
    }
}

#[test]
fn after_a_rotation_old_values_still_hold_and_new_ones_use_the_new_key() {
    let before = keyring();
    let after = Keyring::from_master("2027a", &[9; 32]).with_older("2026a", &[7; 32]);
    let old_mac = before.mac(Purpose::MatchSecret, b"x");
    let old_seal = before.seal(Purpose::StaffTotp, b"row", b"x");

    assert!(after.verify_mac(Purpose::MatchSecret, b"x", &old_mac));
    assert_eq!(after.macs(Purpose::MatchSecret, b"x")[1], old_mac);
    assert_eq!(after.open(Purpose::StaffTotp, b"row", &old_seal), Ok(b"x".to_vec()));
    assert!(before.is_current(&old_seal) && !after.is_current(&old_seal));
    assert!(!before.verify_mac(Purpose::MatchSecret, b"x", after.mac(Purpose::MatchSecret, b"x")));
    assert!(after.seal(Purpose::StaffTotp, b"row", b"x").starts_with("2027a."));
}

#[test]
fn debug_prints_nothing_of_the_keys() {
    assert_eq!(format!("{:?}", keyring()), "Keyring(secret)");
}
