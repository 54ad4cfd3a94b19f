//! Letters as files: tagged A4 documents in Japanese (PDF/UA-1), whose text can be
//! selected and read aloud. The same calls give the same bytes: no date, no chance.

mod draw;
mod flow;
pub mod font;
mod glyphs;
mod measure;
mod table;
mod tree;
mod wrap;

#[cfg(test)]
mod tests;

use krilla::tagging::Tag;
use krilla::text::Font;

pub use glyphs::missing;

use draw::Bookmark;
use flow::{Align, Flow, Style};
use table::{Cell, Table};
use tree::{Element, Part};

/// Why a document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The font cannot draw these letters.
    #[error("the font lacks letters: {0:?}")]
    Letters(Vec<char>),
    /// krilla refused, e.g. a font that must not be embedded, or an empty title.
    #[error("the document was refused: {0}")]
    Refused(String),
}

/// A document under way. What does not fit goes on on the next page.
pub struct Sheet {
    font: Font,
    title: String,
    flow: Flow,
    body: Vec<Element>,
    bookmarks: Vec<Bookmark>,
}

impl Sheet {
    /// An empty document. `title` is what viewers show in the title bar (not on the page);
    /// if it is blank, [`Sheet::finish`] fails.
    pub fn new(font: Font, title: &str) -> Self {
        let title = glyphs::clean(title).trim().to_owned();
        Self { font, title, flow: Flow::new(), body: Vec::new(), bookmarks: Vec::new() }
    }

    /// The document's heading: H1, centred, 18 points. Also a bookmark.
    pub fn heading(&mut self, text: &str) {
        self.headline(text, 1, Style { size: 18.0, align: Align::Centre, before: 14.0, after: 14.0, keep: 50.0 });
    }

    /// A part's heading: H2, 13 points. Also a bookmark below the last heading.
    pub fn subheading(&mut self, text: &str) {
        self.headline(text, 2, Style { size: 13.0, align: Align::Left, before: 12.0, after: 4.0, keep: 44.0 });
    }

    /// A paragraph, 11 points, from the left margin. Every line of `text` is one of its
    /// own; an empty line leaves a gap.
    pub fn paragraph(&mut self, text: &str) {
        self.plain(text, Align::Left);
    }

    /// A paragraph, 11 points, up to the right margin: number, date, issuer.
    pub fn right(&mut self, text: &str) {
        self.plain(text, Align::Right);
    }

    /// A ruled table of two columns: what it is (a heading of its row) and its value.
    pub fn facts(&mut self, rows: &[(String, String)]) {
        let mut table = Table::new(&[0.3, 0.7], Vec::new());
        for (name, value) in rows {
            let cells = vec![Cell::row_heading(name), Cell::value(value, false)];
            table.row(&mut self.flow, cells);
        }
        self.body.extend(table.finish(&mut self.flow));
    }

    /// A ruled table under column headings, which every further page repeats. `widths` are
    /// shares of the text's width (any unit), `numeric` columns keep to the right. What is
    /// missing in either is 1 and `false`; missing cells of a row stay empty, and cells
    /// without a heading are left out.
    pub fn table(&mut self, headers: &[&str], widths: &[f32], rows: &[Vec<String>], numeric: &[bool]) {
        let number = |n: usize| numeric.get(n).copied().unwrap_or(false);
        let shares: Vec<f32> = (0..headers.len()).map(|n| widths.get(n).copied().unwrap_or(1.0)).collect();
        let heads = headers.iter().enumerate().map(|(n, text)| Cell::column_heading(text, number(n))).collect();
        let mut table = Table::new(&shares, heads);
        for row in rows {
            let cell = |n: usize| Cell::value(row.get(n).map_or("", String::as_str), number(n));
            table.row(&mut self.flow, (0..headers.len()).map(cell).collect());
        }
        self.body.extend(table.finish(&mut self.flow));
    }

    /// Writes the file: its bytes.
    ///
    /// # Errors
    /// [`PdfError::Letters`] if the font lacks a letter (see [`missing`]),
    /// [`PdfError::Refused`] if the font cannot be embedded or the title is blank.
    pub fn finish(self) -> Result<Vec<u8>, PdfError> {
        draw::write(&self.font, &self.title, self.flow.into_pages(), self.body, &self.bookmarks)
    }

    fn headline(&mut self, text: &str, level: u16, style: Style) {
        let text = glyphs::clean(text).replace('\n', " ");
        if text.trim().is_empty() {
            return;
        }
        self.flow.gap(style.before);
        self.flow.ensure(style.size + style.keep);
        self.bookmarks.push(Bookmark { level, text: text.clone(), page: self.flow.page(), y: self.flow.y() });
        let lines = self.flow.lines(&text, &style);
        self.body.push(Element::headline(level, &text, lines));
        self.flow.gap(style.after);
    }

    fn plain(&mut self, text: &str, align: Align) {
        let style = Style { size: 11.0, align, before: 0.0, after: 3.0, keep: 0.0 };
        for line in glyphs::clean(text).split('\n') {
            let lines = self.flow.lines(line, &style);
            if !lines.is_empty() {
                self.body.push(Element::new(Tag::P, lines.into_iter().map(Part::Line).collect()));
            }
            self.flow.gap(style.after);
        }
    }
}
