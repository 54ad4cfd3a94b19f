//! A facility by its kind and code, as registration and 「施設の追加」 ask for it:
//! the fields, the look-up with its faults in words, and the glimpse while typing.

use std::collections::BTreeSet;

use actix_web::web::Data;
use serde::Deserialize;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::kind::{CodeEntry, FacilityKind, KindEntry};
use uketsuke_core::facility::prefecture::{Bureau, Prefecture};
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::refusal::Refusal;
use uketsuke_web::PageError;
use uketsuke_web::form::{Choice, ChoiceGroup};

use crate::Portal;

/// What is said about a code the master does not hold.
const UNKNOWN: &str = "この番号は見つかりません。通知書の番号を確かめてください。\
    届け出たばかりの施設は、反映まで最大2週間かかります。2週間たっても見つからないときは、コールセンターへお問い合わせください";

/// The fields exactly as typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// 都道府県, two digits.
    pub prefecture: String,
    /// The code.
    pub code: String,
}

/// What the fields' template needs.
pub struct CodePage {
    /// The label above the code.
    pub label: &'static str,
    /// What to type.
    pub hint: String,
    /// Whether the prefecture is asked for.
    pub with_prefecture: bool,
    /// The prefectures under their bureaus.
    pub prefectures: Vec<ChoiceGroup>,
    /// What was typed.
    pub typed: CodeForm,
    /// 所属機関.
    pub kind: FacilityKind,
}

impl CodePage {
    /// The fields for a facility of this kind.
    pub fn new(kind: FacilityKind, typed: CodeForm) -> Self {
        let entry = kind.entry();
        let hint = format!("{}桁の数字です。全角でも、ハイフンや空白が入っていてもかまいません。", entry.code.digits());
        let with_prefecture = matches!(entry.code, CodeEntry::SevenWithPrefecture { .. });
        Self { label: entry.code.label(), hint, with_prefecture, prefectures: prefectures(), typed, kind }
    }
}

fn prefectures() -> Vec<ChoiceGroup> {
    let choice = |prefecture: Prefecture| Choice::new(prefecture.as_str(), prefecture.name());
    let group = |bureau: Bureau| ChoiceGroup::new(bureau.name(), bureau.prefectures().map(choice).collect());
    Bureau::ALL.into_iter().map(group).collect()
}

/// Finds the open facility of this kind, or says what to do.
pub(crate) async fn look_up(
    portal: &Data<Portal>,
    kind: FacilityKind,
    form: &CodeForm,
) -> Result<Result<Facility, FieldErrors>, PageError> {
    let code = match read(kind, form) {
        Ok(code) => code,
        Err(errors) => return Ok(Err(errors)),
    };
    Ok(find(portal, kind, code).await?.map_err(|sentence| fault(kind, sentence)))
}

/// What is known of a code that is still being typed.
pub(crate) enum Glimpse {
    /// Nothing yet: digits or the prefecture are missing.
    Nothing,
    /// All of it is there, and it cannot be right; or nobody goes by it.
    Sentence {
        /// The ten digits, where they could be put together.
        code: Option<FacilityCode>,
        /// What is wrong and what to do.
        sentence: String,
    },
    /// An open facility.
    Facility(Box<Facility>),
}

/// As [`look_up`], and silent as long as something is missing.
pub(crate) async fn glimpse(portal: &Data<Portal>, kind: FacilityKind, form: &CodeForm) -> Result<Glimpse, PageError> {
    let code = match read(kind, form) {
        Ok(code) => code,
        Err(errors) => return Ok(whole_but_wrong(&errors)),
    };
    Ok(match find(portal, kind, code.clone()).await? {
        Ok(facility) => Glimpse::Facility(Box::new(facility)),
        Err(sentence) => Glimpse::Sentence { code: Some(code), sentence },
    })
}

/// Of the faults only those that more typing does not mend.
fn whole_but_wrong(errors: &FieldErrors) -> Glimpse {
    let lasting = errors.iter().find(|error| matches!(error.fault, FieldFault::Sentence(_)));
    lasting.map_or(Glimpse::Nothing, |error| Glimpse::Sentence { code: None, sentence: error.sentence() })
}

/// The open facility of a whole code, or what to do without one. The question
/// about the check digit is for codes alone that the master does not hold.
async fn find(
    portal: &Data<Portal>,
    kind: FacilityKind,
    code: FacilityCode,
) -> Result<Result<Facility, String>, PageError> {
    let question = code.advice(kind);
    let found = portal.db.read(move |c| facility::repo::find_by_kind_and_code(c, kind, &code)).await?;
    let today = tokyo_date(portal.now().utc());
    Ok(match found {
        Some(facility) if facility.is_closed(today) => Err(Refusal::FacilityClosed.sentence().to_owned()),
        Some(facility) => Ok(facility),
        None => Err(question.map_or(UNKNOWN.to_owned(), |question| format!("{question}。{UNKNOWN}"))),
    })
}

/// The open facility that these fields name among the kinds of the other site.
pub(crate) async fn at_other_site(
    portal: &Data<Portal>,
    kind: FacilityKind,
    form: &CodeForm,
) -> Result<Option<Facility>, PageError> {
    let (site, picked) = (kind.entry().site.other(), Prefecture::parse(&form.prefecture));
    let code = |entry: &KindEntry| FacilityCode::read(entry.kind, &form.code, picked).ok();
    let codes: BTreeSet<FacilityCode> = site.kinds().filter_map(code).collect();
    if codes.is_empty() {
        return Ok(None);
    }
    let today = tokyo_date(portal.now().utc());
    Ok(portal.db.read(move |c| facility::repo::find_open_of_site(c, site, &codes, today)).await?)
}

/// What is said about a code of the other site.
pub(crate) fn registers_at(facility: &Facility) -> String {
    format!("この番号の施設「{}」は、{}で登録します", facility.name, facility.site().name())
}

fn read(kind: FacilityKind, form: &CodeForm) -> Result<FacilityCode, FieldErrors> {
    let mut errors = FieldErrors::default();
    let asked = matches!(kind.entry().code, CodeEntry::SevenWithPrefecture { .. });
    let picked = Prefecture::parse(&form.prefecture).filter(|_| asked);
    if asked && picked.is_none() {
        errors.add("prefecture", "都道府県", FieldFault::NotChosen);
    }
    let typed = FacilityCode::read(kind, &form.code, picked);
    // Without a prefecture seven digits cannot be judged; one fault is enough.
    let code = match typed {
        Err(FieldFault::Sentence(_)) if asked && picked.is_none() => None,
        other => errors.take("code", kind.entry().code.label(), other),
    };
    errors.into_result(code)
}

fn fault(kind: FacilityKind, sentence: String) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("code", kind.entry().code.label(), FieldFault::Sentence(sentence));
    errors
}
