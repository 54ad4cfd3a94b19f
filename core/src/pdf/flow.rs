//! Where things stand: what is written fills pages from top to bottom. All lengths in
//! points, from the page's top left corner.

use krilla::geom::Rect;

use super::{measure, wrap};

/// A4.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
pub(super) const MARGIN: f32 = 56.0;
/// The width between the margins.
pub(super) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Where text ends; below are page numbers.
const BOTTOM: f32 = PAGE.1 - 64.0;
/// From line to line, in the letters' size.
const LEADING: f32 = 1.6;
/// From the middle of a line down to its base, in the letters' size.
const BASE: f32 = 0.37;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// How a text of its own looks: its size, the gaps around it, and what must still fit below it.
pub(super) struct Style {
    pub size: f32,
    pub align: Align,
    pub before: f32,
    pub after: f32,
    pub keep: f32,
}

/// What a page shows.
pub(super) enum Item {
    /// A line of text from `x` on at the height `base`; `line` is its number in the
    /// document, or none if it only decorates.
    Text { x: f32, base: f32, size: f32, text: String, line: Option<usize> },
    /// Areas of one grey (0 is black).
    Fill { areas: Vec<Rect>, grey: u8 },
}

/// Pages under way.
pub(super) struct Flow {
    full: Vec<Vec<Item>>,
    page: Vec<Item>,
    y: f32,
    lines: usize,
}

impl Flow {
    pub fn new() -> Self {
        Self { full: Vec::new(), page: Vec::new(), y: MARGIN, lines: 0 }
    }

    /// The page being filled, from 0.
    pub fn page(&self) -> usize {
        self.full.len()
    }

    pub fn y(&self) -> f32 {
        self.y
    }

    /// How much of the page is left.
    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// How much an empty page holds.
    pub fn full_room() -> f32 {
        BOTTOM - MARGIN
    }

    /// Goes down; not at the top of a page, where a gap is of no use.
    pub fn gap(&mut self, height: f32) {
        if !self.page.is_empty() {
            self.y += height;
        }
    }

    /// Goes down by what was drawn.
    pub fn advance(&mut self, height: f32) {
        self.y += height;
    }

    /// Starts a page unless `height` is left or the page is still empty.
    pub fn ensure(&mut self, height: f32) {
        if self.room() < height && !self.page.is_empty() {
            self.next_page();
        }
    }

    pub fn next_page(&mut self) {
        self.full.push(std::mem::take(&mut self.page));
        self.y = MARGIN;
    }

    /// Writes a text between the margins, in as many lines as it takes: their numbers.
    pub fn lines(&mut self, text: &str, style: &Style) -> Vec<usize> {
        let pitch = style.size * LEADING;
        if text.is_empty() {
            self.gap(pitch);
            return Vec::new();
        }
        let mut numbers = Vec::new();
        for line in wrap::wrap(text, WIDTH / style.size) {
            self.ensure(pitch);
            numbers.push(self.number());
            let number = numbers.last().copied();
            self.line(line, style.size, (MARGIN, WIDTH), (self.y, pitch), style.align, number);
            self.y += pitch;
        }
        numbers
    }

    /// The next line's number in the document.
    pub fn number(&mut self) -> usize {
        self.lines += 1;
        self.lines - 1
    }

    /// Draws one line within `across` (left end and width) and `down` (upper end and height).
    pub fn line(
        &mut self,
        text: String,
        size: f32,
        across: (f32, f32),
        down: (f32, f32),
        align: Align,
        number: Option<usize>,
    ) {
        let spare = across.1 - measure::text(text.trim_end()) * size;
        let x = across.0
            + match align {
                Align::Left => 0.0,
                Align::Centre => spare / 2.0,
                Align::Right => spare,
            };
        let base = down.0 + down.1 / 2.0 + size * BASE;
        self.page.push(Item::Text { x, base, size, text, line: number });
    }

    /// Fills areas with one grey, as decoration.
    pub fn fill(&mut self, areas: Vec<Rect>, grey: u8) {
        self.page.push(Item::Fill { areas, grey });
    }

    pub fn into_pages(mut self) -> Vec<Vec<Item>> {
        if !self.page.is_empty() || self.full.is_empty() {
            self.next_page();
        }
        self.full
    }
}
