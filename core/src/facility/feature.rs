//! What a facility of 居宅同意取得型 switches on and off in 「環境設定情報更新」
//! (SPEC 4.2): one table. The device check answers what is on.

use std::sync::LazyLock;

use diesel::prelude::*;

use super::kind::ClientForm;
use super::repo;
use crate::audit::Deed;
use crate::db::{Tx, text_column};
use crate::error::{Error, Result};
use crate::ids::FacilityId;
use crate::schema::facilities;
use crate::scope::FacilityScope;

/// One entry makes the variant and its row of [`FEATURES`].
macro_rules! features {
    ($($(#[$doc:meta])* $feature:ident = $id:literal, $label:literal, $hint:literal;)+) => {
        /// A feature of 居宅同意取得型.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Feature { $($(#[$doc])* $feature),+ }

        /// Every feature, in the order users see them.
        pub const FEATURES: &[Feature] = &[$(Feature::$feature),+];

        impl Feature {
            /// The stable text, also in the answer of the device check.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$feature => $id),+ }
            }

            /// The name users read.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$feature => $label),+ }
            }

            /// What it is for, in one sentence.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$feature => $hint),+ }
            }
        }
    };
}

features! {
    /// 訪問診療等機能
    HomeVisit = "home_visit", "訪問診療等機能",
        "訪問診療や訪問服薬指導などで、患者の居宅で資格確認と同意の取得をするときに使います。";
    /// オンライン診療等・外来診療等（通常とは異なる動線）機能
    AlternativeRoute = "online_or_alternative_route", "オンライン診療等・外来診療等（通常とは異なる動線）機能",
        "オンライン診療やオンライン服薬指導、発熱外来などで、患者自身の端末から資格確認をするときに使います。";
}

impl Feature {
    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        FEATURES.iter().copied().find(|feature| feature.as_str() == text)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The features that are on.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Features(u8);

impl Features {
    /// Whether this one is on.
    pub const fn has(self, feature: Feature) -> bool {
        self.0 & feature.bit() != 0
    }

    /// Whether none is.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are on, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Feature> {
        FEATURES.iter().copied().filter(move |feature| self.has(*feature))
    }

    /// Reads the stored line; `None` with a name that is not known.
    pub fn parse(line: &str) -> Option<Self> {
        line.split_whitespace().map(Feature::parse).collect()
    }
}

impl FromIterator<Feature> for Features {
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        Self(features.into_iter().fold(0, |bits, feature| bits | feature.bit()))
    }
}

impl std::fmt::Display for Features {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.iter().map(Feature::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

/// How a set is stored: its names in one line.
fn line_of(features: Features) -> &'static str {
    static LINES: LazyLock<Vec<String>> =
        LazyLock::new(|| (0..1 << FEATURES.len()).map(|bits| Features(bits).to_string()).collect());
    &LINES[usize::from(features.0)]
}

text_column!(Features, |text| Features::parse(&text), |value| line_of(*value));

/// Switches features on and off; those not named are off from here on.
///
/// # Errors
/// `NotFound` for the unverified, and where the kind of facility has no features.
pub fn set(tx: &mut Tx<'_>, scope: &FacilityScope, features: Features) -> Result<()> {
    let id: &FacilityId = scope.facility();
    let before = repo::get(tx.conn(), id)?;
    if !scope.verified() || before.client() != ClientForm::HomeConsent {
        return Err(Error::NotFound);
    }
    if before.features == features {
        return Ok(());
    }
    diesel::update(facilities::table.find(id)).set(facilities::features.eq(features)).execute(tx.conn())?;
    let deed = Deed::new("facility.features_changed", "facilities", id.as_str());
    tx.record(deed.at_facility(id).changed("features", before.features, features))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_stored_as_a_line_that_reads_back() {
        for bits in 0..(1 << FEATURES.len()) {
            let features = Features(bits);
            assert_eq!(line_of(features), features.to_string());
            assert_eq!(Features::parse(line_of(features)), Some(features));
        }
        assert_eq!(Features::parse("home_visit teleport"), None);
    }
}
