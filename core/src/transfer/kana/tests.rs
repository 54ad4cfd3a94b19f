//! Tables of typed texts, and what holds for every character.

use super::{NotWritable, fold, is_writable, shown};

const FOLDED: &[(&str, &str)] = &[
    ("", ""),
    ("アイウエオ", "ｱｲｳｴｵ"),
    ("あいうえお", "ｱｲｳｴｵ"),
    ("ｱｲｳｴｵ", "ｱｲｳｴｵ"),
    ("ワヲン", "ﾜｵﾝ"),
    ("わをん", "ﾜｵﾝ"),
    ("ｦ", "ｵ"),
    ("ガギグゲゴ", "ｶﾞｷﾞｸﾞｹﾞｺﾞ"),
    ("ザジズゼゾダヂヅデド", "ｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ"),
    ("ばびぶべぼ", "ﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞ"),
    ("パピプペポ", "ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
    ("カ\u{3099}ハ\u{309A}", "ｶﾞﾊﾟ"),
    ("か\u{3099}は\u{309A}", "ｶﾞﾊﾟ"),
    ("カ゛ハ゜", "ｶﾞﾊﾟ"),
    ("ｶﾞﾊﾟ", "ｶﾞﾊﾟ"),
    ("ヴゔ", "ｳﾞｳﾞ"),
    ("ヷヺ", "ﾜﾞｵﾞ"),
    ("ヰヱゐゑ", "ｲｴｲｴ"),
    ("ァィゥェォッャュョヮヵヶ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ"),
    ("ぁぃぅぇぉっゃゅょゎゕゖ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ"),
    ("ｧｨｩｪｫｯｬｭｮ", "ｱｲｳｴｵﾂﾔﾕﾖ"),
    ("ㇰㇱㇷ\u{309A}", "ｸｼﾌﾟ"),
    ("きょうとしょうがっこう", "ｷﾖｳﾄｼﾖｳｶﾞﾂｺｳ"),
    ("サービス", "ｻ-ﾋﾞｽ"),
    ("ｻｰﾋﾞｽ", "ｻ-ﾋﾞｽ"),
    ("-－‐‑‒–—―−─━﹣", "------------"),
    ("１２３４５６７８９０", "1234567890"),
    ("ＡＢＣａｂｃxyz", "ABCABCXYZ"),
    ("カ）ヤマダ", "ｶ)ﾔﾏﾀﾞ"),
    ("ヤマダ（カ", "ﾔﾏﾀﾞ(ｶ"),
    ("「ア」｢ｲ｣", "｢ｱ｣｢ｲ｣"),
    ("ジョン・スミス", "ｼﾞﾖﾝ.ｽﾐｽ"),
    ("ｼﾞｮﾝ･ｽﾐｽ", "ｼﾞﾖﾝ.ｽﾐｽ"),
    ("Ａ．Ｂ，Ｃ／Ｄ", "A.B,C/D"),
    ("￥¥\\＼", "¥¥¥¥"),
    ("  ヤマダ　　\t タロウ\u{3000}", "ﾔﾏﾀﾞ ﾀﾛｳ"),
    ("\u{A0}\r\n", ""),
];

const REFUSED: &[(&str, &str)] = &[
    ("山田 太郎", "山田太郎"),
    ("山山ア田山", "山田"),
    ("一", "一"),
    ("㈱アイ", "㈱"),
    ("ア〜イ～ウ~", "〜～~"),
    ("ア、イ。ウ､エ｡", "、。､｡"),
    ("A&B'C+D", "&'+"),
    ("＆［］", "＆［］"),
    ("ゝヽ々", "ゝヽ々"),
    ("ア\u{200B}イ", "\u{200B}"),
    ("é😀", "é😀"),
];

#[test]
fn folds_what_people_type() {
    for (typed, expected) in FOLDED {
        assert_eq!(fold(typed).as_deref(), Ok(*expected), "{typed:?}");
        assert!(is_writable(expected), "{expected:?}");
    }
}

#[test]
fn names_every_refused_character_once_in_order() {
    for (typed, expected) in REFUSED {
        assert_eq!(fold(typed), Err(NotWritable { chars: expected.chars().collect() }), "{typed:?}");
        assert!(!is_writable(typed));
    }
    assert_eq!(fold("山").unwrap_err().to_string(), "characters that a bank transfer cannot carry: 山");
}

#[test]
fn the_set_is_complete_and_nothing_more() {
    let set: String = (0..=0xFFFF).filter_map(char::from_u32).filter(|c| is_writable(&c.to_string())).collect();
    assert_eq!(set.chars().count(), 45 + 2 + 26 + 10 + 10);
    for c in "ｦｧｨｩｪｫｬｭｮｯｰ･｡､abz\\'+:?".chars() {
        assert!(!is_writable(&c.to_string()), "{c}");
    }
}

#[test]
fn every_character_folds_into_the_set_or_is_named() {
    for c in (0..=0x1_FFFF).filter_map(char::from_u32) {
        match fold(&c.to_string()) {
            Ok(folded) => assert!(is_writable(&folded) && (c.is_whitespace() || !folded.is_empty()), "{c:?}"),
            Err(NotWritable { chars }) => assert_eq!(chars, vec![c]),
        }
    }
}

#[test]
fn folded_text_stays_and_returns_from_the_screen() {
    for (_, folded) in FOLDED {
        assert_eq!(fold(folded).as_deref(), Ok(*folded));
        assert_eq!(fold(&shown(folded)).as_deref(), Ok(*folded), "{folded}");
    }
}

#[test]
fn shows_full_width_letters() {
    let table = [
        ("ｶﾞ", "ガ"),
        ("ﾊﾟﾌﾞ", "パブ"),
        ("ｳﾞｱ", "ヴア"),
        ("ｱﾞﾞ", "ア゛゛"),
        ("ﾞｶ", "゛カ"),
        ("ｶﾟ", "カ゜"),
        ("ｶ)ﾔﾏﾀﾞ ﾊﾅｺ", "カ）ヤマダ　ハナコ"),
        ("A-1,./(｢¥｣)", "Ａ－１，．／（「￥」）"),
        ("山ﾞ", "山゛"),
        ("", ""),
    ];
    for (half, full) in table {
        assert_eq!(shown(half), full);
    }
}
