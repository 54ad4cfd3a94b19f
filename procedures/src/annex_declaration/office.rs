//! The other office: found by its 登録記号番号, and remembered as marks of the
//! draft, because only rules may say who it is.

use chrono::NaiveDate;
use uketsuke_core::annex;
use uketsuke_core::application::Case;
use uketsuke_core::db::Conn;
use uketsuke_core::error::Result;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::form::FieldFault;
use uketsuke_core::ids::FacilityId;
use uketsuke_core::refusal::Refusal;

const ID: &str = "other_id";
const NAME: &str = "other_name";
const CODE: &str = "other_code";

/// The other office, as the draft remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Other {
    pub id: FacilityId,
    pub code: String,
    pub name: String,
}

/// Who it is, once it was found.
pub(super) fn known(case: &Case) -> Option<Other> {
    let mark = |name| case.document.mark(name);
    Some(Other { id: FacilityId::parse(mark(ID)?)?, code: mark(CODE)?.to_owned(), name: mark(NAME)?.to_owned() })
}

/// The marks that remember it; none of them when there is none.
pub(super) fn marks(found: Option<&Facility>) -> Vec<(&'static str, Option<String>)> {
    vec![
        (ID, found.map(|other| other.id.to_string())),
        (CODE, found.map(|other| other.code.as_str().to_owned())),
        (NAME, found.map(|other| other.name.clone())),
    ]
}

/// The kind it must be of.
pub(super) fn kind(case: &Case) -> FacilityKind {
    annex::partner_kind(case.facility.kind).unwrap_or(case.facility.kind)
}

/// Finds it, or says what to do.
pub(super) fn find(
    conn: &mut Conn,
    case: &Case,
    typed: &str,
    today: NaiveDate,
) -> Result<std::result::Result<Facility, FieldFault>> {
    let kind = kind(case);
    let code = match FacilityCode::read(kind, typed, None) {
        Ok(code) => code,
        Err(fault) => return Ok(Err(fault)),
    };
    let sentence = |text: String| Ok(Err(FieldFault::Sentence(text)));
    let Some(other) = facility::repo::find_by_kind_and_code(conn, kind, &code)? else {
        return sentence(format!(
            "この番号の「{}」は見つかりません。もう一方の施術所の登録記号番号を、通知書で確かめてください",
            kind.entry().label
        ));
    };
    if other.is_closed(today) {
        return sentence(Refusal::FacilityClosed.sentence().to_owned());
    }
    if annex::find(conn, &other.id)?.is_some() {
        return sentence(Refusal::AnnexTaken.sentence().to_owned());
    }
    Ok(Ok(other))
}
