//! `uketsuke look …`: reads a file that strangers sent from its standard input and
//! answers a picture or a table. Run by the back office, never by hand; it limits
//! itself before it reads a byte.

use std::io::{Read, Write};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Subcommand;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_interpret::hayro_cmap::CidFamily;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use rustix::process::{Resource, Rlimit, setrlimit};
use uketsuke_core::evidence::view::{Pages, read_table};
use uketsuke_core::storage::MAX_FILE_BYTES;

/// Address space, bytes: a page of a scan at 600 dpi fits.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Processor time, seconds.
const SECONDS: u64 = 15;
/// How wide a page is drawn, pixels: A4 at about 180 dpi.
const WIDTH: f32 = 1500.0;
/// The most pixels of a page.
const PIXELS: f32 = 6_000_000.0;
/// Where Debian and others keep the fonts for Japanese text without its own font.
const JAPANESE_FONTS: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
];

/// What is asked about the file.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// How many pages a PDF has.
    Pages,
    /// One page of a PDF as PNG.
    Page {
        /// Which, from 1.
        page: u32,
    },
    /// The sheets of an Excel file as JSON.
    Sheets,
}

/// Answers.
///
/// # Errors
/// When the file is not what it should be; also by being ended from outside.
pub fn run(command: &Command) -> anyhow::Result<()> {
    limit()?;
    let mut file = Vec::new();
    std::io::stdin().take(MAX_FILE_BYTES + 1).read_to_end(&mut file)?;
    let answer = match command {
        Command::Pages => serde_json::to_vec(&Pages { pages: u32::try_from(open(file)?.pages().len())? })?,
        Command::Page { page } => draw(&open(file)?, *page)?,
        Command::Sheets => serde_json::to_vec(&read_table(file).context("not an Excel file")?)?,
    };
    std::io::stdout().write_all(&answer)?;
    Ok(())
}

/// No more memory and time than a page needs, and no file is written.
fn limit() -> anyhow::Result<()> {
    for (resource, most) in
        [(Resource::As, MEMORY), (Resource::Cpu, SECONDS), (Resource::Fsize, 0), (Resource::Core, 0)]
    {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn open(file: Vec<u8>) -> anyhow::Result<Pdf> {
    Pdf::new(file).map_err(|error| anyhow::anyhow!("not a PDF: {error:?}"))
}

fn draw(pdf: &Pdf, number: u32) -> anyhow::Result<Vec<u8>> {
    let index = usize::try_from(number)?.checked_sub(1).context("pages are counted from 1")?;
    let page = pdf.pages().get(index).context("there is no such page")?;
    let (width, height) = page.render_dimensions();
    if !(width.is_finite() && height.is_finite() && width >= 1.0 && height >= 1.0) {
        bail!("a page without a size");
    }
    let scale = (WIDTH / width).min((PIXELS / (width * height)).sqrt()).min(20_000.0 / height);
    let settings = InterpreterSettings { font_resolver: Arc::new(font), ..InterpreterSettings::default() };
    let size = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let picture = render(page, &RenderCache::new(), &settings, &RenderSettings::default(), &size);
    picture.into_png().map_err(|error| anyhow::anyhow!("the picture cannot be written: {error:?}"))
}

/// The font for text that brings none along.
fn font(query: &FontQuery) -> Option<(FontData, u32)> {
    match query {
        FontQuery::Standard(standard) => Some(standard.get_font_data()),
        FontQuery::Fallback(fallback) => {
            let family = fallback.character_collection.as_ref().map(|collection| &collection.family);
            let japanese = matches!(family, Some(CidFamily::AdobeJapan1)).then(japanese_font).flatten();
            japanese.or_else(|| Some(fallback.pick_standard_font().get_font_data()))
        }
    }
}

fn japanese_font() -> Option<(FontData, u32)> {
    let bytes = JAPANESE_FONTS.iter().find_map(|path| std::fs::read(path).ok())?;
    Some((Arc::new(bytes), 0))
}
