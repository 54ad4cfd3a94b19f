//! Pages of PDF files and pictures, drawn anew as PNG.

use std::fs::File;
use std::io::{Cursor, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, RgbImage, RgbaImage};

use super::{Ask, Notice, Shown, ViewFault, scripts};
use crate::evidence::convert;

/// The longest side of a drawn page, pixels.
const LONGEST_SIDE: f32 = 8_000.0;
/// All pixels of a drawn page: A4 and A3 fit at their largest.
const MAX_PIXELS: f32 = 24_000_000.0;

/// One page of a PDF.
pub(super) fn page(content: Vec<u8>, ask: &Ask, font: Option<File>) -> Result<(Shown, Vec<u8>), ViewFault> {
    let pdf = Pdf::new(content).map_err(|_| ViewFault::Broken)?;
    let pages = pdf.pages();
    let parts = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if parts == 0 {
        return Err(ViewFault::Broken);
    }
    let page = pages.get(ask.part as usize - 1).ok_or(ViewFault::NoSuchPart)?;
    let heard = Arc::new(Heard::default());
    let drawn = rgb(&drawn(page, ask, &heard, font)?)?;
    let mut notices = heard.notices();
    if scripts::found(&pdf) {
        notices.insert(0, Notice::Scripts);
    }
    finish(drawn.into(), ask.turn, parts, notices)
}

/// A picture that was handed in, no wider than asked for.
pub(super) fn picture(content: Vec<u8>, ask: &Ask) -> Result<(Shown, Vec<u8>), ViewFault> {
    if ask.part != 1 {
        return Err(ViewFault::NoSuchPart);
    }
    let picture = convert::decode_png(Cursor::new(content)).map_err(|_| ViewFault::Broken)?;
    let side = if is_lying(ask.turn) { picture.height() } else { picture.width() };
    finish(convert::shrunk(picture, side, ask.width), ask.turn, 1, Vec::new())
}

fn finish(picture: DynamicImage, turn: u16, parts: u32, notices: Vec<Notice>) -> Result<(Shown, Vec<u8>), ViewFault> {
    let picture = match turn {
        90 => picture.rotate90(),
        180 => picture.rotate180(),
        270 => picture.rotate270(),
        _ => picture,
    };
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive);
    picture.write_with_encoder(encoder).map_err(|_| ViewFault::TooLarge)?;
    let size = Some((picture.width(), picture.height()));
    Ok((Shown { parts, size, table: None, notices }, png))
}

/// Whether a turn makes width of height.
fn is_lying(turn: u16) -> bool {
    matches!(turn, 90 | 270)
}

fn drawn(page: &Page<'_>, ask: &Ask, heard: &Arc<Heard>, font: Option<File>) -> Result<Pixmap, ViewFault> {
    let (width, height) = page.render_dimensions();
    let scale = scale(width, height, ask).ok_or(ViewFault::Broken)?;
    let settings = InterpreterSettings {
        font_resolver: letters(heard, font),
        warning_sink: {
            let heard = heard.clone();
            Arc::new(move |warning| heard.hear(warning))
        },
        ..Default::default()
    };
    let canvas = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    Ok(render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &canvas))
}

/// How much larger a page of this size is drawn; `None` when it has no size.
fn scale(width: f32, height: f32, ask: &Ask) -> Option<f32> {
    let side = if is_lying(ask.turn) { height } else { width };
    let wanted = ask.width as f32 / side;
    let scale = wanted.min(LONGEST_SIDE / width.max(height)).min((MAX_PIXELS / (width * height)).sqrt());
    let has_size = |side: f32| side.is_finite() && side * scale >= 1.0;
    (scale.is_finite() && has_size(width) && has_size(height)).then_some(scale)
}

/// The page is drawn on white, so nothing shines through.
fn rgb(pixmap: &Pixmap) -> Result<RgbImage, ViewFault> {
    let bytes = pixmap.data_as_u8_slice().to_vec();
    let picture = RgbaImage::from_raw(pixmap.width().into(), pixmap.height().into(), bytes);
    Ok(DynamicImage::from(picture.ok_or(ViewFault::Broken)?).into_rgb8())
}

/// What was amiss while a page was drawn.
#[derive(Default)]
struct Heard {
    incomplete: AtomicBool,
    no_font: AtomicBool,
}

impl Heard {
    fn hear(&self, warning: InterpreterWarning) {
        let flag = match warning {
            InterpreterWarning::UnsupportedFont => &self.no_font,
            _ => &self.incomplete,
        };
        flag.store(true, Ordering::Relaxed);
    }

    fn notices(&self) -> Vec<Notice> {
        let all = [(&self.incomplete, Notice::Incomplete), (&self.no_font, Notice::NoFont)];
        all.into_iter().filter(|(flag, _)| flag.load(Ordering::Relaxed)).map(|(_, notice)| notice).collect()
    }
}

/// Letters that the file left out: Latin ones come along, Japanese ones from the
/// font that was opened before, read when the first is needed.
fn letters(heard: &Arc<Heard>, font: Option<File>) -> hayro::hayro_interpret::FontResolverFn {
    let (heard, font, loaded) = (heard.clone(), Mutex::new(font), OnceLock::new());
    let load = move || -> Option<FontData> {
        let mut bytes = Vec::new();
        font.lock().unwrap_or_else(PoisonError::into_inner).take()?.read_to_end(&mut bytes).ok()?;
        Some(Arc::new(bytes))
    };
    Arc::new(move |query| match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(wanted) => {
            let latin = || Some(wanted.pick_standard_font().get_font_data());
            if wanted.character_collection.is_none() {
                return latin();
            }
            let japanese: &Option<FontData> = loaded.get_or_init(&load);
            if japanese.is_none() {
                heard.no_font.store(true, Ordering::Relaxed);
            }
            japanese.clone().map(|data| (data, 0)).or_else(latin)
        }
    })
}
