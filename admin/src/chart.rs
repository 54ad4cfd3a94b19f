//! Charts as the templates draw them: bars and lines in SVG, made on the server,
//! without a script (`templates/admin/chart.html`).
//!
//! Widths are percentages of the screen and texts keep their size, so that a chart
//! reads the same on paper, on a desk and on a phone. Figures stand beside the bars.

use uketsuke_core::spreadsheet::Cell;
use uketsuke_web::words::{date_time_full, digits, plain_date};

/// Height of one bar with a label of one line, in CSS pixels.
const ROW: usize = 48;
/// Height of each further line of a label.
const LINE: usize = 18;
/// Characters that fit a line of a label on a phone.
const LABEL: usize = 20;
/// The widest bar, percent of the chart: its figure stands behind it.
const WIDEST: f64 = 58.0;
/// Height of the area of lines, in units of its own.
const LINE_HEIGHT: f64 = 100.0;

/// Horizontal bars, one below another.
#[derive(Debug, Clone)]
pub struct Bars {
    /// The id on its page.
    pub id: &'static str,
    /// What it shows, for those who do not see it.
    pub title: String,
    /// The gist in a sentence, likewise.
    pub description: String,
    /// The bars.
    pub rows: Vec<Bar>,
}

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// Its figure, as it is written beside it.
    pub figure: String,
    /// The length, as a share of the longest (0 to 1).
    pub share: f64,
    /// Whether it shows what is late; said in the label too.
    pub late: bool,
}

impl Bar {
    /// The label in lines that fit a phone, each with its place below the row's top.
    pub fn label_lines(&self) -> Vec<(usize, String)> {
        let mut lines = vec![String::new()];
        // Lines break after a mark only: words stay whole.
        for word in self.label.split_inclusive(['、', '・', '：']) {
            let last = lines.len() - 1;
            if !lines[last].is_empty() && lines[last].chars().count() + word.chars().count() > LABEL {
                lines.push(word.to_owned());
            } else {
                lines[last].push_str(word);
            }
        }
        lines.into_iter().enumerate().map(|(n, line)| (16 + n * LINE, line)).collect()
    }

    fn more_lines(&self) -> usize {
        self.label_lines().len() - 1
    }
}

impl Bars {
    /// Bars of these amounts, the largest as wide as there is room.
    pub fn of(
        id: &'static str,
        title: &str,
        description: String,
        amounts: impl IntoIterator<Item = (String, i64, bool)>,
    ) -> Self {
        let amounts: Vec<_> = amounts.into_iter().collect();
        let most = amounts.iter().map(|(_, amount, _)| *amount).max().unwrap_or(0).max(1);
        let bar = |(label, amount, late): (String, i64, bool)| Bar {
            label,
            figure: format!("{}件", digits(amount)),
            share: amount as f64 / most as f64,
            late,
        };
        Self { id, title: title.to_owned(), description, rows: amounts.into_iter().map(bar).collect() }
    }

    /// The whole height.
    pub fn height(&self) -> usize {
        self.top(&self.rows.len())
    }

    /// Where the n-th row begins.
    pub fn top(&self, row: &usize) -> usize {
        self.rows.iter().take(*row).map(|bar| ROW + bar.more_lines() * LINE).sum()
    }

    /// Where the bar of the n-th row begins, below its label.
    pub fn bar_top(&self, row: &usize) -> usize {
        self.top(row) + 22 + self.rows.get(*row).map_or(0, Bar::more_lines) * LINE
    }

    /// A bar's width, percent.
    pub fn width(&self, bar: &Bar) -> String {
        format!("{:.1}%", bar.share.clamp(0.0, 1.0) * WIDEST)
    }
}

/// Lines over the same days or weeks.
#[derive(Debug, Clone)]
pub struct Lines {
    /// The id on its page.
    pub id: &'static str,
    /// What it shows, for those who do not see it.
    pub title: String,
    /// The gist in a sentence, likewise.
    pub description: String,
    /// The words at the left end of the axis.
    pub first: String,
    /// The words at the right end.
    pub last: String,
    /// The value at the top, in words.
    pub top: String,
    /// The lines, two at most: one whole, one dashed.
    pub lines: Vec<Line>,
    /// How many places there are.
    pub places: usize,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it stands for.
    pub label: String,
    /// `x,y` pairs.
    pub points: String,
    /// Drawn with dashes; said in the legend.
    pub dashed: bool,
}

impl Lines {
    /// Lines of these values over `places`; a missing value is left out.
    pub fn of(
        id: &'static str,
        (title, description): (&str, String),
        (first, last): (String, String),
        values: Vec<(&str, Vec<Option<f64>>)>,
        unit: &str,
    ) -> Self {
        let most = values.iter().flat_map(|(_, all)| all.iter().flatten()).fold(0.0_f64, |a, b| a.max(*b));
        let ceiling = ceiling(most);
        let places = values.first().map_or(0, |(_, all)| all.len());
        let line = |(at, (label, all)): (usize, &(&str, Vec<Option<f64>>))| Line {
            label: (*label).to_owned(),
            points: points(all, ceiling),
            dashed: at > 0,
        };
        Self {
            id,
            title: title.to_owned(),
            description,
            first,
            last,
            top: format!("{}{unit}", digits(ceiling)),
            lines: values.iter().enumerate().map(line).collect(),
            places,
        }
    }

    /// The coordinates inside: one unit per place, upside down.
    pub fn view_box(&self) -> String {
        format!("0 0 {} {LINE_HEIGHT}", self.places.saturating_sub(1).max(1))
    }
}

fn points(values: &[Option<f64>], ceiling: f64) -> String {
    let point = |(x, value): (usize, &Option<f64>)| {
        value.map(|value| format!("{x},{:.1}", LINE_HEIGHT - value / ceiling * LINE_HEIGHT))
    };
    values.iter().enumerate().filter_map(point).collect::<Vec<_>>().join(" ")
}

/// The next round number: 1, 2 or 5 times a power of ten.
fn ceiling(most: f64) -> f64 {
    let mut step = 1.0;
    loop {
        if let Some(round) = [1.0, 2.0, 5.0].map(|n| n * step).into_iter().find(|round| *round >= most) {
            return round;
        }
        step *= 10.0;
    }
}

/// A table's cell as the page shows it.
pub fn words(cell: &Cell) -> String {
    match cell {
        Cell::Empty => "－".to_owned(),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => digits(number),
        Cell::Decimal(number) => format!("{number:.1}"),
        Cell::Date(on) => plain_date(*on),
        Cell::Time(at) => date_time_full(at.utc()),
    }
}

/// Whether it is set to the right.
pub fn is_number(cell: &Cell) -> bool {
    matches!(cell, Cell::Number(_) | Cell::Decimal(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;

    #[derive(Template)]
    #[template(
        source = r#"{% import "admin/chart.html" as chart %}{{ chart::bar_chart(bars) }}{{ chart::line_chart(lines) }}"#,
        ext = "html"
    )]
    struct Both {
        bars: Bars,
        lines: Lines,
    }

    #[test]
    fn charts_are_drawn_as_they_were() {
        let amounts = [("0営業日", 12, false), ("5営業日以上（期限超過）", 3, true), ("<b>", 0, false)];
        let bars = Bars::of(
            "waiting",
            "審査待ち",
            "もっとも多いのは0営業日の12件です。".to_owned(),
            amounts.map(|(label, amount, late)| (label.to_owned(), amount, late)),
        );
        let lines = Lines::of(
            "flow",
            ("1日ごと", "受付は合計6件です。".to_owned()),
            ("11月18日".to_owned(), "11月20日".to_owned()),
            vec![("受付", vec![Some(0.0), Some(6.0), Some(3.0)]), ("決定", vec![None, Some(1.0), None])],
            "件",
        );
        let drawn = Both { bars, lines }.render().expect("renders");
        assert_eq!(drawn.trim(), include_str!("chart_snapshot.html").trim(), "as drawn now:\n{drawn}");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        for (most, round) in [(0.0, 1.0), (1.0, 1.0), (1.5, 2.0), (6.0, 10.0), (21.0, 50.0), (1001.0, 2000.0)] {
            assert_eq!(ceiling(most), round, "{most}");
        }
    }

    #[test]
    fn a_long_label_takes_two_lines() {
        let label = "あん摩マッサージ指圧師、はり師、きゅう師の施術所";
        let bars = Bars::of("x", "x", String::new(), [(label.to_owned(), 1, false), ("助産所".to_owned(), 1, false)]);
        let lines: Vec<_> = bars.rows[0].label_lines().into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, ["あん摩マッサージ指圧師、はり師、", "きゅう師の施術所"]);
        assert_eq!((bars.bar_top(&0), bars.top(&1), bars.bar_top(&1), bars.height()), (40, 66, 88, 114));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        let bars = Bars::of("x", "x", String::new(), []);
        assert_eq!(bars.height(), 0);
        let lines = Lines::of("x", ("x", String::new()), Default::default(), vec![("x", vec![])], "件");
        assert_eq!((lines.view_box().as_str(), lines.lines[0].points.as_str()), ("0 0 1 100", ""));
    }
}
