//! Choices that several forms offer.

use uketsuke_core::facility::kind::KINDS;
use uketsuke_core::facility::prefecture::Prefecture;
use uketsuke_web::form::{Choice, ChoiceGroup};

/// Every kind of facility.
pub fn kinds() -> Vec<Choice> {
    KINDS.iter().map(|entry| Choice::new(entry.id, entry.label)).collect()
}

/// The prefectures under their bureaus.
pub fn prefectures() -> Vec<ChoiceGroup> {
    let choice = |prefecture: &Prefecture| Choice::new(prefecture.as_str(), prefecture.name());
    Prefecture::by_bureau()
        .map(|(bureau, list)| ChoiceGroup::new(bureau.name(), list.iter().map(choice).collect()))
        .collect()
}
