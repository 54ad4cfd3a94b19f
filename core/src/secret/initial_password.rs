//! The password a device is issued with: made by us, typed once by a person.

use std::fmt;

use super::activation_code::{ALPHABET, grouped, value_of};
use super::{random, typed};

const LENGTH: usize = 12;

/// An initial device password: 12 lower-case letters and digits without
/// look-alikes, 60 random bits. `Debug` prints a constant.
#[derive(Clone, PartialEq, Eq)]
pub struct InitialPassword(String);

impl InitialPassword {
    /// A new password from the system's random source.
    pub fn mint() -> Self {
        Self(spell(random::bytes::<LENGTH>().iter().map(|byte| byte & 31)))
    }

    /// Reads one in any case and width, with blanks and dashes, look-alikes
    /// folded; `None` if it cannot be one.
    pub fn parse(typed: &str) -> Option<Self> {
        let values: Vec<u8> = typed::characters(typed).take(LENGTH + 1).map(value_of).collect::<Option<_>>()?;
        (values.len() == LENGTH).then(|| Self(spell(values.into_iter())))
    }

    /// The 12 characters without dashes: what is MACed, sealed and put in the QR code.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The password as people read it: `xxxx-xxxx-xxxx`.
    pub fn grouped(&self) -> String {
        grouped(&self.0)
    }
}

impl fmt::Debug for InitialPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InitialPassword(secret)")
    }
}

fn spell(values: impl Iterator<Item = u8>) -> String {
    values.map(|value| char::from(ALPHABET[usize::from(value)].to_ascii_lowercase())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_password_is_new_and_reads_back_however_it_is_typed() {
        let password = InitialPassword::mint();
        assert_ne!(password, InitialPassword::mint());
        for typed in [
            password.reveal().to_owned(),
            password.grouped(),
            password.grouped().to_uppercase(),
            password.grouped().replace('-', "　"),
            password.reveal().replace('0', "O").replace('1', "l"),
        ] {
            assert_eq!(InitialPassword::parse(&typed), Some(password.clone()), "{typed}");
        }
    }

    #[test]
    fn anything_else_is_none() {
        let long = "0".repeat(13);
        for typed in ["", "abc", long.as_str(), "あいうえおかきくけこさし", "abcd-efgh-jk!m"] {
            assert_eq!(InitialPassword::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn debug_never_shows_the_password() {
        assert_eq!(format!("{:?}", InitialPassword::mint()), "InitialPassword(secret)");
    }
}
