//! Keys of stored files: an area and a random name, never anything typed.

use std::fmt;

use crate::secret::{hex, random};

/// What a file is kept for; areas are listed and swept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Documents handed in with an application.
    Evidence,
    /// Pictures made from them for the reviewers' viewer.
    Preview,
    /// Rows of a master import that waits to be applied.
    Import,
    /// Weekly editions of the published list.
    Edition,
    /// Notices of decisions.
    Notice,
    /// Files of notices, handbooks and inquiries.
    Attachment,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 6] =
        [Self::Evidence, Self::Preview, Self::Import, Self::Edition, Self::Notice, Self::Attachment];

    /// The first part of its keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Preview => "preview",
            Self::Import => "import",
            Self::Edition => "edition",
            Self::Notice => "notice",
            Self::Attachment => "attachment",
        }
    }
}

/// A stored file's key, `area/` and 32 hex characters. No other text becomes
/// one, so a key is always safe as a path.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct StoredKey(String);

impl StoredKey {
    /// A new key from the system's random source.
    pub fn mint(area: Area) -> Self {
        Self(format!("{}/{}", area.as_str(), hex(&random::bytes::<16>())))
    }

    /// Reads a key as it was stored.
    pub fn parse(text: &str) -> Option<Self> {
        let (area, name) = text.split_once('/')?;
        let known = Area::ALL.iter().any(|known| known.as_str() == area);
        let is_name = name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (known && is_name).then(|| Self(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The random part.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The area's name.
    pub fn area(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

impl fmt::Display for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::db::text_column!(StoredKey, |text| StoredKey::parse(&text), |value| value.0.as_str());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_keys_are_keys() {
        let key = StoredKey::mint(Area::Evidence);
        assert_ne!(key, StoredKey::mint(Area::Evidence));
        assert_eq!(StoredKey::parse(key.as_str()), Some(key.clone()));
        assert_eq!((key.area(), key.name().len()), ("evidence", 32));

        let name = key.name();
        for text in [
            String::new(),
            name.to_owned(),
            format!("other/{name}"),
            format!("evidence/../{name}"),
            format!("evidence/{}", "../".repeat(11)),
            format!("evidence/{}", "0".repeat(31) + "/"),
            format!("evidence/{}", "0".repeat(31) + "\0"),
            format!("evidence/{}", "A".repeat(32)),
            format!("evidence/{name}0"),
            format!("/evidence/{name}"),
        ] {
            assert_eq!(StoredKey::parse(&text), None, "{text:?}");
        }
    }
}
