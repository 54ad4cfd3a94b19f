//! The 47 prefectures by their JIS X 0401 numbers, each under the regional
//! bureau (地方厚生局) that looks after its facilities: one table.

use crate::fold::serde_text;

/// A regional bureau of health and welfare, or the branch bureau of Shikoku.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bureau {
    /// 北海道厚生局
    Hokkaido,
    /// 東北厚生局
    Tohoku,
    /// 関東信越厚生局
    KantoShinetsu,
    /// 東海北陸厚生局
    TokaiHokuriku,
    /// 近畿厚生局
    Kinki,
    /// 中国四国厚生局
    ChugokuShikoku,
    /// 四国厚生支局
    Shikoku,
    /// 九州厚生局
    Kyushu,
}

impl Bureau {
    /// All bureaus from north to south.
    pub const ALL: [Self; 8] = [
        Self::Hokkaido,
        Self::Tohoku,
        Self::KantoShinetsu,
        Self::TokaiHokuriku,
        Self::Kinki,
        Self::ChugokuShikoku,
        Self::Shikoku,
        Self::Kyushu,
    ];

    /// The name users read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hokkaido => "北海道厚生局",
            Self::Tohoku => "東北厚生局",
            Self::KantoShinetsu => "関東信越厚生局",
            Self::TokaiHokuriku => "東海北陸厚生局",
            Self::Kinki => "近畿厚生局",
            Self::ChugokuShikoku => "中国四国厚生局",
            Self::Shikoku => "四国厚生支局",
            Self::Kyushu => "九州厚生局",
        }
    }

    /// Its prefectures in the order of their numbers.
    pub fn prefectures(self) -> impl Iterator<Item = Prefecture> {
        Prefecture::all().filter(move |prefecture| prefecture.bureau() == self)
    }
}

/// A prefecture, by its JIS X 0401 number.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Integer)]
pub struct Prefecture(u8);

impl Prefecture {
    /// All of them in the order of their numbers.
    pub const ALL: [Self; 47] = all();

    /// As [`Prefecture::ALL`], to be walked.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter()
    }

    /// The bureaus with their prefectures, as a select shows them.
    pub fn by_bureau() -> impl Iterator<Item = (Bureau, Vec<Self>)> {
        Bureau::ALL.into_iter().map(|bureau| (bureau, bureau.prefectures().collect()))
    }

    /// The prefecture of a number from 1 to 47.
    pub fn from_number(number: i64) -> Option<Self> {
        u8::try_from(number).ok().filter(|n| (1..=47).contains(n)).map(Self)
    }

    /// The number, 1 to 47.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The number in two digits, 「01」 to 「47」: as codes begin.
    pub fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// The name users read: 「東京都」.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// The bureau that looks after its facilities.
    pub fn bureau(self) -> Bureau {
        self.entry().2
    }

    /// Reads a number of one or two digits, or the whole name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|p| text == p.as_str() || text == p.name()).or_else(|| {
            let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
            Self::from_number(if digits { text.parse().ok()? } else { return None })
        })
    }

    fn entry(self) -> &'static (&'static str, &'static str, Bureau) {
        &PREFECTURES[self.0 as usize - 1]
    }
}

const fn all() -> [Prefecture; 47] {
    let mut all = [Prefecture(1); 47];
    let mut at = 0;
    while at < 47 {
        all[at] = Prefecture(at as u8 + 1);
        at += 1;
    }
    all
}

/// JIS X 0401 number, name, bureau (厚生労働省組織規則 第707条 and the bureaus' own brochures).
const PREFECTURES: [(&str, &str, Bureau); 47] = {
    use Bureau::*;
    [
        ("01", "北海道", Hokkaido),
        ("02", "青森県", Tohoku),
        ("03", "岩手県", Tohoku),
        ("04", "宮城県", Tohoku),
        ("05", "秋田県", Tohoku),
        ("06", "山形県", Tohoku),
        ("07", "福島県", Tohoku),
        ("08", "茨城県", KantoShinetsu),
        ("09", "栃木県", KantoShinetsu),
        ("10", "群馬県", KantoShinetsu),
        ("11", "埼玉県", KantoShinetsu),
        ("12", "千葉県", KantoShinetsu),
        ("13", "東京都", KantoShinetsu),
        ("14", "神奈川県", KantoShinetsu),
        ("15", "新潟県", KantoShinetsu),
        ("16", "富山県", TokaiHokuriku),
        ("17", "石川県", TokaiHokuriku),
        ("18", "福井県", Kinki),
        ("19", "山梨県", KantoShinetsu),
        ("20", "長野県", KantoShinetsu),
        ("21", "岐阜県", TokaiHokuriku),
        ("22", "静岡県", TokaiHokuriku),
        ("23", "愛知県", TokaiHokuriku),
        ("24", "三重県", TokaiHokuriku),
        ("25", "滋賀県", Kinki),
        ("26", "京都府", Kinki),
        ("27", "大阪府", Kinki),
        ("28", "兵庫県", Kinki),
        ("29", "奈良県", Kinki),
        ("30", "和歌山県", Kinki),
        ("31", "鳥取県", ChugokuShikoku),
        ("32", "島根県", ChugokuShikoku),
        ("33", "岡山県", ChugokuShikoku),
        ("34", "広島県", ChugokuShikoku),
        ("35", "山口県", ChugokuShikoku),
        ("36", "徳島県", Shikoku),
        ("37", "香川県", Shikoku),
        ("38", "愛媛県", Shikoku),
        ("39", "高知県", Shikoku),
        ("40", "福岡県", Kyushu),
        ("41", "佐賀県", Kyushu),
        ("42", "長崎県", Kyushu),
        ("43", "熊本県", Kyushu),
        ("44", "大分県", Kyushu),
        ("45", "宮崎県", Kyushu),
        ("46", "鹿児島県", Kyushu),
        ("47", "沖縄県", Kyushu),
    ]
};

serde_text!(Prefecture);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_rows_agree() {
        for (at, prefecture) in Prefecture::all().enumerate() {
            assert_eq!(prefecture.number() as usize, at + 1);
            assert_eq!(prefecture.as_str(), format!("{:02}", at + 1));
            for text in [prefecture.as_str(), prefecture.name()] {
                assert_eq!(Prefecture::parse(text), Some(prefecture), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_prefecture_is_none() {
        for text in ["", "0", "00", "48", "-1", "+1", "001", "１３", "東京", "江戸", "13 ", "😀", "' OR 1"] {
            assert_eq!(Prefecture::parse(text), None, "{text:?}");
        }
        assert_eq!(Prefecture::parse("1"), Prefecture::from_number(1));
        assert!([0, 48, -1, 257].into_iter().all(|n| Prefecture::from_number(n).is_none()));
    }

    #[test]
    fn every_prefecture_has_one_bureau() {
        let counts: Vec<usize> = Prefecture::by_bureau().map(|(_, list)| list.len()).collect();
        assert_eq!(counts, [1, 6, 10, 6, 7, 5, 4, 8]);
        let fukui = Prefecture::from_number(18).expect("Fukui");
        assert_eq!(fukui.bureau().name(), "近畿厚生局");
    }

    #[test]
    fn a_prefecture_travels_as_two_digits() {
        let tokyo = Prefecture::parse("13").expect("Tokyo");
        assert_eq!(serde_json::to_string(&tokyo).expect("writes"), r#""13""#);
        assert_eq!(serde_json::from_str::<Prefecture>(r#""東京都""#).expect("reads"), tokyo);
        assert!(serde_json::from_str::<Prefecture>(r#""48""#).is_err());
    }
}
