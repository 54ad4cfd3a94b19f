//! Choices that several forms offer.

use uketsuke_core::facility::kind::KINDS;
use uketsuke_core::facility::prefecture::{Bureau, Prefecture};
use uketsuke_web::form::{Choice, ChoiceGroup};

/// Every kind of facility.
pub fn kinds() -> Vec<Choice> {
    KINDS.iter().map(|entry| Choice::new(entry.id, entry.label)).collect()
}

/// The bureaus, each followed by its prefectures; a bureau's value is `b` and its
/// place in the order of bureaus.
pub fn areas() -> Vec<ChoiceGroup> {
    let whole = |(n, bureau): (usize, &Bureau)| Choice::new(format!("b{n}"), format!("{}の管内すべて", bureau.name()));
    let choice = |prefecture: Prefecture| Choice::new(prefecture.as_str(), prefecture.name());
    let group = |(n, bureau): (usize, &Bureau)| {
        let prefectures = bureau.prefectures().map(choice);
        ChoiceGroup::new(bureau.name(), std::iter::once(whole((n, bureau))).chain(prefectures).collect())
    };
    Bureau::ALL.iter().enumerate().map(group).collect()
}

/// The prefectures under their bureaus.
pub fn prefectures() -> Vec<ChoiceGroup> {
    let choice = |prefecture: &Prefecture| Choice::new(prefecture.as_str(), prefecture.name());
    Prefecture::by_bureau()
        .map(|(bureau, list)| ChoiceGroup::new(bureau.name(), list.iter().map(choice).collect()))
        .collect()
}
