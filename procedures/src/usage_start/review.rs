//! What a reviewer weighs: the applicant's words beside the master's.

use uketsuke_core::account;
use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{CheckItem, EVIDENCE_FIELD, Fact, Verdict};
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::fold;

use super::filing::Filing;
use super::form::{DEVICES, METHOD, STAFF};

/// What the reviewer ticks off.
pub(super) const CHECKLIST: [CheckItem; 5] = [
    CheckItem { code: "document_kind", text: "書類の種類が、この施設の種類で求めるものと同じ" },
    CheckItem { code: "facility", text: "書類の施設名と番号が、マスタの施設と同じ" },
    CheckItem { code: "manager", text: "書類の施術管理者（開設者）の氏名が、マスタと同じ" },
    CheckItem { code: "readable", text: "書類のすべてのページが読み取れる" },
    CheckItem { code: "device_count", text: "職員数に比べて申請台数が多すぎない" },
];

/// The facts, in the applicant's order.
pub(super) fn facts(conn: &mut Conn, case: &Case, filing: &Filing) -> Result<Vec<Fact>> {
    let (master, person) = (&case.facility, account::get_account(conn, &case.application.account_id)?);
    let name = person.full_name();
    let mut facts = vec![
        compared("facility_code", "機関コード", &filing.facility.code, master.code.as_str(), digits),
        compared("facility_name", "施設名", &filing.facility.name, &master.name, letters),
        compared("applicant_name", "申請者の氏名（マスタは施術管理者・開設者）", &name, &master.manager_name, letters),
        compared("applicant_phone", "電話番号", &person.phone, &master.phone, digits),
    ];
    facts.extend(filing.lines().into_iter().filter(|row| shown(row.field)).map(Fact::stated));
    Ok(facts)
}

fn shown(field: &str) -> bool {
    [METHOD.name, EVIDENCE_FIELD, STAFF.name, DEVICES.name].contains(&field)
}

/// Compares by what `essence` leaves of the texts, and shows them as they are.
fn compared(field: &'static str, label: &str, stated: &str, master: &str, essence: fn(&str) -> String) -> Fact {
    let verdict = match (essence(master), essence(stated)) {
        (master, _) if master.is_empty() => Verdict::Absent,
        (master, stated) if master == stated => Verdict::Same,
        _ => Verdict::Differs,
    };
    Fact { field, label: label.to_owned(), stated: stated.to_owned(), master: master.to_owned(), verdict }
}

fn digits(text: &str) -> String {
    fold::digits(text).unwrap_or_else(|_| letters(text))
}

/// Blanks and width tell nobody apart.
fn letters(text: &str) -> String {
    fold::search_key(text).split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_blanks_and_hyphens_make_no_difference() {
        for (stated, master, essence, verdict) in [
            ("山田 太郎", "山田　太郎", letters as fn(&str) -> String, Verdict::Same),
            ("山田 太郎", "山田 次郎", letters, Verdict::Differs),
            ("山田 太郎", "", letters, Verdict::Absent),
            ("0312345678", "03-1234-5678", digits, Verdict::Same),
            ("0312345678", "０３（１２３４）５６７８", digits, Verdict::Same),
            ("0312345678", "03-1234-5679", digits, Verdict::Differs),
        ] {
            assert_eq!(compared("x", "x", stated, master, essence).verdict, verdict, "{stated} {master}");
        }
    }
}
