//! What somebody typed, cut into words to look for.
//!
//! Japanese has no blanks: words that editors know (`synonyms`) are found first, the
//! longest at each place; what is left falls apart where the kind of letter changes.
//! Kana between kanji are endings and particles, so they help but decide nothing.

use unicode_normalization::UnicodeNormalization;

use super::synonyms::Synonyms;
use crate::fold;

/// Letters of a search that are looked at.
const MOST_CHARS: usize = 100;
/// Words of a search that are looked for.
const MOST_TERMS: usize = 8;
/// What another word for the same counts.
const OTHER_WORD: f64 = 0.6;
/// Kana between words that say nothing by themselves, folded.
const FILLERS: [&str; 28] = [
    "ドウスレバイイデスカ",
    "ドウスレバヨイデスカ",
    "ドウシタライイデスカ",
    "デキマスカ",
    "クダサイ",
    "シテクダサイ",
    "オシエテクダサイ",
    "オシエテ",
    "ニツイテ",
    "トハ",
    "ナンデスカ",
    "デスカ",
    "マスカ",
    "シタイ",
    "シマシタ",
    "シマス",
    "デシヨウカ",
    "ドコデスカ",
    "イツデスカ",
    "イツマデ",
    "ドコ",
    "イツ",
    "ナニ",
    "ドウ",
    "コト",
    "トキ",
    "ハドウスレバイイデスカ",
    "ノデスガ",
];

/// One word of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// How it may stand in an entry, as typed first.
    pub variants: Vec<Variant>,
    /// An entry without it is no hit.
    pub required: bool,
}

/// One way of writing a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Folded.
    pub key: String,
    /// What it counts: 1 as typed, less for another word.
    pub grade: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Letter {
    Kanji,
    Katakana,
    Hiragana,
    Latin,
    None,
}

fn letter(c: char) -> Letter {
    match c {
        '\u{3041}'..='\u{309F}' => Letter::Hiragana,
        '\u{30A0}'..='\u{30FF}' => Letter::Katakana,
        c if c.is_ascii_alphanumeric() => Letter::Latin,
        c if c.is_alphanumeric() => Letter::Kanji,
        _ => Letter::None,
    }
}

/// Cuts what was typed.
pub(super) fn read(typed: &str, synonyms: &Synonyms) -> Vec<Term> {
    let letters: Vec<(Letter, char)> = typed
        .nfkc()
        .take(MOST_CHARS)
        .flat_map(|c| {
            let folded: Vec<char> = fold::search_key(&c.to_string()).chars().collect();
            // The long-vowel mark vanishes from keys and parts nothing.
            let gap = (folded.is_empty() && letter(c) == Letter::None).then_some((Letter::None, ' '));
            folded.into_iter().map(move |f| (letter(c), f)).chain(gap)
        })
        .collect();
    let mut terms = Vec::new();
    let mut run: Vec<(Letter, char)> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match synonyms.longest_at(&letters[at..].iter().map(|(_, c)| *c).collect::<String>(), |length| {
            stands_alone(&letters, at, length)
        }) {
            Some((length, keys)) => {
                finish(&mut run, &mut terms);
                terms.push(of_synonyms(keys));
                at += length;
            }
            None => {
                let (kind, c) = letters[at];
                if run.last().is_some_and(|(last, _)| *last != kind) {
                    finish(&mut run, &mut terms);
                }
                if kind != Letter::None {
                    run.push((kind, c));
                }
                at += 1;
            }
        }
    }
    finish(&mut run, &mut terms);
    let mut seen = Vec::new();
    terms.retain(|term: &Term| {
        let key = term.variants[0].key.clone();
        let fresh = !seen.contains(&key);
        seen.push(key);
        fresh
    });
    if terms.iter().all(|term| !term.required) {
        terms.iter_mut().for_each(|term| term.required = true);
    }
    terms.truncate(MOST_TERMS);
    terms
}

/// Whether a word of kana is not just part of a longer one: 「はり」 in 「やはり」.
fn stands_alone(letters: &[(Letter, char)], at: usize, length: usize) -> bool {
    let word = &letters[at..at + length];
    if length > 3 || word.iter().any(|(kind, _)| !matches!(kind, Letter::Hiragana | Letter::Katakana)) {
        return true;
    }
    let kind = word[0].0;
    let same = |letter: Option<&(Letter, char)>| letter.is_some_and(|(other, _)| *other == kind);
    let before = at > 0 && same(letters.get(at - 1));
    // Particles may follow.
    let after = kind == Letter::Katakana && same(letters.get(at + length));
    !(before || after)
}

fn of_synonyms(keys: Vec<String>) -> Term {
    let variant = |(n, key): (usize, String)| Variant { key, grade: if n == 0 { 1.0 } else { OTHER_WORD } };
    Term { variants: keys.into_iter().enumerate().map(variant).collect(), required: true }
}

fn finish(run: &mut Vec<(Letter, char)>, terms: &mut Vec<Term>) {
    let Some((kind, _)) = run.first().copied() else { return };
    let key: String = run.drain(..).map(|(_, c)| c).collect();
    let chars = key.chars().count();
    let is_kana = kind == Letter::Hiragana;
    if is_kana && (chars < 2 || FILLERS.contains(&key.as_str())) {
        return;
    }
    let required = match kind {
        Letter::Hiragana => false,
        Letter::Kanji => chars > 1,
        _ => true,
    };
    terms.push(Term { variants: vec![Variant { key, grade: 1.0 }], required });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(typed: &str) -> Vec<(String, bool)> {
        let synonyms =
            Synonyms::of(&["整骨院、接骨院、柔整", "はり、鍼", "パスワード忘れ、ログインできない", "申し込み、申込"]);
        read(typed, &synonyms).into_iter().map(|term| (term.variants[0].key.clone(), term.required)).collect()
    }

    fn required(typed: &str) -> Vec<String> {
        words(typed).into_iter().filter(|(_, required)| *required).map(|(key, _)| key).collect()
    }

    #[test]
    fn known_words_are_found_in_running_text() {
        assert_eq!(required("接骨院の登録はどうすればいいですか"), ["接骨院", "登録"]);
        assert_eq!(required("ログインできないのですが"), ["ログインデキナイ"]);
        assert_eq!(required("申し込みの期限"), ["申シ込ミ", "期限"]);
        assert_eq!(required("はりの施術所"), ["ハリ", "施術所"]);
        assert_eq!(required("やはり施術所"), ["施術所"], "no needle in it");
    }

    #[test]
    fn what_is_left_falls_apart_where_letters_change() {
        assert_eq!(required("端末を紛失した"), ["端末", "紛失"]);
        assert_eq!(required("ＱＲコード iPhone15"), ["QR", "コド", "IPHONE15"].map(|w| w.to_lowercase()));
        assert_eq!(words("送り先"), [("送".to_owned(), true), ("先".to_owned(), true)]);
        assert_eq!(required("うけつけ"), ["ウケツケ"], "nothing but kana is all there is");
        assert!(words("　、。！").is_empty());
    }

    #[test]
    fn a_word_is_looked_for_once_and_no_search_is_endless() {
        assert_eq!(required("接骨院 接骨院"), ["接骨院"]);
        let long: String = ('一'..='龠').take(5_000).flat_map(|c| [c, c, ' ']).collect();
        assert!(words(&long).len() <= MOST_TERMS);
    }
}
