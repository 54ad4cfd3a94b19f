//! Shift_JIS as Windows knows it. What it cannot hold becomes 〓 and is counted;
//! the encoder's own way would write `&#12316;` into a name.

use encoding_rs::{EncoderResult, SHIFT_JIS};

use super::Written;

/// Stands for a character that there is none for (geta).
const GETA: &str = "〓";

fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Encodes a text. The wave dash of Mac and iOS is the tilde of Windows here, as
/// every program that knows both has it.
pub(super) fn encode(text: &str) -> Written {
    let text = text.replace('\u{301c}', "\u{ff5e}").replace('\u{2212}', "\u{ff0d}");
    // A variant of a kanji becomes its usual form: counted, but legible.
    let plain: String = text.chars().filter(|c| !is_variation(*c)).collect();
    let (mut bytes, mut replaced) = (Vec::with_capacity(plain.len()), text.chars().count() - plain.chars().count());
    let mut encoder = SHIFT_JIS.new_encoder();
    let mut rest = plain.as_str();
    let mut buffer = [0_u8; 4096];
    loop {
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        bytes.extend_from_slice(&buffer[..written]);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return Written { bytes, replaced },
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => {
                replaced += 1;
                let (geta, _, _) = SHIFT_JIS.encode(GETA);
                bytes.extend_from_slice(&geta);
            }
        }
    }
}
