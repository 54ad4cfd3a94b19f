//! A reader for tests, made from the published table of columns and from nothing in the writer.

/// A column of a record: first byte (counted from 1, as banks print it) and width.
pub(crate) type Column = (usize, usize);

/// Header (全国銀行協会 ヘッダーレコード).
pub(crate) mod head {
    use super::Column;
    pub const CLASS: Column = (2, 2);
    pub const CODE_SET: Column = (4, 1);
    pub const PAYER_CODE: Column = (5, 10);
    pub const PAYER_NAME: Column = (15, 40);
    pub const DAY: Column = (55, 4);
    pub const BANK: Column = (59, 4);
    pub const BANK_NAME: Column = (63, 15);
    pub const BRANCH: Column = (78, 3);
    pub const BRANCH_NAME: Column = (81, 15);
    pub const KIND: Column = (96, 1);
    pub const ACCOUNT: Column = (97, 7);
    pub const DUMMY: Column = (104, 17);
}

/// Data record (データレコード).
pub(crate) mod item {
    use super::Column;
    pub const BANK: Column = (2, 4);
    pub const BANK_NAME: Column = (6, 15);
    pub const BRANCH: Column = (21, 3);
    pub const BRANCH_NAME: Column = (24, 15);
    pub const CLEARING: Column = (39, 4);
    pub const KIND: Column = (43, 1);
    pub const ACCOUNT: Column = (44, 7);
    pub const HOLDER: Column = (51, 30);
    pub const YEN: Column = (81, 10);
    pub const NEW: Column = (91, 1);
    pub const CUSTOMER_1: Column = (92, 10);
    pub const CUSTOMER_2: Column = (102, 10);
    pub const MANNER: Column = (112, 1);
    pub const EDI: Column = (113, 1);
    pub const DUMMY: Column = (114, 7);
}

/// Trailer (トレーラレコード) and end record (エンドレコード).
pub(crate) mod tail {
    use super::Column;
    pub const COUNT: Column = (2, 6);
    pub const SUM: Column = (8, 12);
    pub const DUMMY: Column = (20, 101);
    pub const END_DUMMY: Column = (2, 119);
}

/// One record of 120 bytes.
pub(crate) struct Read<'a>(&'a [u8]);

/// Cuts a file into records; each must have its full length and, when asked for, CR LF after it.
pub(crate) fn records(file: &[u8], crlf: bool) -> Vec<Read<'_>> {
    let step = if crlf { 122 } else { 120 };
    assert_eq!(file.len() % step, 0, "length of the file");
    file.chunks(step)
        .map(|chunk| {
            assert_eq!(&chunk[120..], if crlf { "\r\n".as_bytes() } else { b"" });
            assert!(chunk[..120].iter().all(|byte| allowed(*byte)), "character set");
            Read(&chunk[..120])
        })
        .collect()
}

/// Bytes that a bank takes: 0xB1 ｱ to 0xDD ﾝ, 0xDE ﾞ, 0xDF ﾟ, capitals, digits and ten symbols.
fn allowed(byte: u8) -> bool {
    matches!(byte, 0xB1..=0xDF | 0x41..=0x5A | 0x30..=0x39)
        || [0x20, 0x28, 0x29, 0x2C, 0x2D, 0x2E, 0x2F, 0x5C, 0xA2, 0xA3].contains(&byte)
}

impl Read<'_> {
    /// データ区分.
    pub(crate) fn kind(&self) -> char {
        char::from(self.0[0])
    }

    pub(crate) fn bytes(&self, (first, width): Column) -> &[u8] {
        &self.0[first - 1..first - 1 + width]
    }

    /// Bytes as Unicode text, with the blanks at the end.
    pub(crate) fn text(&self, column: Column) -> String {
        let letter = |byte: &u8| match byte {
            0x5C => '¥',
            0xA1..=0xDF => char::from_u32(0xFEC0 + u32::from(*byte)).unwrap(),
            _ => char::from(*byte),
        };
        self.bytes(column).iter().map(letter).collect()
    }

    pub(crate) fn number(&self, column: Column) -> i64 {
        let text = self.text(column);
        assert!(text.bytes().all(|byte| byte.is_ascii_digit()), "{text:?} is no number");
        text.parse().unwrap()
    }

    pub(crate) fn blank(&self, column: Column) -> bool {
        self.bytes(column).iter().all(|byte| *byte == b' ')
    }
}
