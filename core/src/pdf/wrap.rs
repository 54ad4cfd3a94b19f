//! Lines that keep the usual rules of Japanese print (kinsoku), and keep words and
//! numbers in ASCII whole where they fit in a line.

use super::measure;

/// What no line starts with.
const NO_START: &str = "、。，．・：；？！％゛゜ヽヾゝゞ々〻ー〜～…‥）」』】］｝〕〉》”’\
    ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ｡､｣･ｰﾞﾟｧｨｩｪｫｬｭｮｯ,.:;?!)]}";
/// What no line ends with.
const NO_END: &str = "（「『【［｛〔〈《“‘｢([{";
/// Sums of widths are not exact.
const HAIR: f32 = 0.001;

/// Cuts a text into lines of at most `ems` ems. Nothing is lost: spaces at a cut stay at
/// the end of their line, beyond its width if need be.
pub(super) fn wrap(text: &str, ems: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while let Some(end) = line_end(&rest, ems) {
        let tail = rest.split_off(end);
        lines.push(String::from_iter(rest));
        rest = tail;
    }
    lines.push(String::from_iter(rest));
    lines
}

/// Where the first line ends, if not all fits in it.
fn line_end(letters: &[char], ems: f32) -> Option<usize> {
    let full = first_beyond(letters, ems)?;
    (1..=full).rev().find(|&at| may_cut(letters, at)).or(Some(full))
}

/// The first letter beyond the line's width; never the first one, or it would not end.
fn first_beyond(letters: &[char], ems: f32) -> Option<usize> {
    let mut width = 0.0;
    letters.iter().enumerate().position(|(n, &letter)| {
        width += measure::letter(letter);
        width > ems + HAIR && n > 0 && !is_space(letter)
    })
}

fn may_cut(letters: &[char], at: usize) -> bool {
    let (Some(&before), Some(&after)) = (at.checked_sub(1).and_then(|n| letters.get(n)), letters.get(at)) else {
        return false;
    };
    let in_word = before.is_ascii_graphic() && after.is_ascii_graphic();
    !(in_word || is_space(after) || measure::joins(after) || NO_START.contains(after) || NO_END.contains(before))
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_keep_the_rules() {
        assert_eq!(wrap("助成金を交付。する", 6.0), ["助成金を交", "付。する"]);
        assert_eq!(wrap("これは「助成金」です", 4.0), ["これは", "「助成", "金」です"]);
        assert_eq!(wrap("マイナンバーカード", 5.0), ["マイナン", "バーカード"]);
        assert_eq!(wrap("いってしまった", 5.0), ["いってし", "まった"]);
    }

    #[test]
    fn words_and_numbers_stay_whole() {
        assert_eq!(wrap("金額は123,456円", 6.0), ["金額は", "123,456円"]);
        assert_eq!(wrap("WWWWWWWW", 4.0).concat(), "WWWWWWWW");
        assert_eq!(wrap("AAA BBB", 2.0), ["AAA ", "BBB"]);
    }

    #[test]
    fn nothing_is_lost() {
        let text = "「（、。」葛\u{e0100}城市ABC def　ーーーーーー";
        for ems in [0.1, 1.0, 2.5, 7.0, 90.0] {
            assert_eq!(wrap(text, ems).concat(), text);
        }
        assert_eq!(wrap("", 4.0), [""]);
    }
}
