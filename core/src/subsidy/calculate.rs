//! The calculator: form, review and notice show its steps, so that all three
//! explain one amount in the same words.
//!
//! grant = cut down to the rounding unit of rate × min(sum over the parts of
//! min(cost, cap), total cap) (SPEC 4.5). Whole yen throughout.

use serde::{Deserialize, Serialize};

use super::rules::{ItemKind, Rules};
use crate::money::shown;

/// One line of the explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it is about.
    pub label: String,
    /// How it is reckoned.
    pub how: String,
    /// What comes of it, yen.
    pub yen: i64,
}

/// An amount and how it came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calculation {
    /// Line by line.
    pub steps: Vec<Step>,
    /// The grant, yen.
    pub yen: i64,
}

/// Reckons what `rules` grant for these costs, yen each, none below zero.
pub fn calculate(rules: &Rules, costs: &[(ItemKind, i64)]) -> Calculation {
    let mut steps = Vec::new();
    let mut counted = 0;
    for part in &rules.components {
        let own = costs.iter().filter(|(item, _)| part.items.contains(item));
        let cost = own.fold(0_i64, |sum, (_, yen)| sum.saturating_add((*yen).max(0)));
        let yen = cost.min(part.cap);
        counted += yen;
        let how = format!("費用 {}（上限 {}）", shown(cost), shown(part.cap));
        steps.push(Step { label: part.label.clone(), how, yen });
    }
    let eligible = counted.min(rules.total_cap);
    let how = format!("合計 {}（上限 {}）", shown(counted), shown(rules.total_cap));
    steps.push(Step { label: "対象となる費用".to_owned(), how, yen: eligible });
    let shared = eligible * rules.rate.of / rules.rate.per;
    let how = format!("{} × {}", shown(eligible), rules.rate);
    steps.push(Step { label: "補助率をかけた額".to_owned(), how, yen: shared });
    let yen = shared - shared % rules.rounding;
    let how = match rules.rounding {
        1 => "1円未満を切り捨て".to_owned(),
        unit => format!("{}未満を切り捨て", shown(unit)),
    };
    steps.push(Step { label: "助成金の額".to_owned(), how, yen });
    Calculation { steps, yen }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{Component, Rate};
    use super::*;
    use ItemKind::{CardReader, ReceiptComputer, Smartphone, Tablet};

    fn rules((of, per): (i64, i64), caps: &[(&[ItemKind], i64)], total_cap: i64, rounding: i64) -> Rules {
        let day = chrono::NaiveDate::from_ymd_opt(2024, 4, 1).unwrap();
        let part =
            |(items, cap): &(&[ItemKind], i64)| Component { label: "費用".into(), items: items.to_vec(), cap: *cap };
        Rules {
            name: "制度".into(),
            kinds: Vec::new(),
            rate: Rate { of, per },
            components: caps.iter().map(part).collect(),
            total_cap,
            rounding,
            bought_from: day,
            opens_on: day,
            closes_on: None,
        }
    }

    const DEVICES: &[ItemKind] = &[Smartphone, Tablet, CardReader];

    #[test]
    fn every_edge_of_rate_caps_and_rounding() {
        let therapist = rules((1, 1), &[(DEVICES, 41_000)], 41_000, 1_000);
        let midwife = rules((3, 4), &[(DEVICES, 41_000)], 41_000, 1_000);
        let clinic = rules((3, 4), &[(DEVICES, 41_000), (&[ReceiptComputer], 130_000)], 171_000, 1_000);
        let chain = rules((1, 2), &[(DEVICES, 41_000), (&[ReceiptComputer], 130_000)], 171_000, 1_000);
        let tight = rules((1, 1), &[(DEVICES, 41_000), (&[ReceiptComputer], 130_000)], 100_000, 1_000);
        let thirds = rules((2, 3), &[(DEVICES, 1_000_000)], 1_000_000, 1);
        for (name, rules, costs, yen) in [
            ("nothing", &therapist, vec![], 0),
            ("below the unit", &therapist, vec![(Smartphone, 999)], 0),
            ("the unit itself", &therapist, vec![(Smartphone, 1_000)], 1_000),
            ("a yen below a unit", &therapist, vec![(Smartphone, 40_999)], 40_000),
            ("the cap", &therapist, vec![(Smartphone, 41_000)], 41_000),
            ("a yen over the cap", &therapist, vec![(Smartphone, 41_001)], 41_000),
            ("two items, one cap", &therapist, vec![(Smartphone, 20_500), (CardReader, 20_499)], 40_000),
            (
                "three items over the cap",
                &therapist,
                vec![(Tablet, 30_000), (CardReader, 9_000), (Tablet, 9_000)],
                41_000,
            ),
            ("what no part takes", &therapist, vec![(ReceiptComputer, 500_000)], 0),
            ("what no part takes, beside", &therapist, vec![(ReceiptComputer, 500_000), (Tablet, 7_000)], 7_000),
            ("midwife, 30,750 cut", &midwife, vec![(Tablet, 41_000)], 30_000),
            ("midwife, 29,999.25", &midwife, vec![(Tablet, 39_999)], 29_000),
            ("midwife, 30,000 sharp", &midwife, vec![(Tablet, 40_000)], 30_000),
            ("midwife, a yen less", &midwife, vec![(Tablet, 1_333)], 0),
            ("midwife, 1,000.5", &midwife, vec![(Tablet, 1_334)], 1_000),
            ("clinic, 128,250 cut", &clinic, vec![(Tablet, 41_000), (ReceiptComputer, 130_000)], 128_000),
            ("clinic, receipt computer alone", &clinic, vec![(ReceiptComputer, 900_000)], 97_000),
            ("clinic, devices alone", &clinic, vec![(CardReader, 900_000)], 30_000),
            ("clinic, one part does not fill the other", &clinic, vec![(Tablet, 171_000)], 30_000),
            ("chain, 85,500 cut", &chain, vec![(Tablet, 41_000), (ReceiptComputer, 130_000)], 85_000),
            ("a total below the parts", &tight, vec![(Tablet, 41_000), (ReceiptComputer, 130_000)], 100_000),
            ("no unit, thirds", &thirds, vec![(Tablet, 100)], 66),
            ("below zero counts as nothing", &therapist, vec![(Tablet, -5_000), (Tablet, 6_000)], 6_000),
            ("more than 64 bits hold", &therapist, vec![(Tablet, i64::MAX), (Tablet, i64::MAX)], 41_000),
        ] {
            assert_eq!(calculate(rules, &costs).yen, yen, "{name}");
        }
    }

    /// The programmes known at the beginning, as the migrations carry them (SPEC 4.5).
    #[test]
    fn the_seeded_programmes_come_to_their_ceilings() {
        let db = crate::testing::test_db();
        let seeded = db.read_blocking(super::super::programme::list).unwrap();
        let plenty = [(Smartphone, 9_000_000), (ReceiptComputer, 9_000_000)];
        let ceilings: Vec<_> = seeded
            .iter()
            .map(|one| (one.rules.name.as_str(), calculate(&one.rules, &plenty).yen, one.rules.most()))
            .collect();
        assert_eq!(
            ceilings,
            [
                ("施術所等（資格確認限定型）", 41_000, 41_000),
                ("助産所（資格確認限定型）", 30_000, 30_000),
                ("居宅同意取得型・病院", 411_000, 411_000),
                ("居宅同意取得型・大型チェーン薬局", 85_000, 85_000),
                ("居宅同意取得型・診療所／薬局", 128_000, 128_000),
            ]
        );
        // A yen below the costs that reach the ceiling is a unit less.
        for (of, costs, yen) in [
            (0, vec![(Tablet, 40_999)], 40_000),
            (1, vec![(Tablet, 39_999)], 29_000),
            (2, vec![(Tablet, 41_000), (ReceiptComputer, 780_999)], 410_000),
            (3, vec![(Tablet, 41_000), (ReceiptComputer, 128_999)], 84_000),
            (4, vec![(Tablet, 41_000), (ReceiptComputer, 129_666)], 127_000),
        ] {
            assert_eq!(calculate(&seeded[of].rules, &costs).yen, yen, "{}", seeded[of].rules.name);
        }
        assert!(seeded.iter().all(|one| one.rules.validate().is_ok()));
    }

    #[test]
    fn the_steps_lead_to_the_amount() {
        let clinic = rules((3, 4), &[(DEVICES, 41_000), (&[ReceiptComputer], 130_000)], 171_000, 1_000);
        let calculation = calculate(&clinic, &[(Tablet, 52_800), (ReceiptComputer, 150_000)]);
        let told: Vec<_> = calculation.steps.iter().map(|step| (step.how.as_str(), step.yen)).collect();
        assert_eq!(
            told,
            [
                ("費用 52,800円（上限 41,000円）", 41_000),
                ("費用 150,000円（上限 130,000円）", 130_000),
                ("合計 171,000円（上限 171,000円）", 171_000),
                ("171,000円 × 3/4", 128_250),
                ("1,000円未満を切り捨て", 128_000),
            ]
        );
    }
}
