//! The texts that users agree to, each with its version: consent is recorded
//! with it, and a new version asks again at the next login.
//!
//! The texts are templates; a test ties each to its version, so that nobody
//! changes a word and keeps the old consent.

/// A text that users agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// What records of consent call it.
    pub key: &'static str,
    /// What users call it.
    pub title: &'static str,
    /// The day it came into force (ISO); records of consent keep it.
    pub version: &'static str,
    /// The same day in words.
    pub since: &'static str,
    /// Where it can be read.
    pub path: &'static str,
}

/// 利用規約 of the portal, agreed to at registration: its first version
/// (`core::legal` has the later ones).
pub const TERMS: Document = Document {
    key: "terms",
    title: "利用規約",
    version: "2026-11-01",
    since: "2026年11月1日（令和8年）",
    path: "/terms",
};

/// プライバシーポリシー, agreed to at registration: its first version.
pub const PRIVACY: Document = Document {
    key: "privacy",
    title: "プライバシーポリシー",
    version: "2026-11-01",
    since: "2026年11月1日（令和8年）",
    path: "/privacy",
};

/// The terms of the eligibility check itself, agreed to in the usage-start application
/// (`templates/portal/usage_terms.html`).
pub const USAGE_TERMS: Document = Document {
    key: "usage_terms",
    title: "資格確認限定型オンライン資格確認等システム利用規約",
    version: "2026-11-01",
    since: "2026年11月1日（令和8年）",
    path: "/usage-terms",
};

/// All of them.
pub const ALL: [Document; 3] = [TERMS, PRIVACY, USAGE_TERMS];

#[cfg(test)]
mod tests {
    use super::*;
    use ring::digest::{SHA256, digest};

    /// Key, version, and the start of the text's SHA-256. A changed text is a new
    /// version: change all three here and above.
    const TEXTS: [(&str, &str, &str, &str); 3] = [
        ("terms", "2026-11-01", "2f55a64f9d4e3cae", include_str!("../../templates/portal/terms_text.html")),
        ("privacy", "2026-11-01", "cc6364eb323afeb5", include_str!("../../templates/portal/privacy_text.html")),
        ("usage_terms", "2026-11-01", "f59f32fdbaebde0d", include_str!("../../templates/portal/usage_terms.html")),
    ];

    #[test]
    fn a_changed_text_is_a_new_version() {
        for (document, (key, version, start, text)) in ALL.into_iter().zip(TEXTS) {
            let hash = digest(&SHA256, text.as_bytes());
            let hash: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((document.key, document.version, start), (key, version, hash.as_str()));
        }
    }

    #[test]
    fn the_first_versions_are_those_that_consent_is_recorded_with() {
        use uketsuke_core::legal::{Document, FIRST};
        for (document, text) in [(Document::Terms, TERMS), (Document::Privacy, PRIVACY)] {
            assert_eq!((document.as_str(), FIRST, document.label()), (text.key, text.version, text.title));
        }
    }

    #[test]
    fn the_day_in_words_is_the_version() {
        for document in ALL {
            let on: chrono::NaiveDate = document.version.parse().expect("a day");
            assert_eq!(crate::words::date(on), document.since);
        }
    }
}
