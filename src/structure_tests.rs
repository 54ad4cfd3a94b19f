//! The arrows between the crates, as `docs/ARCHITECTURE.md` draws them: one more
//! dependency than drawn fails.

use std::collections::BTreeSet;
use std::process::Command;

/// Who may know whom. The binary may know everybody.
const ARROWS: &[(&str, &[&str])] = &[
    ("uketsuke-core", &[]),
    ("uketsuke-web", &["uketsuke-core"]),
    ("uketsuke-portal", &["uketsuke-core", "uketsuke-web"]),
    ("uketsuke-admin", &["uketsuke-core", "uketsuke-web"]),
    ("uketsuke-procedures", &["uketsuke-core", "uketsuke-web"]),
    ("uketsuke-workers", &["uketsuke-core"]),
];

/// Crates that speak HTTP: core may know none of them.
const HTTP: &[&str] = &["actix-web", "actix-multipart", "ureq", "http"];

#[test]
fn no_crate_knows_more_than_the_drawing_says() {
    let packages = packages();
    for (name, allowed) in ARROWS {
        let known = dependencies(&packages, name);
        let ours: BTreeSet<&str> = known.iter().copied().filter(|d| d.starts_with("uketsuke-")).collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(ours.is_subset(&allowed), "{name} knows {ours:?}, but only {allowed:?} is drawn");
    }
}

#[test]
fn core_knows_no_http() {
    let packages = packages();
    let known = dependencies(&packages, "uketsuke-core");
    let http: Vec<_> = known.iter().filter(|d| HTTP.contains(d)).collect();
    assert!(http.is_empty(), "core knows {http:?}");
}

/// Each `Deed::new("…"` of the workspace must have words that people can read.
#[test]
fn every_recorded_action_has_words() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<_> =
        ["core/src", "web/src", "portal/src", "admin/src", "workers/src", "procedures/src", "src"]
            .iter()
            .map(|folder| root.join(folder))
            .collect();
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("structure_tests.rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                for action in text.split("Deed::new(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                    found += 1;
                    let known = uketsuke_core::audit::ACTIONS.iter().any(|(name, _)| *name == action);
                    assert!(known, "{action} in {} has no words in core/src/audit/action.rs", path.display());
                }
            }
        }
    }
    assert!(found > 20, "{found}");
}

/// The workspace's packages, as Cargo describes them.
fn packages() -> serde_json::Value {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo describes the workspace");
    serde_json::from_slice(&out.stdout).expect("JSON")
}

/// What a package depends on, without what only its tests use.
fn dependencies<'m>(metadata: &'m serde_json::Value, name: &str) -> Vec<&'m str> {
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|p| p["name"] == name).expect("a package of the workspace");
    let dependencies = package["dependencies"].as_array().expect("dependencies");
    dependencies.iter().filter(|d| d["kind"].is_null()).filter_map(|d| d["name"].as_str()).collect()
}
