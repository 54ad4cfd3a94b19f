//! The evidence beside the facts, part of `GET /cases/{id}`: which file, which
//! page, how large and how turned stand in the address, so that it works without
//! scripts; where somebody was is remembered. Whoever reads applications.

use serde::Deserialize;
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::error::Result;
use uketsuke_core::evidence::bookmark::{self, Bookmark};
use uketsuke_core::evidence::viewer::{Ask, LARGE_WIDTH, MAX_PARTS, PAGE_WIDTH, Shown, ViewFault};
use uketsuke_core::evidence::{Evidence, EvidenceKind};
use uketsuke_core::ids::{EvidenceId, FacilityId};

use super::panel::{CLOSE, FIT, Panel, ZOOMS};
use super::review::Reviewed;
use crate::Office;
use crate::access::{ReadApplications, Staff};

/// The viewer's part of the query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    file: String,
    page: String,
    zoom: String,
    turn: String,
}

/// Reads what is asked for, and remembers it.
///
/// # Errors
/// From the database or the store.
pub async fn open(
    office: &Office,
    who: &Staff<ReadApplications>,
    reviewed: &Reviewed,
    asked: &Asked,
    back: &str,
) -> Result<Option<Panel>> {
    let files = &reviewed.case.evidence;
    if files.is_empty() {
        return Ok(None);
    }
    let (scope, case) = (who.scope.clone(), reviewed.id().clone());
    let places = office.db.read(move |c| bookmark::list(c, &scope, &case)).await?;
    let Some(file) = asked.file(files, &places) else { return Ok(None) };
    let mut place = asked.place(file, &places);
    let look = look(office, file, &mut place).await?;
    if file.erased_at.is_some() {
        // Nothing was opened, and there is no place in it to come back to.
        return Ok(Some(Panel::new(reviewed, back, file, place, look)));
    }
    note_opened(office, who, &reviewed.case.facility.id, &file.id).await?;
    if places.first() != Some(&place) {
        let (scope, case, place) = (who.scope.clone(), reviewed.id().clone(), place.clone());
        office.db.write(who.actor(), move |tx| bookmark::keep(tx, &scope, &case, &place)).await?;
    }
    Ok(Some(Panel::new(reviewed, back, file, place, look)))
}

impl Asked {
    /// The file asked for, or the one looked at last, or the first.
    fn file<'f>(&self, files: &'f [Evidence], places: &[Bookmark]) -> Option<&'f Evidence> {
        let find = |id: &EvidenceId| files.iter().find(|file| file.id == *id);
        let asked = EvidenceId::parse(&self.file).and_then(|id| find(&id));
        asked.or_else(|| places.iter().find_map(|place| find(&place.evidence_id))).or_else(|| files.first())
    }

    /// Where to be in it: as asked, or as it was left. What is no place is page 1,
    /// fitted, upright.
    fn place(&self, file: &Evidence, places: &[Bookmark]) -> Bookmark {
        let left = places.iter().find(|place| place.evidence_id == file.id);
        let left = left.cloned().unwrap_or(Bookmark { evidence_id: file.id.clone(), part: 1, zoom: FIT, turn: 0 });
        let number = |typed: &str, usual: i32| uketsuke_core::fold::number(typed, 0, 9_999).map_or(usual, |n| n as i32);
        let (zoom, turn) = (number(&self.zoom, left.zoom), number(&self.turn, left.turn));
        Bookmark {
            part: number(&self.page, left.part).max(1),
            zoom: if ZOOMS.contains(&zoom) { zoom } else { FIT },
            turn: if matches!(turn, 90 | 180 | 270) { turn } else { 0 },
            ..left
        }
    }
}

/// Looks at the place; one that is beyond the end becomes the last page.
async fn look(office: &Office, file: &Evidence, place: &mut Bookmark) -> Result<std::result::Result<Shown, ViewFault>> {
    if file.erased_at.is_some() {
        return Ok(Err(ViewFault::Erased));
    }
    if !office.storage.may_open(file.scan) {
        return Ok(Err(ViewFault::HeldBack(file.scan)));
    }
    // A picture that was drawn when it came needs no looking into.
    if place.zoom < CLOSE && place.turn == 0 && file.preview_key.is_some() {
        place.part = 1;
        return Ok(Ok(Shown { parts: 1, size: None, table: None, notices: Vec::new() }));
    }
    if EvidenceKind::of_media_type(&file.media_type).is_some_and(EvidenceKind::is_table) {
        (place.zoom, place.turn) = (FIT, 0);
    }
    let width = if place.zoom >= CLOSE { LARGE_WIDTH } else { PAGE_WIDTH };
    let ask = |part: i32| Ask { part: part.unsigned_abs(), width, turn: place.turn.unsigned_abs() as u16 };
    let now = office.db.clock().now();
    let mut look = office.viewer.look(&office.storage, file, ask(place.part), now).await?;
    if look == Err(ViewFault::NoSuchPart) && place.part > 1 {
        let first = office.viewer.look(&office.storage, file, ask(1), now).await?;
        let parts = first.as_ref().map_or(1, |view| view.shown.parts.min(MAX_PARTS));
        place.part = i32::try_from(parts).unwrap_or(1);
        look = office.viewer.look(&office.storage, file, ask(place.part), now).await?;
    }
    Ok(look.map(|view| view.shown.clone()))
}

/// One event per person, file and hour, however many pages are turned.
pub async fn note_opened(
    office: &Office,
    who: &Staff<ReadApplications>,
    facility: &FacilityId,
    file: &EvidenceId,
) -> Result<()> {
    let reading = Reading {
        action: "evidence.opened",
        subject_kind: "evidence",
        subject_id: file.to_string(),
        facility: facility.clone(),
    };
    note_reading(&office.db, who.actor(), reading).await
}
