//! The font that files are written with.

use std::path::PathBuf;
use std::sync::OnceLock;

use krilla::text::Font;

/// Where fonts with Japanese letters usually lie.
const USUAL_FONTS: [&str; 6] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
];

/// The font that is configured, or the first usual one on this machine.
pub fn place(configured: Option<PathBuf>) -> Option<PathBuf> {
    configured.or_else(|| USUAL_FONTS.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// The font at its [`place`], read once, as long as the program runs; none where
/// there is none, or the file is no font.
pub fn load(configured: Option<PathBuf>) -> Option<Font> {
    static FONT: OnceLock<Option<Font>> = OnceLock::new();
    FONT.get_or_init(|| Font::new(std::fs::read(place(configured)?).ok()?.into(), 0)).clone()
}
