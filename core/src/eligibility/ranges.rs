//! The networks from which a credential may be used, as people type them.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::fold;
use crate::form::FieldFault;

/// At most so many networks.
const MOST: usize = 20;

/// Networks; none means anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges(Vec<IpNet>);

impl Ranges {
    /// Reads networks (`192.0.2.0/24`) and addresses (`192.0.2.7`), with blanks,
    /// commas or line breaks between, in any width.
    ///
    /// # Errors
    /// A sentence that names the first one that cannot be read.
    pub fn read(typed: &str) -> Result<Self, FieldFault> {
        let narrow = fold::narrowed(typed).replace('、', ",");
        let parts: Vec<&str> =
            narrow.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty()).collect();
        if parts.len() > MOST {
            return Err(FieldFault::Sentence(format!("アドレスの範囲は{MOST}個までにしてください")));
        }
        let network = |part: &&str| {
            let wrong = "アドレスの範囲は「192.0.2.0/24」のように入力してください";
            network(part).ok_or_else(|| FieldFault::Sentence(format!("「{part}」を読めません。{wrong}")))
        };
        parts.iter().map(network).collect::<Result<_, _>>().map(Self)
    }

    /// Reads what [`Ranges::to_text`] wrote; `None` for anything else, so that a
    /// spoilt row lets nobody in.
    pub(crate) fn stored(text: &str) -> Option<Self> {
        text.split_whitespace().map(network).collect::<Option<_>>().map(Self)
    }

    /// As it is stored and shown: with blanks between.
    pub fn to_text(&self) -> String {
        self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Whether it says anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request from there is taken. An IPv4 address that came over an
    /// IPv6 socket counts as what it is.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.is_empty() || self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_as_typed_and_hold_their_addresses() {
        let ranges = Ranges::read("１９２．０．２．１／２４、2001:db8::/32\n 198.51.100.7").expect("readable");
        assert_eq!(ranges.to_text(), "192.0.2.0/24 2001:db8::/32 198.51.100.7/32");
        assert_eq!(Ranges::stored(&ranges.to_text()), Some(ranges.clone()));
        for (address, held) in [
            ("192.0.2.255", true),
            ("192.0.3.0", false),
            ("::ffff:192.0.2.9", true),
            ("2001:db8:1::1", true),
            ("2001:db9::1", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
        ] {
            assert_eq!(ranges.holds(address.parse().expect("an address")), held, "{address}");
        }
        assert!(Ranges::read(" \n").expect("readable").holds("203.0.113.1".parse().expect("an address")));
    }

    #[test]
    fn what_is_no_network_is_named() {
        for wrong in ["192.0.2.0/33", "192.0.2", "example.jp", "192.0.2.1-9", "'; drop table"] {
            assert!(matches!(Ranges::read(wrong), Err(FieldFault::Sentence(_))), "{wrong}");
            assert_eq!(Ranges::stored(wrong), None);
        }
        assert!(Ranges::read(&"192.0.2.1 ".repeat(21)).is_err());
    }
}
