//! Showing where the words stand: the found spellings in a text as it is written,
//! and the sentence that tells most.

use unicode_normalization::UnicodeNormalization;

use crate::fold;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As written.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// A text in pieces, the found spellings marked.
pub fn marked(text: &str, variants: &[String]) -> Vec<Piece> {
    let letters = folded(text);
    let key: Vec<char> = letters.iter().flat_map(|(_, folded)| folded.chars()).collect();
    let mut hit_at = vec![false; key.len()];
    for variant in variants.iter().filter(|variant| !variant.is_empty()) {
        let wanted: Vec<char> = variant.chars().collect();
        for start in 0..key.len().saturating_sub(wanted.len() - 1) {
            if key[start..start + wanted.len()] == wanted[..] {
                hit_at[start..start + wanted.len()].fill(true);
            }
        }
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    for (written, folded) in letters {
        let length = folded.chars().count();
        let goes_on = pieces.last().is_some_and(|piece| piece.hit);
        let hit = match length {
            // A long-vowel mark folds to nothing and goes with its kana; a blank or a
            // dot, with what stands on both sides.
            0 => goes_on && (matches!(written.as_str(), "ー" | "ｰ") || hit_at.get(at).copied().unwrap_or(false)),
            _ => hit_at[at..at + length].iter().any(|hit| *hit),
        };
        at += length;
        match pieces.last_mut().filter(|piece| piece.hit == hit) {
            Some(piece) => piece.text.push_str(&written),
            None => pieces.push(Piece { text: written, hit }),
        }
    }
    pieces
}

/// The letters of a text, each with what it folds to; a sound mark belongs to its kana.
fn folded(text: &str) -> Vec<(String, String)> {
    let mut letters: Vec<String> = Vec::new();
    for c in text.chars() {
        let is_mark =
            matches!(c, '\u{FF9E}' | '\u{FF9F}' | '\u{3099}' | '\u{309A}') || ('\u{FE00}'..='\u{FE0F}').contains(&c);
        match letters.last_mut().filter(|_| is_mark) {
            Some(last) => last.push(c),
            None => letters.push(c.to_string()),
        }
    }
    letters
        .into_iter()
        .map(|written| (written.clone(), fold::search_key(&written.nfkc().collect::<String>())))
        .collect()
}

/// The sentence of a text with the most of these spellings; the first without any.
/// At most `most` characters.
pub fn telling(text: &str, variants: &[String], most: usize) -> String {
    let sentences = text.split_inclusive(['。', '\n']).map(str::trim).filter(|sentence| !sentence.is_empty());
    let told = |sentence: &str| {
        let key = fold::search_key(sentence);
        variants.iter().filter(|variant| key.contains(variant.as_str())).count()
    };
    let mut best: Option<(usize, &str)> = None;
    for sentence in sentences {
        let told = told(sentence);
        if best.is_none_or(|(so_far, _)| told > so_far) {
            best = Some((told, sentence));
        }
    }
    let sentence = best.map_or("", |(_, sentence)| sentence);
    match sentence.chars().count() > most {
        true => format!("{}…", sentence.chars().take(most).collect::<String>()),
        false => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &str, variants: &[&str]) -> Vec<String> {
        let variants: Vec<String> = variants.iter().map(|word| fold::search_key(word)).collect();
        let pieces = marked(text, &variants);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text, "nothing is lost");
        pieces.into_iter().filter(|piece| piece.hit).map(|piece| piece.text).collect()
    }

    #[test]
    fn found_words_are_marked_as_they_are_written() {
        assert_eq!(hits("ﾊﾟｽﾜｰﾄﾞを忘れた", &["パスワード"]), ["ﾊﾟｽﾜｰﾄﾞ"]);
        assert_eq!(hits("センターへ、せんたーへ", &["センター"]), ["センター", "せんたー"]);
        assert_eq!(hits("髙橋と高橋", &["高橋"]), ["髙橋", "高橋"]);
        assert_eq!(hits("接骨院・整骨院", &["整骨院", "接骨院"]), ["接骨院・整骨院"]);
        assert_eq!(hits("<b>端末</b>", &["端末"]), ["端末"]);
        assert!(hits("なにもない", &["端末"]).is_empty());
        assert!(hits("", &["端末"]).is_empty());
    }

    #[test]
    fn the_telling_sentence_is_shown() {
        let text = "端末を選びます。紛失した端末は、すぐに停止してください。\nほかの文。";
        let words = ["端末".to_owned(), "紛失".to_owned()];
        assert_eq!(telling(text, &words, 40), "紛失した端末は、すぐに停止してください。");
        assert_eq!(telling(text, &[], 40), "端末を選びます。");
        assert_eq!(telling(text, &words, 3), "紛失し…");
    }
}
