//! Short texts without memory of their own, for tables of a million rows.

/// A text of at most `N` bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Short<const N: usize> {
    length: u8,
    bytes: [u8; N],
}

impl<const N: usize> Short<N> {
    /// The text; `None` when it is too long.
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { length: u8::try_from(text.len()).ok()?, bytes })
    }

    /// The text again.
    pub fn as_str(&self) -> &str {
        // Made from a text of this length, so it is one.
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl<const N: usize> std::fmt::Debug for Short<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_reads_back_and_what_does_not_is_refused() {
        for text in ["", "W1234567", "あ", "123456789012345"] {
            assert_eq!(Short::<15>::new(text).unwrap().as_str(), text);
        }
        assert_eq!(Short::<15>::new("1234567890123456"), None);
    }
}
