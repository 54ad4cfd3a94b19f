//! What a reviewer weighs: what was claimed beside what it comes to, receipts that
//! were claimed before, and what the facility has.

use uketsuke_core::application::procedure::{Fact, Verdict};
use uketsuke_core::application::{Case, repo};
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::claim::{self, Purchase};
use uketsuke_core::{device, facility};

use super::filing::{self, Filing};

pub(super) fn facts(conn: &mut Conn, case: &Case, filing: &Filing) -> Result<Vec<Fact>> {
    let mut facts: Vec<Fact> = filing.summary().into_iter().map(Fact::stated).collect();
    let again = filing::reckon(&filing.programme, &filing.lines).yen;
    let claimed = filing.calculation.yen;
    facts.push(Fact {
        field: "",
        label: "申請額の再計算".to_owned(),
        stated: shown(claimed),
        master: shown(again),
        verdict: if again == claimed { Verdict::Same } else { Verdict::Differs },
    });
    facts.push(duplicates(conn, case, filing)?);
    let devices = device::count_active(conn, &case.facility.id)?;
    facts.push(Fact::known("使用中の端末", format!("{devices}台")));
    Ok(facts)
}

/// Receipts that were claimed before, by whomever: pointed out, never refused.
fn duplicates(conn: &mut Conn, case: &Case, filing: &Filing) -> Result<Fact> {
    let files: Vec<String> = filing.evidence.iter().map(|file| file.sha256.clone()).collect();
    let others = claim::same_receipts(conn, &case.application.id, &purchases(filing), &files)?;
    let mut named = Vec::new();
    for id in others {
        let other = repo::get(conn, &id)?;
        let place = facility::repo::get(conn, &other.facility_id)?;
        named.push(format!("{}　{}（{}）", other.number_text(), place.name, other.state.staff_label()));
    }
    let label = "同じ領収書（ファイル、または店・日付・金額）の申請".to_owned();
    Ok(match named.is_empty() {
        true => Fact {
            field: "",
            label,
            stated: String::new(),
            master: "ほかにありません".to_owned(),
            verdict: Verdict::StatedOnly,
        },
        false => {
            Fact { field: "", label, stated: "あり".to_owned(), master: named.join("、"), verdict: Verdict::Differs }
        }
    })
}

/// The purchases as they tell receipts apart.
pub(super) fn purchases(filing: &Filing) -> Vec<Purchase> {
    let one =
        |line: &super::purchases::Line| Purchase { shop: line.shop.clone(), bought_on: line.bought_on, yen: line.yen };
    filing.lines.iter().map(one).collect()
}
