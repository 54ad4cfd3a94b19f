//! What the form macros (`templates/web/form.html`) need besides strings:
//! choices, a date as typed, and the ids that tie a control to its texts.
//!
//! Anyone who draws a form: portal, back office and the procedures.

use chrono::{Datelike, NaiveDate};
use uketsuke_core::fold::date_parts;
use uketsuke_core::form::{FieldErrors, FieldFault};

use crate::fields::Fields;

/// One radio button, tick box or entry of a select.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What users read.
    pub label: String,
    /// A second, smaller line; may be empty.
    pub hint: String,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// Adds the smaller second line.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// Entries of a select under one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChoiceGroup {
    /// The heading.
    pub label: String,
    /// What to know about the group, or nothing.
    pub hint: String,
    /// What stands under it.
    pub choices: Vec<Choice>,
}

impl ChoiceGroup {
    /// A headed group.
    pub fn new(label: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { label: label.into(), hint: String::new(), choices }
    }

    /// Adds what to know about the group.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// A date as typed into `form::date`: era and three numbers, nothing judged.
///
/// The form fields are `{name}_era`, `{name}_year`, `{name}_month`, `{name}_day`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateTyped {
    /// One of the values of [`ERAS`], or empty.
    pub era: String,
    /// The year; a whole date may be pasted here.
    pub year: String,
    /// The month.
    pub month: String,
    /// The day.
    pub day: String,
}

impl DateTyped {
    /// Reads the date, or notes its fault under `field` or the box that is wrong.
    pub fn read(&self, field: &str, label: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
        let reading = date_parts(&self.era, &self.year, &self.month, &self.day);
        let part = reading.as_ref().err().and_then(FieldFault::date_part);
        let place = part.map_or(field.to_owned(), |part| format!("{field}_{}", part.suffix()));
        errors.take(&place, label, reading)
    }

    /// The boxes of this name in a form that was sent.
    pub fn from_fields(fields: &Fields, name: &str) -> Self {
        let part = |part: &str| fields.get(&format!("{name}_{part}")).to_owned();
        Self { era: part("era"), year: part("year"), month: part("month"), day: part("day") }
    }

    /// The date in the boxes, to correct one that is stored.
    pub fn of(on: NaiveDate) -> Self {
        let [year, month, day] = [on.year().to_string(), on.month().to_string(), on.day().to_string()];
        Self { era: "ad".to_owned(), year, month, day }
    }
}

/// Values and labels of the era select, in the order offered.
pub const ERAS: [(&str, &str); 5] =
    [("ad", "西暦"), ("showa", "昭和"), ("heisei", "平成"), ("reiwa", "令和"), ("taisho", "大正")];

/// The ids for `aria-describedby`: the hint's, then the faults'; empty if there is neither.
pub fn described_by(name: &str, hint: &str, errors: &FieldErrors) -> String {
    let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let faults = errors.has(name).then(|| format!("{name}-error"));
    hint.into_iter().chain(faults).collect::<Vec<_>>().join(" ")
}

/// The ids for a date group: its own, and those of its parts that are at fault.
pub fn date_described_by(name: &str, hint: &str, errors: &FieldErrors) -> String {
    let hint = (!hint.is_empty()).then(|| format!("{name}-hint"));
    let faults = date_has(name, errors).then(|| format!("{name}-error"));
    hint.into_iter().chain(faults).collect::<Vec<_>>().join(" ")
}

/// Whether a date or any part of it is at fault.
pub fn date_has(name: &str, errors: &FieldErrors) -> bool {
    errors.has(name) || DATE_PARTS.iter().any(|part| errors.has(&format!("{name}_{part}")))
}

/// The faults of a date and of its parts, in that order.
pub fn date_faults(name: &str, errors: &FieldErrors) -> Vec<String> {
    let parts = DATE_PARTS.iter().flat_map(|part| errors.of(&format!("{name}_{part}")));
    errors.of(name).into_iter().chain(parts).collect()
}

/// Whether one box of a date is at fault: by itself, or because the whole date is.
pub fn date_part_bad(name: &str, part: &str, errors: &FieldErrors) -> bool {
    errors.has(name) || errors.has(&format!("{name}_{part}"))
}

/// The suffixes of a date's form fields.
const DATE_PARTS: [&str; 4] = ["era", "year", "month", "day"];

/// The id of the n-th choice of a group, counted from zero: the first bears the
/// field's own name, so that the fault summary leads there.
pub fn choice_id(name: &str, index: usize) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}-{}", index + 1) }
}

/// The same over several groups under one name, counted through.
pub fn grouped_choice_id(name: &str, groups: &[ChoiceGroup], group: usize, index: usize) -> String {
    let before: usize = groups.iter().take(group).map(|group| group.choices.len()).sum();
    choice_id(name, before + index)
}

/// Where a step stands in a list of steps: `done`, `now` or `todo`; both counted from one.
pub fn step_state(step: usize, now: usize) -> &'static str {
    match step.cmp(&now) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "todo",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_or_its_box_is_named() {
        let read = |era: &str, year: &str, month: &str| {
            let [era, year, month] = [era, year, month].map(str::to_owned);
            let mut errors = FieldErrors::default();
            let date = DateTyped { era, year, month, day: "3".into() }.read("born_on", "生年月日", &mut errors);
            (date.map(|date| date.to_string()), errors.iter().map(|e| e.field.clone()).collect::<Vec<_>>())
        };
        let date = Some("1955-04-03".to_owned());
        assert_eq!(read("showa", "３０", "4"), (date.clone(), vec![]));
        assert_eq!(read("ad", "1955", "4"), (date, vec![]));
        assert_eq!(read("showa", "30", "13"), (None, vec!["born_on_month".to_owned()]));
        assert_eq!(read("showa", "30", ""), (None, vec!["born_on_month".to_owned()]));
    }

    #[test]
    fn a_stored_date_fills_the_boxes() {
        let on = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
        let mut errors = FieldErrors::default();
        assert_eq!(DateTyped::of(on).read("start_on", "運用開始日", &mut errors), Some(on));
    }

    #[test]
    fn a_control_is_described_by_hint_and_faults() {
        let mut errors = FieldErrors::default();
        assert_eq!(described_by("code", "", &errors), "");
        assert_eq!(described_by("code", "10桁", &errors), "code-hint");
        errors.add("code", "番号", FieldFault::Missing);
        assert_eq!(described_by("code", "10桁", &errors), "code-hint code-error");
    }

    #[test]
    fn a_fault_of_the_month_marks_the_month_only() {
        let mut errors = FieldErrors::default();
        errors.add("born_month", "生年月日の「月」", FieldFault::OutOfRange { min: 1, max: 12 });
        assert!(date_part_bad("born", "month", &errors));
        assert!(!date_part_bad("born", "year", &errors));
        assert_eq!(date_faults("born", &errors), ["生年月日の「月」は1から12までの数字で入力してください"]);
    }
}
