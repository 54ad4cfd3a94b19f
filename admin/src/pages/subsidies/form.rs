//! The form of a programme's rules: from rules to boxes and back.

use uketsuke_core::facility::kind::FacilityKind;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::subsidy::rules::{Component, ItemKind, Rate, Rules};
use uketsuke_web::fields::Fields;

/// Parts of the costs that the form has room for.
pub(super) const PARTS: usize = 4;
/// Letters of a name, and of a comment.
const TEXT_MAX: usize = 200;
/// The boxes by which [`Rules::validate`] names what is wrong with several.
const FIRST_PART: &str = "part_1_label";

/// The boxes of rules as they stand.
pub(super) fn fields_of(rules: &Rules, seen: i32) -> Fields {
    let mut pairs = vec![
        ("seen".to_owned(), seen.to_string()),
        ("name".to_owned(), rules.name.clone()),
        ("rate".to_owned(), rules.rate.to_string()),
        ("total_cap".to_owned(), rules.total_cap.to_string()),
        ("rounding".to_owned(), rules.rounding.to_string()),
        ("bought_from".to_owned(), rules.bought_from.to_string()),
        ("opens_on".to_owned(), rules.opens_on.to_string()),
        ("closes_on".to_owned(), rules.closes_on.map_or(String::new(), |last| last.to_string())),
    ];
    pairs.extend(rules.kinds.iter().map(|kind| ("kinds".to_owned(), kind.as_str().to_owned())));
    for (part, number) in rules.components.iter().zip(1..) {
        pairs.push((format!("part_{number}_label"), part.label.clone()));
        pairs.push((format!("part_{number}_cap"), part.cap.to_string()));
        let items = part.items.iter();
        pairs.extend(items.map(|item| (format!("part_{number}_items"), item.as_str().to_owned())));
    }
    pairs.into()
}

/// Reads the boxes: the rules and why they are made.
pub(super) fn read(fields: &Fields) -> Result<(Rules, String), FieldErrors> {
    let mut errors = FieldErrors::default();
    let name = errors.take("name", "制度の名前", fold::text(fields.get("name"), TEXT_MAX));
    let kinds: Vec<_> = fields.all("kinds").filter_map(FacilityKind::parse).collect();
    let rate = errors.take("rate", "補助率", rate(fields.get("rate")));
    let components = parts(fields, &mut errors);
    let total_cap = errors.take("total_cap", "費用の上限額の合計", fold::yen(fields.get("total_cap")));
    let rounding = fold::number(fields.get("rounding"), 1, 10_000).map_err(|_| FieldFault::NotChosen);
    let rounding = errors.take("rounding", "端数処理", rounding);
    let bought_from = errors.take("bought_from", "対象になる購入日の初日", fold::date(fields.get("bought_from")));
    let opens_on = errors.take("opens_on", "受付の開始日", fold::date(fields.get("opens_on")));
    let closes_on = match fields.get("closes_on").trim() {
        "" => Some(None),
        typed => errors.take("closes_on", "受付の終了日", fold::date(typed).map(Some)),
    };
    let comment = errors.take("comment", "変更の理由", fold::text(fields.get("comment"), TEXT_MAX));
    let read = (|| {
        let rules = Rules {
            name: name?,
            kinds,
            rate: rate?,
            components,
            total_cap: total_cap?,
            rounding: rounding?,
            bought_from: bought_from?,
            opens_on: opens_on?,
            closes_on: closes_on?,
        };
        Some((rules, comment?))
    })();
    if let Some((rules, _)) = &read
        && let Err(faults) = rules.validate()
    {
        for fault in faults.iter() {
            let field = if fault.field == "components" { FIRST_PART } else { fault.field.as_str() };
            errors.add(field, &fault.label, fault.fault.clone());
        }
    }
    errors.into_result(read)
}

fn parts(fields: &Fields, errors: &mut FieldErrors) -> Vec<Component> {
    let mut parts = Vec::new();
    for number in 1..=PARTS {
        let (label, cap) = (format!("part_{number}_label"), format!("part_{number}_cap"));
        let items_field = format!("part_{number}_items");
        let items: Vec<_> = fields.all(&items_field).filter_map(ItemKind::parse).collect();
        if fields.get(&label).trim().is_empty() && fields.get(&cap).trim().is_empty() && items.is_empty() {
            continue;
        }
        let words = |what: &str| format!("区分{number}の{what}");
        let name = errors.take(&label, &words("名前"), fold::text(fields.get(&label), TEXT_MAX));
        let most = errors.take(&cap, &words("上限額"), fold::yen(fields.get(&cap)));
        let chosen = if items.is_empty() { Err(FieldFault::NotChosen) } else { Ok(items) };
        let chosen = errors.take(&items_field, &words("品目"), chosen);
        if let (Some(label), Some(cap), Some(items)) = (name, most, chosen) {
            parts.push(Component { label, items, cap });
        }
    }
    if parts.is_empty() && errors.is_empty() {
        let why = "費用の区分を1つ以上入力してください".to_owned();
        errors.add(FIRST_PART, "費用の区分", FieldFault::Sentence(why));
    }
    parts
}

/// 「3/4」
fn rate(typed: &str) -> Result<Rate, FieldFault> {
    let why = || FieldFault::Sentence("補助率は、分数で入力してください（例：3/4、10/10）".to_owned());
    if typed.trim().is_empty() {
        return Err(FieldFault::Missing);
    }
    let folded = typed.replace('／', "/");
    let (of, per) = folded.split_once('/').ok_or_else(why)?;
    let part = |text: &str| fold::number(text, 1, 1_000).map_err(|_| why());
    Ok(Rate { of: part(of)?, per: part(per)? })
}
