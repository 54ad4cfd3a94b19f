//! The tables behind the charts: what a page shows in its fold and a file holds.

use uketsuke_core::spreadsheet::Column;

/// Which figure; also the part of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// What waits, by age in business days.
    Waiting,
    /// What waits, by bureau.
    Bureaus,
    /// Received and decided per day.
    Flow,
    /// Received and decided by kind and prefecture.
    Places,
    /// How long decisions took, by week.
    Times,
    /// Reasons for returns.
    Reasons,
    /// 利用申請済 and 準備完了 by kind.
    Kinds,
    /// 利用申請済 and 準備完了 by prefecture.
    Prefectures,
    /// 利用申請済 and 準備完了 by week.
    Weeks,
}

/// Columns, and behind them those that tell how far facilities have come.
macro_rules! with_coverage {
    ($($head:expr),+) => {
        &[
            $($head,)+
            ALL,
            Column::new("利用申請済施設数", 16),
            Column::new("利用申請済の割合（%）", 20),
            Column::new("準備完了施設数", 16),
            Column::new("準備完了の割合（%）", 20),
            Column::new("運用開始済施設数", 16),
            Column::new("運用開始済の割合（%）", 20),
            Column::new("やむを得ない事由", 16),
            Column::new("やむを得ない事由の割合（%）", 26),
            Column::new("未参加", 12),
            Column::new("未参加の割合（%）", 18),
        ]
    };
}

/// Every figure with its address, its title (of the heading and the file) and the
/// columns of its table, in the order of the page.
const FIGURES: &[(Figure, &str, &str, &[Column])] = &[
    (Figure::Waiting, "waiting", "審査を待っている申請", &[AGE, COUNT]),
    (Figure::Bureaus, "bureaus", "厚生局ごとの審査待ち", &[BUREAU, COUNT]),
    (Figure::Flow, "flow", "1日ごとの受付と決定", &[DAY, RECEIVED, DECIDED, AT_ONCE]),
    (Figure::Places, "places", "所属機関・都道府県ごとの受付と決定", &[KIND, PREFECTURE, RECEIVED, DECIDED, AT_ONCE]),
    (Figure::Times, "times", "決定までの日数", &[WEEK, Column::new("決定（件）", 12), MEDIAN, NINETY]),
    (Figure::Reasons, "reasons", "差戻しの理由", &[Column::new("申請", 20), Column::new("理由", 40), COUNT]),
    (Figure::Kinds, "kinds", "所属機関ごとの利用状況", with_coverage!(KIND)),
    (Figure::Prefectures, "prefectures", "都道府県ごとの利用状況", with_coverage!(BUREAU, PREFECTURE)),
    (Figure::Weeks, "weeks", "利用状況の推移", with_coverage!(WEEK)),
];

const AGE: Column = Column::new("待っている営業日数", 28);
const COUNT: Column = Column::new("件数", 10);
const BUREAU: Column = Column::new("厚生局", 18);
const DAY: Column = Column::new("日付", 12);
const WEEK: Column = Column::new("週の初め（月曜日）", 18);
const RECEIVED: Column = Column::new("受付", 10);
const DECIDED: Column = Column::new("決定", 10);
const AT_ONCE: Column = Column::new("うち照合による承認", 18);
const KIND: Column = Column::new("所属機関", 40);
const PREFECTURE: Column = Column::new("都道府県", 12);
const MEDIAN: Column = Column::new("中央値（営業日）", 16);
const NINETY: Column = Column::new("90%点（営業日）", 16);
const ALL: Column = Column::new("全施設数", 12);

impl Figure {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        FIGURES.iter().map(|entry| entry.0)
    }

    /// The figure of an address.
    pub fn parse(text: &str) -> Option<Self> {
        FIGURES.iter().find(|entry| entry.1 == text).map(|entry| entry.0)
    }

    /// The part of the address.
    pub fn key(self) -> &'static str {
        self.entry().1
    }

    /// The heading, and the name of the file.
    pub fn title(self) -> &'static str {
        self.entry().2
    }

    /// The columns of the table.
    pub fn columns(self) -> &'static [Column] {
        self.entry().3
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str, &'static [Column]) {
        // The table names every figure; a test walks them.
        FIGURES.iter().find(|entry| entry.0 == self).unwrap_or(&FIGURES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_stands_once_under_its_own_address_and_fits_the_name_of_a_sheet() {
        use Figure::*;
        for figure in [Waiting, Bureaus, Flow, Places, Times, Reasons, Kinds, Prefectures, Weeks] {
            assert_eq!(Figure::parse(figure.key()), Some(figure));
            assert_eq!(Figure::all().filter(|other| *other == figure).count(), 1);
            assert!(figure.title().chars().count() <= 31, "{}", figure.title());
        }
    }
}
