//! How a facility stands with the service, in lines for staff: what the registers hold
//! of it besides its devices.

use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::facility::{self, Facility, amend};
use uketsuke_core::operation::{Contradiction, Source, contradiction};
use uketsuke_core::{annex, device, exemption, operation, registration};
use uketsuke_web::words;

/// Labels and values; nothing is said of what there is not.
pub(super) fn lines(conn: &mut Conn, of: &Facility, today: NaiveDate) -> Result<Vec<(&'static str, String)>> {
    let mut lines = Vec::new();
    if let Some(entry) = registration::find(conn, &of.id)? {
        lines.push(("利用開始の承認", words::date(tokyo_date(entry.approved_at.utc()))));
        lines.extend(entry.ended_at.map(|at| ("利用を終了する日", words::date(tokyo_date(at.utc())))));
    }
    let first_on = device::first_used_on(conn, &of.id)?;
    if let Some(entry) = operation::find(conn, &of.id)? {
        let by = if entry.source == Source::Annex { "（併設の申告により）" } else { "" };
        lines.push(("運用開始日", format!("{}{by}", words::date(entry.starts_on))));
        let found = contradiction(entry.starts_on, first_on, today).filter(|_| entry.source == Source::Declared);
        lines.extend(found.map(|found| ("確かめること", sentence(found).to_owned())));
    }
    lines.extend(first_on.map(|on| ("はじめて資格確認をした日", words::date(on))));
    if let Some(annex) = annex::find(conn, &of.id)? {
        let other = facility::repo::get(conn, annex.other(&of.id))?;
        let label = if annex.is_main(&of.id) { "従たる施術所" } else { "主たる施術所" };
        lines.push((label, format!("{}（{}）", other.name, other.code.as_str())));
    }
    if let Some(held) = exemption::find(conn, &of.id)? {
        let day = held.takes_effect_on.map_or_else(String::new, |on| format!("（{}）", words::date(on)));
        lines.push(("やむを得ない事由", format!("{}{day}", held.reason.label())));
    }
    if let Some(contact) = amend::contact(conn, &of.id)? {
        lines.push(("担当者", words::contact(&contact)));
    }
    Ok(lines)
}

fn sentence(found: Contradiction) -> &'static str {
    match found {
        Contradiction::CheckedBefore { .. } => "登録された運用開始日より前に、資格確認が行われています。",
        Contradiction::NeverChecked => "運用開始日を過ぎていますが、資格確認がまだ一度も行われていません。",
    }
}
