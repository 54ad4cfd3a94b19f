//! Kana readings, and the key by which names are searched.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::chars::is_dash;
use super::text;
use crate::form::FieldFault;

/// Variant kanji of names (異体字) and the one form they are searched by. Only what
/// NFKC leaves apart stands here.
const VARIANTS: &[(&str, char)] = &[
    ("髙", '高'),
    ("﨑嵜碕", '崎'),
    ("𠮷", '吉'),
    ("濵濱", '浜'),
    ("邊邉", '辺'),
    ("齋齊斎", '斉'),
    ("澤", '沢'),
    ("廣", '広'),
    ("國", '国'),
    ("櫻", '桜'),
    ("嶋嶌", '島'),
    ("龍", '竜'),
    ("德", '徳'),
    ("惠", '恵'),
    ("眞", '真'),
    ("彌", '弥'),
    ("黑", '黒'),
    ("橫", '横'),
    ("靑", '青'),
    ("淸", '清'),
    ("冨", '富'),
    ("槗", '橋'),
    ("㐂", '喜'),
    ("桒", '桑'),
    ("栁", '柳'),
    ("曾", '曽'),
    ("萬", '万'),
    ("壽", '寿'),
    ("藏", '蔵'),
    ("瀧", '滝'),
    ("瀨", '瀬'),
    ("敎", '教'),
    ("豐", '豊'),
    ("圓", '円'),
    ("關", '関'),
    ("會", '会'),
    ("學", '学'),
    ("榮", '栄'),
    ("檜", '桧'),
    ("禮", '礼'),
    ("靜", '静'),
    ("增", '増'),
    ("實", '実'),
    ("藥", '薬'),
    ("醫", '医'),
    ("條", '条'),
    ("縣", '県'),
    ("鐵", '鉄'),
    ("假", '仮'),
    ("舘", '館'),
    ("籠", '篭'),
    ("鷗", '鴎'),
    ("槇", '槙'),
    ("檮", '梼'),
    ("當", '当'),
    ("佛", '仏'),
    ("寬", '寛'),
    ("凉", '涼'),
    ("昻", '昂'),
];

/// [`VARIANTS`] by variant: an import asks for every character of every name.
static BY_VARIANT: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    VARIANTS.iter().flat_map(|&(variants, form)| variants.chars().map(move |variant| (variant, form))).collect()
});

/// Small kana and the full-sized ones they are searched by (キャノン, キヤノン; 市ヶ谷, 市ケ谷).
const SMALL: [(char, char); 12] = [
    ('ァ', 'ア'),
    ('ィ', 'イ'),
    ('ゥ', 'ウ'),
    ('ェ', 'エ'),
    ('ォ', 'オ'),
    ('ッ', 'ツ'),
    ('ャ', 'ヤ'),
    ('ュ', 'ユ'),
    ('ョ', 'ヨ'),
    ('ヮ', 'ワ'),
    ('ヵ', 'カ'),
    ('ヶ', 'ケ'),
];

/// Reads a フリガナ of at most `max` characters: hiragana and half-width kana become
/// katakana, a dash after kana the long-vowel mark, blanks one blank.
pub fn kana(raw: &str, max: usize) -> Result<String, FieldFault> {
    let typed = text(raw, usize::MAX)?;
    let mut folded = String::new();
    for c in typed.nfkc().map(katakana) {
        match c {
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            c if is_dash(c) && folded.ends_with(is_katakana) => folded.push('ー'),
            c if (is_katakana(c) && !is_dash(c)) || c == '・' => folded.push(c),
            _ => return Err(FieldFault::NotKana),
        }
    }
    let now = folded.chars().count();
    if now > max {
        return Err(FieldFault::TooLong { max, now });
    }
    if folded.contains(is_katakana) { Ok(folded) } else { Err(FieldFault::NotKana) }
}

/// The key by which a name is searched, stored beside it: NFKC, lower case, katakana,
/// one form per variant kanji, and nothing but letters and digits. Both the name
/// and the search term go through here; the key is never shown.
pub fn search_key(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_lowercase)
        .map(katakana)
        .map(searched_as)
        .filter(|&c| c.is_alphanumeric() && !is_dash(c))
        .collect()
}

/// Hiragana to katakana; all else as it is.
fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    }
}

fn is_katakana(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | 'ヽ' | 'ヾ')
}

fn searched_as(c: char) -> char {
    let small = SMALL.iter().find(|(small, _)| *small == c).map(|(_, full)| *full);
    small.or_else(|| BY_VARIANT.get(&c).copied()).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldFault::*;

    #[test]
    fn kana_folds_to_katakana() {
        let rows = [
            ("ヤマダ", "ヤマダ"),
            ("やまだ　たろう", "ヤマダ タロウ"),
            ("ﾔﾏﾀﾞ  ﾀﾛｳ", "ヤマダ タロウ"),
            ("か\u{3099}ぱ", "ガパ"),
            ("せ-ら-", "セーラー"),
            ("ｾｰﾗｰ", "セーラー"),
            ("サ−ビス", "サービス"),
            ("ヴァイオレット・ヱ", "ヴァイオレット・ヱ"),
        ];
        for (raw, folded) in rows {
            assert_eq!(kana(raw, 40).as_deref(), Ok(folded), "{raw:?}");
        }
    }

    #[test]
    fn what_is_not_kana_is_said() {
        let rows = [
            ("", Missing),
            ("　", Missing),
            ("山田", NotKana),
            ("Yamada", NotKana),
            ("ヤマダ1", NotKana),
            ("-ヤマダ", NotKana),
            ("ーヤマダ", NotKana),
            ("・", NotKana),
            ("ヤマダ😀", NotKana),
            ("ヤ\u{202E}マ", Unprintable),
            ("ヤ\nマ", LineBreak),
            ("<b>ヤマダ</b>", NotKana),
            ("アイウエオカ", TooLong { max: 5, now: 6 }),
        ];
        for (raw, fault) in rows {
            assert_eq!(kana(raw, 5), Err(fault), "{raw:?}");
        }
    }

    #[test]
    fn names_meet_in_one_key() {
        let groups: [&[&str]; 6] = [
            &["髙橋整骨院", "高橋整骨院", "高橋　整骨院", "高\u{E0100}橋整骨院"],
            &["山﨑", "山崎", "山嵜"],
            &["ABCクリニック", "ＡＢＣｸﾘﾆｯｸ", "abc くりにっく", "Abc・クリニツク"],
            &["市ヶ谷", "市ケ谷"],
            &["神田", "\u{FA19}田"],
            &["センター", "センタ-", "センタ―"],
        ];
        for group in groups {
            let key = search_key(group[0]);
            assert!(!key.is_empty());
            for name in group {
                assert_eq!(search_key(name), key, "{name:?}");
            }
        }
        assert_ne!(search_key("山田"), search_key("山本"));
    }

    #[test]
    fn a_key_is_harmless_in_a_query() {
        for name in ["'; DROP TABLE x; --", "100%_\\ OFF", "％＿", "\u{202E}\0\u{7}😀", ""] {
            assert!(search_key(name).chars().all(char::is_alphanumeric), "{name:?}");
        }
    }
}
