//! From pages and structure to the file.

use krilla::Document;
use krilla::color::luma;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{ArtifactType, ContentTag, Identifier, SpanTag, TagTree};
use krilla::text::{Font, TextDirection};

use super::flow::{Item, PAGE};
use super::tree::Element;
use super::{PdfError, glyphs, measure};

const LANGUAGE: &str = "ja";
/// The page numbers' size and height on the page, points.
const FOOTER: (f32, f32) = (9.0, PAGE.1 - 32.0);

/// A heading one can jump to.
pub(super) struct Bookmark {
    pub level: u16,
    pub text: String,
    /// From 0.
    pub page: usize,
    /// Points from the top.
    pub y: f32,
}

/// Writes the file: its bytes.
pub(super) fn write(
    font: &Font,
    title: &str,
    pages: Vec<Vec<Item>>,
    body: Vec<Element>,
    bookmarks: &[Bookmark],
) -> Result<Vec<u8>, PdfError> {
    let mut document = Document::new_with(glyphs::checked());
    document.set_metadata(Metadata::new().title(title.to_owned()).language(LANGUAGE.to_owned()));
    let mut drawn = Vec::new();
    let count = pages.len();
    for (n, items) in pages.into_iter().enumerate() {
        let size = PageSettings::from_wh(PAGE.0, PAGE.1);
        let mut page = document.start_page_with(size.unwrap_or_default());
        let mut surface = page.surface();
        for item in &items {
            draw(&mut surface, font, item, &mut drawn);
        }
        number(&mut surface, font, &format!("{} / {count}", n + 1));
        surface.finish();
        page.finish();
    }
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    body.into_iter().for_each(|element| tree.push(element.into_group(&drawn)));
    document.set_tag_tree(tree);
    document.set_outline(outline(title, bookmarks));
    document.finish().map_err(|error| glyphs::refused(&error))
}

/// Draws an item; lines of text are numbered in the order they are drawn in.
fn draw(surface: &mut Surface<'_>, font: &Font, item: &Item, drawn: &mut Vec<Identifier>) {
    match item {
        Item::Text { x, base, size, text, line } => {
            let tag = match line {
                Some(_) => ContentTag::Span(SpanTag::empty()),
                None => ContentTag::Artifact(ArtifactType::Other),
            };
            let id = surface.start_tagged(tag);
            write_text(surface, font, (*x, *base), *size, text);
            surface.end_tagged();
            if line.is_some() {
                drawn.push(id);
            }
        }
        Item::Fill { areas, grey } => fill(surface, areas, *grey),
    }
}

fn fill(surface: &mut Surface<'_>, areas: &[Rect], grey: u8) {
    let mut path = PathBuilder::new();
    areas.iter().for_each(|area| path.push_rect(*area));
    let Some(path) = path.finish() else { return };
    let paint = luma::Color::new(grey).into();
    surface.start_tagged(ContentTag::Artifact(ArtifactType::Other));
    surface.set_fill(Some(Fill { paint, opacity: NormalizedF32::ONE, rule: FillRule::NonZero }));
    surface.draw_path(&path);
    surface.set_fill(None);
    surface.end_tagged();
}

fn number(surface: &mut Surface<'_>, font: &Font, text: &str) {
    let x = (PAGE.0 - measure::text(text) * FOOTER.0) / 2.0;
    surface.start_tagged(ContentTag::Artifact(ArtifactType::Footer));
    write_text(surface, font, (x, FOOTER.1), FOOTER.0, text);
    surface.end_tagged();
}

fn write_text(surface: &mut Surface<'_>, font: &Font, (x, y): (f32, f32), size: f32, text: &str) {
    surface.draw_text(Point::from_xy(x, y), font.clone(), size, text, false, TextDirection::LeftToRight);
}

/// The bookmarks, lower ones below the higher one before them. PDF/UA wants at least one.
fn outline(title: &str, bookmarks: &[Bookmark]) -> Outline {
    let mut outline = Outline::new();
    let mut open: Option<OutlineNode> = None;
    for mark in bookmarks {
        let node = OutlineNode::new(mark.text.clone(), XyzDestination::new(mark.page, Point::from_xy(0.0, mark.y)));
        match &mut open {
            Some(above) if mark.level > 1 => above.push_child(node),
            _ if mark.level > 1 => outline.push_child(node),
            _ => open.replace(node).into_iter().for_each(|done| outline.push_child(done)),
        }
    }
    if bookmarks.is_empty() {
        open = Some(OutlineNode::new(title.to_owned(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    }
    open.into_iter().for_each(|done| outline.push_child(done));
    outline
}
