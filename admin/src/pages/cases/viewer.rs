//! The evidence beside the facts: one file at a time, one page at a time, drawn
//! by us. Everything is a link, so it works without scripts; the keyboard presses
//! the same links.

use uketsuke_core::error::Result;
use uketsuke_core::evidence::Evidence;
use uketsuke_core::evidence::view::{Look, MOST_PAGES};

use super::review::Reviewed;
use crate::Office;
use crate::pages::words::encoded;

/// Width of a page in hundredths of the frame; the third fits.
const ZOOMS: [u16; 7] = [50, 75, 100, 150, 200, 300, 400];
const FITS: u16 = 100;

/// What is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    file: String,
    page: u32,
    zoom: u16,
    turn: u16,
}

impl Place {
    /// What the query string asks for; nonsense is the first page as it fits.
    pub fn asked(file: &str, page: &str, zoom: &str, turn: &str) -> Self {
        Self {
            file: file.to_owned(),
            page: page.parse().unwrap_or(1).max(1),
            zoom: zoom.parse().ok().filter(|zoom| ZOOMS.contains(zoom)).unwrap_or(FITS),
            turn: turn.parse().ok().filter(|turn| [90, 180, 270].contains(turn)).unwrap_or(0),
        }
    }
}

/// The viewer as drawn.
pub struct Viewed {
    /// The case's address.
    case: String,
    /// The list the reader came from, carried along.
    back: String,
    /// Every file.
    pub files: Vec<Evidence>,
    /// The one that is looked at; none when there are no files.
    pub shown: Option<Shown>,
}

/// One file, looked at.
pub struct Shown {
    /// The file.
    pub file: Evidence,
    /// What it looks like.
    pub look: Look,
    place: Place,
}

/// Looks at the file asked for, or the first.
///
/// # Errors
/// When the store does not answer.
pub async fn look(office: &Office, reviewed: &Reviewed, place: Place, back: &str) -> Result<Viewed> {
    let files = reviewed.case.evidence.clone();
    let file = files.iter().find(|file| file.id.as_str() == place.file).or_else(|| files.first()).cloned();
    let shown = match file {
        Some(file) => {
            let look = office.viewer.look(&office.storage, &file).await?;
            let last = match look {
                Look::Pages(pages) => pages.min(MOST_PAGES),
                _ => 1,
            };
            let place = Place { file: file.id.to_string(), page: place.page.min(last), ..place };
            Some(Shown { file, look, place })
        }
        None => None,
    };
    Ok(Viewed { case: format!("/cases/{}", reviewed.id()), back: back.to_owned(), files, shown })
}

impl Viewed {
    fn link(&self, place: &Place) -> String {
        let back = if self.back.is_empty() { String::new() } else { format!("&back={}", encoded(&self.back)) };
        let Place { file, page, zoom, turn } = place;
        format!("{}?file={file}&page={page}&zoom={zoom}&turn={turn}{back}#viewer", self.case)
    }

    /// The tab of a file: its first page.
    pub fn tab(&self, file: &Evidence) -> String {
        self.link(&Place { file: file.id.to_string(), page: 1, zoom: FITS, turn: 0 })
    }

    /// Whether this file is looked at.
    pub fn is_open(&self, file: &Evidence) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.file.id == file.id)
    }

    /// The file after (or before) the one looked at; empty at the end.
    pub fn other(&self, by: i32) -> String {
        let now = self.files.iter().position(|file| self.is_open(file));
        let next = now.and_then(|now| now.checked_add_signed(by as isize)).and_then(|at| self.files.get(at));
        next.map_or_else(String::new, |file| self.tab(file))
    }

    /// The page after (or before); empty at the end.
    pub fn turn_page(&self, shown: &Shown, by: i32) -> String {
        let page = shown.place.page.saturating_add_signed(by);
        if page < 1 || page > shown.pages() || page == shown.place.page {
            return String::new();
        }
        self.link(&Place { page, ..shown.place.clone() })
    }

    /// Larger (or smaller) by a step; empty at the end.
    pub fn zoom(&self, shown: &Shown, by: i32) -> String {
        let now = ZOOMS.iter().position(|zoom| *zoom == shown.place.zoom);
        let next = now.and_then(|now| now.checked_add_signed(by as isize)).and_then(|at| ZOOMS.get(at));
        next.map_or_else(String::new, |zoom| self.link(&Place { zoom: *zoom, ..shown.place.clone() }))
    }

    /// As wide as the frame.
    pub fn fit(&self, shown: &Shown) -> String {
        self.link(&Place { zoom: FITS, ..shown.place.clone() })
    }

    /// A quarter clockwise.
    pub fn rotate(&self, shown: &Shown) -> String {
        self.link(&Place { turn: (shown.place.turn + 90) % 360, ..shown.place.clone() })
    }

    /// The picture's address.
    pub fn picture(&self, shown: &Shown) -> String {
        let Place { file, page, turn, .. } = &shown.place;
        format!("{}/evidence/{file}/page/{page}?turn={turn}", self.case)
    }

    /// The file's address, to download.
    pub fn download(&self, file: &Evidence) -> String {
        format!("{}/evidence/{}/file", self.case, file.id)
    }
}

impl Shown {
    /// How many pages are shown.
    pub fn pages(&self) -> u32 {
        match self.look {
            Look::Pages(pages) => pages.min(MOST_PAGES),
            _ => 1,
        }
    }

    /// How many pages are left to the download.
    pub fn left_out(&self) -> u32 {
        match self.look {
            Look::Pages(pages) => pages.saturating_sub(MOST_PAGES),
            _ => 0,
        }
    }

    /// Which page, from 1.
    pub fn page(&self) -> u32 {
        self.place.page
    }

    /// The class of the width.
    pub fn zoom_class(&self) -> String {
        format!("zoom-{}", self.place.zoom)
    }

    /// The width in words.
    pub fn zoom_words(&self) -> String {
        format!("{}%", self.place.zoom)
    }
}
