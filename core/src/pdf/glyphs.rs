//! Which letters a font can draw.

use krilla::configure::{Configuration, ValidationError, Validator};
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::text::{Font, TextDirection};
use krilla::{Document, SerializeSettings};

use super::{PdfError, measure};

/// The letters of a text that the font does not hold, each once, in order. Selectors of
/// variants (IVS) do not count: without them the usual form is drawn.
pub fn missing(font: &Font, text: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for letter in clean(text).chars().filter(|&letter| letter != '\n' && !measure::selects(letter)) {
        if !letters.contains(&letter) {
            letters.push(letter);
        }
    }
    // krilla tells only by refusing: a document that is thrown away.
    let mut document = Document::new_with(checked());
    let mut page = document.start_page();
    let mut surface = page.surface();
    for letter in letters {
        let text = letter.to_string();
        surface.draw_text(Point::from_xy(0.0, 0.0), font.clone(), 10.0, &text, false, TextDirection::LeftToRight);
    }
    surface.finish();
    page.finish();
    document.finish().err().map(|error| lacking(&error)).unwrap_or_default()
}

/// The settings of every document: tagged, and checked against PDF/UA-1.
pub(super) fn checked() -> SerializeSettings {
    SerializeSettings { configuration: Configuration::new_with_validator(Validator::UA1), ..Default::default() }
}

/// Without what cannot be drawn: control characters (a tab is a space), byte order marks.
pub(super) fn clean(text: &str) -> String {
    let kept = |&letter: &char| letter == '\n' || !(letter.is_control() || matches!(letter, '\u{feff}' | '\u{fffe}'));
    text.chars().map(|letter| if letter == '\t' { ' ' } else { letter }).filter(kept).collect()
}

/// Why krilla refused.
pub(super) fn refused(error: &KrillaError) -> PdfError {
    let letters = lacking(error);
    if letters.is_empty() { PdfError::Refused(format!("{error:?}")) } else { PdfError::Letters(letters) }
}

fn lacking(error: &KrillaError) -> Vec<char> {
    let KrillaError::Validation(errors) = error else { return Vec::new() };
    let mut letters = Vec::new();
    for error in errors {
        if let ValidationError::ContainsNotDefGlyph(_, _, text) = error {
            letters.extend(text.chars().filter(|&letter| !measure::selects(letter)));
        }
    }
    let mut seen = std::collections::HashSet::new();
    letters.retain(|&letter| seen.insert(letter));
    letters
}
