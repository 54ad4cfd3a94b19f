//! The text agreed to in the usage-start application, with its version. Those agreed
//! to at registration are `uketsuke_core::legal`'s.
//!
//! The texts that come with the program are templates; a test ties each to its
//! version, so that nobody changes a word and keeps the old consent.

/// A text that users agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// What users call it.
    pub title: &'static str,
    /// The day it came into force (ISO); records of consent keep it.
    pub version: &'static str,
    /// The same day in words.
    pub since: &'static str,
}

/// The terms of the eligibility check itself, agreed to in the usage-start application
/// (`templates/portal/usage_terms.html`).
pub const USAGE_TERMS: Document = Document {
    title: "資格確認限定型オンライン資格確認等システム利用規約",
    version: "2026-11-01",
    since: "2026年11月1日（令和8年）",
};

#[cfg(test)]
mod tests {
    use super::USAGE_TERMS;
    use ring::digest::{SHA256, digest};
    use uketsuke_core::legal::{Document, FIRST};

    /// Version, the start of the text's SHA-256, and the text. A changed text is a new
    /// version: change both here, and the version where it stands.
    const TEXTS: [(&str, &str, &str); 3] = [
        ("2026-11-01", "2f55a64f9d4e3cae", include_str!("../../templates/portal/terms_text.html")),
        ("2026-11-01", "cc6364eb323afeb5", include_str!("../../templates/portal/privacy_text.html")),
        ("2026-11-01", "f59f32fdbaebde0d", include_str!("../../templates/portal/usage_terms.html")),
    ];

    #[test]
    fn a_changed_text_is_a_new_version() {
        assert_eq!(Document::ALL, [Document::Terms, Document::Privacy], "a text without a row here");
        for (now, (version, start, text)) in [FIRST, FIRST, USAGE_TERMS.version].into_iter().zip(TEXTS) {
            let hash = digest(&SHA256, text.as_bytes());
            let hash: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!((now, hash.as_str()), (version, start));
        }
    }

    #[test]
    fn the_day_in_words_is_the_version() {
        let on: chrono::NaiveDate = USAGE_TERMS.version.parse().expect("a day");
        assert_eq!(crate::words::date(on), USAGE_TERMS.since);
    }
}
