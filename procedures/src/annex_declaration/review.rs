//! What a reviewer weighs: the other office as it was named, beside the master.

use uketsuke_core::application::Case;
use uketsuke_core::application::procedure::{CheckItem, Fact, Verdict};
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::{account, annex, facility};

use super::filing::Filing;
use super::steps::CODE;

/// What the reviewer ticks off.
pub(super) const CHECKLIST: [CheckItem; 4] = [
    CheckItem {
        code: "document_kind", text: "書類の種類が、従たる施術所の種類で求めるものと同じ"
    },
    CheckItem { code: "facility", text: "書類の施術所名と番号が、従たる施術所のマスタと同じ" },
    CheckItem { code: "same_place", text: "2つの施術所が同じ場所にある" },
    CheckItem { code: "readable", text: "書類のすべてのページが読み取れる" },
];

/// The facts, in the applicant's order.
pub(super) fn facts(conn: &mut Conn, case: &Case, filing: &Filing) -> Result<Vec<Fact>> {
    let (main, other) = (&case.facility, facility::repo::get(conn, &filing.other_id)?);
    let compared = |field, label: &str, stated: &str, master: &str| Fact {
        field,
        label: label.to_owned(),
        stated: stated.to_owned(),
        master: master.to_owned(),
        verdict: if stated == master { Verdict::Same } else { Verdict::Differs },
    };
    let mut facts = vec![
        compared(CODE.name, "従たる施術所の登録記号番号", &filing.other_code, other.code.as_str()),
        compared("", "従たる施術所の名称", &filing.other_name, &other.name),
        // Two offices in one place have one address.
        compared("", "所在地（左は主たる施術所、右は従たる施術所）", &main.whole_address(), &other.whole_address()),
    ];
    facts.extend(filing.lines().into_iter().filter(|row| row.field != CODE.name).map(Fact::stated));
    let people = account::verified_people(conn, &other.id)?.len();
    facts.push(Fact::known("従たる施術所の利用者", format!("{people}人")));
    if annex::find(conn, &other.id)?.is_some() {
        facts.push(Fact::known("従たる施術所の併設", "すでに併設として申告されています".to_owned()));
    }
    if annex::was_objected(conn, &main.id, &other.id)? {
        facts.push(Fact::known("これまでの異議", "従たる施術所から、この2つの併設に異議がありました".to_owned()));
    }
    Ok(facts)
}
