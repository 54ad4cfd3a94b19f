//! `GET, POST /audit/export`: the trail as a file, under the conditions of the
//! list. Whoever reads the trail.

use actix_web::web::{Data, Query};
use uketsuke_core::audit::{self, AuditEvent, words};
use uketsuke_core::clock::tokyo_time_full;
use uketsuke_core::desk;
use uketsuke_core::error::Result;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::spreadsheet::{Cell, MOST_ROWS, Sheet};
use uketsuke_web::PageResult;
use uketsuke_web::extract::Form;

use super::asked::Asked;
use crate::Office;
use crate::access::{ReadAudit, Staff};
use crate::export::{self, Export, ExportForm};

/// One more than is written, to know that there are more.
#[expect(clippy::cast_possible_truncation, reason = "ten thousand and one")]
const SIZE: u16 = MOST_ROWS as u16 + 1;
const HEADINGS: [&str; 10] =
    ["番号", "日時", "だれが", "何をした", "対象", "施設", "変更前後", "接続元", "リクエスト", "識別子"];

/// Asks for the format.
pub async fn ask(office: Data<Office>, who: Staff<ReadAudit>, Query(asked): Query<Asked>) -> PageResult {
    let rows = sheet(&office, &who, asked.clone()).await?.rows.len();
    export::ask(&who, of(&asked), rows)
}

/// The file.
pub async fn deliver(
    office: Data<Office>,
    who: Staff<ReadAudit>,
    Query(asked): Query<Asked>,
    Form(form): Form<ExportForm>,
) -> PageResult {
    let sheet = sheet(&office, &who, asked.clone()).await?;
    export::deliver(&office, &who, of(&asked), sheet, form).await
}

fn of(asked: &Asked) -> Export {
    Export {
        list: "証跡",
        menu: "/audit",
        action: asked.address("/audit/export", None),
        back: asked.address("/audit", None),
    }
}

async fn sheet(office: &Office, who: &Staff<ReadAudit>, asked: Asked) -> Result<Sheet> {
    let scope = who.scope.clone();
    office
        .db
        .read(move |c| {
            let sought = asked.sought(c, &scope, &mut FieldErrors::default())?;
            let page = audit::list_events(c, &scope, &sought, None, SIZE)?;
            let mut sheet = Sheet::new(&HEADINGS);
            // In pieces: a database takes so many ids in one question.
            for events in page.events.chunks(500) {
                let labels: Vec<String> = events.iter().map(AuditEvent::actor).collect();
                let names = desk::actor_names(c, labels.iter().map(String::as_str))?;
                let subjects = desk::subject_names(c, events)?;
                for event in events {
                    sheet.rows.push(row(event, names.of(&event.actor()), &subjects)?);
                }
            }
            Ok(sheet)
        })
        .await
}

fn row(event: &AuditEvent, by: String, subjects: &desk::SubjectNames) -> Result<Vec<Cell>> {
    let changes = event.changes()?;
    let changes: Vec<String> =
        changes.iter().map(|change| format!("{}：{} → {}", change.field, change.before, change.after)).collect();
    Ok(vec![
        event.position.map_or(Cell::Empty, Cell::from),
        tokyo_time_full(event.at.utc()).into(),
        by.into(),
        words(&event.action).into(),
        subjects.of(&event.subject_id).into(),
        event.facility_id.as_ref().map_or("", |id| subjects.of(id.as_str())).into(),
        changes.join("、").into(),
        event.address.clone().into(),
        event.request_id.clone().into(),
        event.id.to_string().into(),
    ])
}
