//! What things are: the document's structure, for those who have it read to them.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Node, Tag, TagGroup, TagKind};

/// A part of the document and what it is.
pub(super) struct Element {
    tag: TagKind,
    parts: Vec<Part>,
}

/// What an element is made of.
pub(super) enum Part {
    Element(Element),
    /// A line of text, by its number.
    Line(usize),
}

impl Element {
    pub fn new(tag: impl Into<TagKind>, parts: Vec<Part>) -> Self {
        Self { tag: tag.into(), parts }
    }

    /// A heading of a level (1 is the highest).
    pub fn headline(level: u16, text: &str, lines: Vec<usize>) -> Self {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        Self::new(Tag::Hn(level, Some(text.to_owned())), lines.into_iter().map(Part::Line).collect())
    }

    /// A table's cell from its lines, each with its paragraph; one paragraph needs no P.
    pub fn cell(tag: TagKind, lines: &[(usize, usize)]) -> Self {
        let group = |lines: &[(usize, usize)]| lines.iter().map(|&(_, line)| Part::Line(line)).collect();
        let paragraphs: Vec<_> = lines.chunk_by(|a, b| a.0 == b.0).collect();
        match paragraphs.as_slice() {
            [] => Self::new(tag, Vec::new()),
            [only] => Self::new(tag, group(only)),
            more => Self::new(tag, more.iter().map(|lines| Part::Element(Self::new(Tag::P, group(lines)))).collect()),
        }
    }

    /// As krilla has it; `drawn` is what was drawn for each line, by its number.
    pub fn into_group(self, drawn: &[Identifier]) -> TagGroup {
        let node = |part: Part| match part {
            Part::Element(element) => Some(Node::Group(element.into_group(drawn))),
            Part::Line(line) => drawn.get(line).copied().map(Node::Leaf),
        };
        TagGroup::with_children(self.tag, self.parts.into_iter().filter_map(node).collect())
    }
}
