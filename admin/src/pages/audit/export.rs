//! `GET /audit/export?…`: the choice of format for the trail, under the conditions
//! of the list. `POST`: the file. Whoever reads the trail.

use actix_web::web::{Data, Query};
use uketsuke_core::audit::{self, AuditEvent, Place as Event, words};
use uketsuke_core::db::Conn;
use uketsuke_core::desk::export::{Listing, Sheet};
use uketsuke_core::desk::{self, SubjectNames};
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::spreadsheet::{Cell, Column};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadAudit, Staff};
use crate::pages::export::{self, Chosen, Place};

/// Events of one step: a database takes so many ids in one question.
const STEP: u16 = 500;

const SHEET: Sheet = Sheet {
    key: "audit_events",
    title: "証跡",
    columns: &[
        Column::new("番号", 10),
        Column::new("日時", 17),
        Column::new("だれが", 24),
        Column::new("何をした", 34),
        Column::new("対象", 34),
        Column::new("施設", 34),
        Column::new("変更前後", 44),
        Column::new("接続元", 18),
        Column::new("リクエスト", 20),
        Column::new("識別子", 38),
    ],
};

#[derive(Clone)]
struct Trail {
    asked: Asked,
    after: Option<Event>,
    ended: bool,
}

impl Listing for Trail {
    fn sheet(&self) -> Sheet {
        SHEET
    }

    fn conditions(&self) -> Vec<(&'static str, String)> {
        let Asked { from, until, staff, action, words: sought, about, .. } = &self.asked;
        let typed = [
            ("いつから", from.as_str()),
            ("いつまで", until),
            ("職員", staff),
            ("何をした", words(action)),
            ("受付番号・機関コード", sought),
            ("対象", about),
        ];
        let said = typed.into_iter().filter(|(_, value)| !value.trim().is_empty());
        said.map(|(label, value)| (label, value.chars().take(100).collect())).collect()
    }

    fn next(&mut self, conn: &mut Conn, scope: &StaffScope) -> Result<Vec<Vec<Cell>>> {
        if self.ended {
            return Ok(Vec::new());
        }
        let sought = self.asked.sought(conn, scope, &mut FieldErrors::default())?;
        let page = audit::list_events(conn, scope, &sought, self.after.as_ref(), STEP)?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let labels: Vec<String> = page.events.iter().map(AuditEvent::actor).collect();
        let names = desk::actor_names(conn, labels.iter().map(String::as_str))?;
        let subjects = desk::subject_names(conn, &page.events)?;
        page.events.iter().map(|event| cells(event, names.of(&event.actor()), &subjects)).collect()
    }
}

fn cells(event: &AuditEvent, by: String, subjects: &SubjectNames) -> Result<Vec<Cell>> {
    let changes = event.changes()?;
    let changes: Vec<String> =
        changes.iter().map(|change| format!("{}：{} → {}", change.field, change.before, change.after)).collect();
    Ok(vec![
        event.position.map_or(Cell::Empty, Cell::Number),
        Cell::Time(event.at),
        Cell::text(by),
        Cell::text(words(&event.action)),
        Cell::text(subjects.of(&event.subject_id)),
        Cell::text(event.facility_id.as_ref().map_or("", |id| subjects.of(id.as_str()))),
        Cell::text(changes.join("、")),
        Cell::text(event.address.clone().unwrap_or_default()),
        Cell::text(event.request_id.clone().unwrap_or_default()),
        Cell::text(event.id.to_string()),
    ])
}

fn trail(asked: Asked) -> (Trail, Place) {
    let place =
        Place { action: asked.address("/audit/export", None), back: asked.address("/audit", None), menu: "/audit" };
    (Trail { asked, after: None, ended: false }, place)
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadAudit>, Query(asked): Query<Asked>) -> PageResult {
    let (trail, place) = trail(asked);
    export::show(&office, &who, trail, place).await
}

/// The file.
pub async fn send(
    office: Data<Office>,
    who: Staff<ReadAudit>,
    Query(asked): Query<Asked>,
    Form(chosen): Form<Chosen>,
) -> PageResult {
    let (trail, place) = trail(asked);
    export::send(&office, &who, trail, place, chosen).await
}
