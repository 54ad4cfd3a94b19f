//! Holds two editions against each other, line by line as both are read: neither
//! is ever in memory whole.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::entry::Line;
use crate::error::{Error, Result};

/// How an entry differs from the edition before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Difference {
    Added(Line),
    Removed(Line),
    Changed { before: Box<Line>, after: Box<Line> },
}

/// The lines of a frozen edition, in the order of codes.
pub(super) struct Earlier<R> {
    lines: std::io::Lines<R>,
    next: Option<Line>,
}

impl<R: BufRead> Earlier<R> {
    /// Reads the JSON that `make` wrote: one entry per line.
    pub fn read(from: R) -> Result<Self> {
        let mut earlier = Self { lines: from.lines(), next: None };
        earlier.advance()?;
        Ok(earlier)
    }

    fn advance(&mut self) -> Result<()> {
        self.next = None;
        for line in self.lines.by_ref() {
            let line = line.map_err(Error::internal)?;
            let entry = line.trim_end_matches(',');
            if entry.starts_with("{\"facility_code\"") {
                self.next = Some(serde_json::from_str(entry)?);
                break;
            }
        }
        Ok(())
    }

    /// Takes every entry with a code before this one, or all of them.
    fn take_before(&mut self, code: Option<&str>) -> Result<Vec<Line>> {
        let mut taken = Vec::new();
        while let Some(line) = self.next.take_if(|line| code.is_none_or(|code| line.facility_code.as_str() < code)) {
            taken.push(line);
            self.advance()?;
        }
        Ok(taken)
    }

    fn take_code(&mut self, code: &str) -> Result<Vec<Line>> {
        let mut taken = Vec::new();
        while let Some(line) = self.next.take_if(|line| line.facility_code == code) {
            taken.push(line);
            self.advance()?;
        }
        Ok(taken)
    }
}

/// The lines of one code: several kinds can share it.
#[derive(Default)]
pub(super) struct Group {
    lines: Vec<Line>,
}

impl Group {
    /// Adds a line; the group before it, if this one begins another.
    pub fn push(&mut self, line: Line) -> Option<Self> {
        let same = self.lines.first().is_none_or(|first| first.facility_code == line.facility_code);
        let full = (!same).then(|| std::mem::take(self));
        self.lines.push(line);
        full
    }

    /// What differs, up to and including this code.
    pub fn against<R: BufRead>(self, earlier: &mut Earlier<R>) -> Result<Vec<Difference>> {
        let Some(code) = self.lines.first().map(|line| line.facility_code.clone()) else { return Ok(Vec::new()) };
        let mut found: Vec<Difference> =
            earlier.take_before(Some(&code))?.into_iter().map(Difference::Removed).collect();
        let of_kind = |line: Line| (line.facility_kind.as_str(), line);
        let mut before: BTreeMap<&str, Line> = earlier.take_code(&code)?.into_iter().map(of_kind).collect();
        for after in self.lines {
            match before.remove(after.facility_kind.as_str()) {
                None => found.push(Difference::Added(after)),
                Some(before) if before != after => {
                    found.push(Difference::Changed { before: Box::new(before), after: Box::new(after) });
                }
                Some(_) => {}
            }
        }
        found.extend(before.into_values().map(Difference::Removed));
        Ok(found)
    }
}

/// What is left of the earlier edition after the last code.
pub(super) fn rest<R: BufRead>(earlier: &mut Earlier<R>) -> Result<Vec<Difference>> {
    Ok(earlier.take_before(None)?.into_iter().map(Difference::Removed).collect())
}
