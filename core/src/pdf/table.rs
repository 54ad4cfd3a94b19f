//! Ruled tables. A row stays on one page if a page can hold it.

use krilla::geom::Rect;
use krilla::tagging::{TableHeaderScope, Tag, TagKind};

use super::flow::{Align, Flow, MARGIN, WIDTH};
use super::tree::{Element, Part};
use super::{glyphs, wrap};

const SIZE: f32 = 10.5;
const PITCH: f32 = 15.5;
/// Between rules and text, beside and above.
const PAD: (f32, f32) = (6.0, 3.5);
const RULE: f32 = 0.5;
const RULE_GREY: u8 = 90;
const HEAD_GREY: u8 = 238;
/// Above and below a table.
const GAP: f32 = 6.0;

/// One cell's text.
pub(super) struct Cell {
    tag: TagKind,
    head: bool,
    align: Align,
    text: String,
}

impl Cell {
    pub fn row_heading(text: &str) -> Self {
        Self { tag: Tag::TH(TableHeaderScope::Row).into(), head: true, align: Align::Left, text: glyphs::clean(text) }
    }

    pub fn column_heading(text: &str, numeric: bool) -> Self {
        let tag = Tag::TH(TableHeaderScope::Column).into();
        Self { tag, head: true, ..Self::value(text, numeric) }
    }

    pub fn value(text: &str, numeric: bool) -> Self {
        let align = if numeric { Align::Right } else { Align::Left };
        Self { tag: Tag::TD.into(), head: false, align, text: glyphs::clean(text) }
    }
}

/// A table under way.
pub(super) struct Table {
    /// The columns' left ends and widths.
    columns: Vec<(f32, f32)>,
    heads: Vec<Cell>,
    rows: Vec<Element>,
}

/// A cell's lines, each with the paragraph it belongs to, and the numbers of those drawn.
struct Column<'a> {
    cell: &'a Cell,
    lines: Vec<(usize, String)>,
    drawn: Vec<(usize, usize)>,
}

impl Table {
    /// A table whose columns take these shares of the width.
    pub fn new(shares: &[f32], heads: Vec<Cell>) -> Self {
        let total = shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        let mut x = MARGIN;
        let mut columns = Vec::new();
        for share in shares {
            let width = WIDTH * share / total;
            columns.push((x, width));
            x += width;
        }
        Self { columns, heads, rows: Vec::new() }
    }

    /// Writes a row, after the column headings if it is the first.
    pub fn row(&mut self, flow: &mut Flow, cells: Vec<Cell>) {
        if self.rows.is_empty() {
            flow.gap(GAP);
            self.open(flow, &cells);
        }
        let row = self.draw(flow, &cells);
        self.rows.push(row);
    }

    /// The table, if it has rows.
    pub fn finish(mut self, flow: &mut Flow) -> Option<Element> {
        if self.rows.is_empty() {
            flow.gap(GAP);
            self.open(flow, &[]);
        }
        flow.gap(GAP);
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then(|| Element::new(Tag::Table, rows.into_iter().map(Part::Element).collect()))
    }

    /// Writes the headings where at least a line of the first row fits below.
    fn open(&mut self, flow: &mut Flow, first: &[Cell]) {
        let below = if first.is_empty() { 0.0 } else { height(1) };
        flow.ensure(self.heads_height() + below);
        if !self.heads.is_empty() {
            let mut columns = self.laid(&self.heads);
            let count = tallest(&columns);
            self.band(flow, &mut columns, 0, count, true);
            self.rows.push(element(columns));
        }
    }

    fn draw(&self, flow: &mut Flow, cells: &[Cell]) -> Element {
        let mut columns = self.laid(cells);
        let total = tallest(&columns);
        let fresh = lines_in(Flow::full_room() - self.heads_height());
        let mut from = 0;
        while from < total {
            let rest = total - from;
            let fits = lines_in(flow.room());
            if fits == 0 || (fits < rest && rest <= fresh) {
                flow.next_page();
                self.repeat_heads(flow);
            }
            let count = lines_in(flow.room()).clamp(1, rest);
            self.band(flow, &mut columns, from, count, true);
            from += count;
        }
        element(columns)
    }

    fn repeat_heads(&self, flow: &mut Flow) {
        if !self.heads.is_empty() {
            let mut columns = self.laid(&self.heads);
            let count = tallest(&columns);
            self.band(flow, &mut columns, 0, count, false);
        }
    }

    /// Draws `count` lines of a row from line `from` on, with its rules. Lines that are
    /// only decoration (`real` is false) get no number.
    fn band(&self, flow: &mut Flow, columns: &mut [Column<'_>], from: usize, count: usize, real: bool) {
        let (top, height) = (flow.y(), height(count));
        let heads = columns.iter().zip(&self.columns).filter(|(column, _)| column.cell.head);
        let shades = heads.filter_map(|(_, &(x, width))| Rect::from_xywh(x, top, width, height)).collect();
        flow.fill(shades, HEAD_GREY);
        flow.fill(self.rules(top, height), RULE_GREY);
        for (column, &(x, width)) in columns.iter_mut().zip(&self.columns) {
            let across = (x + PAD.0, width - 2.0 * PAD.0);
            let mut y = top + PAD.1;
            for (paragraph, text) in column.lines.iter().skip(from).take(count) {
                if !text.is_empty() {
                    let number = real.then(|| flow.number());
                    flow.line(text.clone(), SIZE, across, (y, PITCH), column.cell.align, number);
                    column.drawn.extend(number.map(|number| (*paragraph, number)));
                }
                y += PITCH;
            }
        }
        flow.advance(height);
    }

    fn rules(&self, top: f32, height: f32) -> Vec<Rect> {
        let half = RULE / 2.0;
        let across = [top, top + height].map(|y| Rect::from_xywh(MARGIN - half, y - half, WIDTH + RULE, RULE));
        let ends = self.columns.iter().map(|&(x, _)| x).chain([MARGIN + WIDTH]);
        let down = ends.map(|x| Rect::from_xywh(x - half, top, RULE, height));
        across.into_iter().chain(down).flatten().collect()
    }

    fn laid<'a>(&self, cells: &'a [Cell]) -> Vec<Column<'a>> {
        let laid = |(cell, &(_, width)): (&'a Cell, &(f32, f32))| {
            let ems = (width - 2.0 * PAD.0) / SIZE;
            let paragraphs = cell.text.split('\n').enumerate();
            let lines = paragraphs.flat_map(|(n, text)| wrap::wrap(text, ems).into_iter().map(move |line| (n, line)));
            Column { cell, lines: lines.collect(), drawn: Vec::new() }
        };
        cells.iter().zip(&self.columns).map(laid).collect()
    }

    fn heads_height(&self) -> f32 {
        if self.heads.is_empty() { 0.0 } else { height(tallest(&self.laid(&self.heads))) }
    }
}

fn tallest(columns: &[Column<'_>]) -> usize {
    columns.iter().map(|column| column.lines.len()).max().unwrap_or(0).max(1)
}

fn height(lines: usize) -> f32 {
    lines as f32 * PITCH + 2.0 * PAD.1
}

/// How many lines of a row a height holds.
fn lines_in(room: f32) -> usize {
    (1..).take_while(|&lines| height(lines) <= room).count()
}

fn element(columns: Vec<Column<'_>>) -> Element {
    let cells = columns.into_iter().map(|column| Part::Element(Element::cell(column.cell.tag.clone(), &column.drawn)));
    Element::new(Tag::TR, cells.collect())
}
