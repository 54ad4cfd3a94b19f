//! What is drawn of the evidence beside the facts: tabs, links to other pages,
//! sizes and turns, and the words about a file.

use std::borrow::Borrow;

use uketsuke_core::application::procedure::EVIDENCE_FIELD;
use uketsuke_core::error::Result;
use uketsuke_core::evidence::Evidence;
use uketsuke_core::evidence::bookmark::Bookmark;
use uketsuke_core::evidence::viewer::book::{LeftOut, MAX_CELL_CHARS, MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, Table};
use uketsuke_core::evidence::viewer::{MAX_PARTS, Notice, Shown, ViewFault};
use uketsuke_core::ids::EvidenceId;

use super::review::Reviewed;
use crate::Office;
use crate::pages::words::encoded;

/// Percent of the width there is.
pub(super) const ZOOMS: [i32; 8] = [50, 75, 100, 125, 150, 200, 300, 400];
/// The whole width.
pub(super) const FIT: i32 = 100;
/// From here on the page is drawn larger.
pub(super) const CLOSE: i32 = 200;

/// A file as a tab.
pub struct Tab {
    /// The file.
    pub file: Evidence,
    /// Whether it is the one shown.
    pub current: bool,
    /// What a key does with the tab: the file before or after the one shown.
    pub act: &'static str,
}

/// What is shown beside the facts.
pub struct Panel {
    case: String,
    back: String,
    /// Every file.
    pub tabs: Vec<Tab>,
    /// The one shown.
    pub file: Evidence,
    /// Page, zoom and turn.
    pub place: Bookmark,
    /// The page, or why there is none.
    pub look: std::result::Result<Shown, ViewFault>,
    /// Where the application is sent back as unreadable, for whoever may.
    pub unreadable: Option<String>,
}

impl Panel {
    /// A page of one of the case's files.
    pub(super) fn new(
        reviewed: &Reviewed,
        back: &str,
        file: &Evidence,
        place: Bookmark,
        look: std::result::Result<Shown, ViewFault>,
    ) -> Self {
        Self {
            case: reviewed.id().to_string(),
            back: back.to_owned(),
            tabs: tabs(&reviewed.case.evidence, &file.id),
            file: file.clone(),
            place,
            look,
            unreadable: None,
        }
    }

    /// Offers to send the application back because this cannot be read.
    pub fn offer_return(&mut self, office: &Office, reviewed: &Reviewed) -> Result<()> {
        let reasons = reviewed.procedure(office)?.fault_reasons();
        let fits = |code: &str, field: &str| field == EVIDENCE_FIELD && code.ends_with("unreadable");
        let code = reasons.iter().find(|reason| fits(reason.code, reason.field)).map_or("", |reason| reason.code);
        self.unreadable = Some(format!("/cases/{}/return?fault={code}", self.case));
        Ok(())
    }

    /// A file as it was left.
    pub fn tab(&self, file: &EvidenceId) -> String {
        self.address(&format!("file={file}"))
    }

    /// Another page, as large and turned as this one.
    pub fn part(&self, part: impl Borrow<i32>) -> String {
        self.at(*part.borrow(), self.place.zoom, self.place.turn)
    }

    /// The page before.
    pub fn previous(&self) -> Option<String> {
        (self.place.part > 1).then(|| self.part(self.place.part - 1))
    }

    /// The page after.
    pub fn next(&self) -> Option<String> {
        (self.place.part < self.last()).then(|| self.part(self.place.part + 1))
    }

    /// The next size down or up.
    pub fn zoomed(&self, up: bool) -> Option<String> {
        let now = ZOOMS.iter().position(|zoom| *zoom == self.place.zoom)?;
        let zoom = if up { ZOOMS.get(now + 1) } else { now.checked_sub(1).and_then(|down| ZOOMS.get(down)) }?;
        Some(self.at(self.place.part, *zoom, self.place.turn))
    }

    /// As wide as there is room.
    pub fn fit(&self) -> String {
        self.at(self.place.part, FIT, self.place.turn)
    }

    /// A quarter turn clockwise.
    pub fn turned(&self) -> String {
        self.at(self.place.part, self.place.zoom, (self.place.turn + 90) % 360)
    }

    /// The picture's address.
    pub fn picture(&self) -> String {
        let size = if self.place.zoom >= CLOSE { "large" } else { "page" };
        format!("{}/page?n={}&turn={}&size={size}", self.of_file(), self.place.part, self.place.turn)
    }

    /// The address of a small picture of a page.
    pub fn thumb(&self, part: impl Borrow<i32>) -> String {
        format!("{}/page?n={}&turn=0&size=thumb", self.of_file(), part.borrow())
    }

    /// The file itself.
    pub fn download(&self) -> String {
        format!("{}/file", self.of_file())
    }

    /// What a picture is called for whoever does not see it.
    pub fn alt(&self) -> String {
        format!("{}の画像（{}）。表示されないときは原本をダウンロードしてください", self.file.name(), self.says())
    }

    /// Where one is, in words.
    pub fn says(&self) -> String {
        match &self.look {
            Ok(Shown { table: Some(table), .. }) => format!("シート {}／{}", self.place.part, table.sheets.len()),
            Ok(shown) => format!("{}／{}ページ", self.place.part, shown.parts),
            Err(ViewFault::Erased) => "消去済み".to_owned(),
            Err(_) => "表示できません".to_owned(),
        }
    }

    /// That and when it was erased; empty when it was not.
    pub fn erased(&self) -> String {
        self.file.erased_at.map_or_else(String::new, |at| uketsuke_web::words::erased(at.utc()))
    }

    /// The pages that can be gone to.
    pub fn parts(&self) -> Vec<i32> {
        (1..=self.last()).collect()
    }

    /// Pages beyond those that are shown.
    pub fn beyond(&self) -> u32 {
        self.look.as_ref().map_or(0, |shown| shown.parts.saturating_sub(MAX_PARTS))
    }

    /// The parts of the address that a form for another page carries along.
    pub fn kept(&self) -> Vec<(&'static str, String)> {
        let mut kept = vec![
            ("file", self.file.id.to_string()),
            ("zoom", self.place.zoom.to_string()),
            ("turn", self.place.turn.to_string()),
        ];
        if self.back != "/queue" {
            kept.push(("back", self.back.clone()));
        }
        kept
    }

    fn last(&self) -> i32 {
        let parts = self.look.as_ref().map_or(1, |shown| shown.parts.min(MAX_PARTS));
        i32::try_from(parts).unwrap_or(1)
    }

    fn at(&self, part: i32, zoom: i32, turn: i32) -> String {
        self.address(&format!("file={}&page={part}&zoom={zoom}&turn={turn}", self.file.id))
    }

    fn address(&self, query: &str) -> String {
        let back = match self.back.as_str() {
            "/queue" => String::new(),
            back => format!("&back={}", encoded(back)),
        };
        format!("/cases/{}?{query}{back}#viewer", self.case)
    }

    fn of_file(&self) -> String {
        format!("/cases/{}/evidence/{}", self.case, self.file.id)
    }
}

fn tabs(files: &[Evidence], shown: &EvidenceId) -> Vec<Tab> {
    let at = files.iter().position(|file| file.id == *shown).unwrap_or(0);
    let act = |n: usize| match n {
        n if n + 1 == at => "previous-file",
        n if n == at + 1 => "next-file",
        _ => "file",
    };
    let tab = |(n, file): (usize, &Evidence)| Tab { file: file.clone(), current: n == at, act: act(n) };
    files.iter().enumerate().map(tab).collect()
}

/// What the reader should know about the file.
pub fn words(notice: &Notice) -> &'static str {
    match notice {
        Notice::Scripts => {
            "このPDFには、開くと動く処理（スクリプトなど）が入っています。この画面では動きません。原本を開くときは注意してください。"
        }
        Notice::Incomplete => "このページの一部を表示できませんでした。原本をダウンロードして確かめてください。",
        Notice::NoFont => "一部の文字を表示できませんでした。原本をダウンロードして確かめてください。",
    }
}

/// What a table does not show, in words; empty when it shows all.
pub fn left_out(left_out: &LeftOut) -> Vec<String> {
    let all = [
        (left_out.sheets > 0, format!("シートは{MAX_SHEETS}枚まで表示します（ほかに{}枚あります）。", left_out.sheets)),
        (left_out.rows, format!("入力のある行を、はじめから{MAX_ROWS}行まで表示します。続きは原本にあります。")),
        (left_out.columns, format!("列は{MAX_COLUMNS}列まで表示します。続きは原本にあります。")),
        (left_out.texts, format!("長い文字は{MAX_CELL_CHARS}文字まで表示します。")),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect()
}

/// Whether any cell came from a formula.
pub fn has_formulas(table: &Table) -> bool {
    table.rows.iter().flat_map(|row| &row.cells).any(|cell| !cell.formula.is_empty())
}
