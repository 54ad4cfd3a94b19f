//! How wide letters are, in ems. krilla keeps the font's own widths to itself, so these
//! are those of Noto Sans CJK JP; other Japanese fonts come close.

/// The widths of U+0020 to U+007E, thousandths of an em.
#[rustfmt::skip]
const ASCII: [u16; 95] = [
    224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392,
    555, 555, 555, 555, 555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474,
    946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812, 723, 742,
    633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559,
    606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606,
    620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555,
];

/// A letter's width, ems; 0 for what joins the letter before it.
pub(super) fn letter(letter: char) -> f32 {
    match letter {
        ' '..='~' => {
            let place = usize::try_from(u32::from(letter) - u32::from(' ')).unwrap_or_default();
            ASCII.get(place).map_or(1.0, |&width| f32::from(width) / 1000.0)
        }
        _ if joins(letter) => 0.0,
        '\u{a0}'..='\u{24f}' => 0.65,
        '\u{ff61}'..='\u{ff9f}' => 0.5,
        _ => 1.0,
    }
}

/// A text's width, ems.
pub(super) fn text(text: &str) -> f32 {
    text.chars().map(letter).sum()
}

/// Whether a letter is a mark on the one before it (also the choice of a variant).
pub(super) fn joins(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{3099}' | '\u{309a}') || selects(letter)
}

/// Whether a letter chooses a variant of the one before it.
pub(super) fn selects(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}
