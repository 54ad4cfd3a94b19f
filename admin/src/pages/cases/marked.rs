//! Where two texts differ: the middle that is not common to both is marked, so
//! that the eye finds it.

/// A text in three: what is common before, what differs, what is common after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Common to both.
    pub before: String,
    /// Only in this one; empty when the other has more.
    pub differs: String,
    /// Common to both.
    pub after: String,
}

impl Marked {
    /// A text with nothing marked.
    pub fn plain(text: &str) -> Self {
        Self { before: text.to_owned(), differs: String::new(), after: String::new() }
    }
}

/// Both texts with their difference marked.
pub fn differing(one: &str, other: &str) -> (Marked, Marked) {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    let cut = |text: &[char]| {
        let end = text.len() - tail;
        Marked {
            before: text[..head].iter().collect(),
            differs: text[head..end].iter().collect(),
            after: text[end..].iter().collect(),
        }
    };
    (cut(&a), cut(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_that_differs_is_marked_in_both() {
        let rows = [
            ("0312345678", "0312395678", ("03123", "4", "5678"), ("03123", "9", "5678")),
            ("山田太郎", "山田 太郎", ("山田", "", "太郎"), ("山田", " ", "太郎")),
            ("髙橋", "高橋", ("", "髙", "橋"), ("", "高", "橋")),
            ("同じ", "同じ", ("同じ", "", ""), ("同じ", "", "")),
            ("", "何か", ("", "", ""), ("", "何か", "")),
            ("aaa", "aa", ("aa", "a", ""), ("aa", "", "")),
        ];
        for (one, other, left, right) in rows {
            let parts = |m: &Marked| (m.before.clone(), m.differs.clone(), m.after.clone());
            let owned = |(a, b, c): (&str, &str, &str)| (a.to_owned(), b.to_owned(), c.to_owned());
            let (a, b) = differing(one, other);
            assert_eq!((parts(&a), parts(&b)), (owned(left), owned(right)), "{one} {other}");
        }
    }
}
