//! An import's report in the words of the command line.

use uketsuke_core::facility::import::Report;

/// The report in lines.
pub fn words(report: &Report) -> String {
    let mut lines = vec![format!(
        "{}、{}行：新規 {}、変更 {}、廃止の取消し {}、廃止 {}、廃止の予定 {}、変更なし {}、重なり {}、取り込めない行 {}",
        report.encoding,
        report.rows,
        report.opened,
        report.changed,
        report.reopened,
        report.closed,
        report.closing,
        report.unchanged,
        report.duplicates,
        report.refused
    )];
    let kinds = report.kinds.iter();
    lines.extend(
        kinds.map(|k| {
            format!("  {}：開設中 {}、ファイル {}、廃止 {}", k.kind.label(), k.open_before, k.named, k.closed)
        }),
    );
    if !report.ignored_columns.is_empty() {
        lines.push(format!("読まなかった列：{}", report.ignored_columns.join("、")));
    }
    let cells = report.refused_cells.iter();
    lines.extend(cells.map(|c| format!("{}行目 {}「{}」：{}", c.line, c.column, c.value, c.reason)));
    for changed in &report.changed_examples {
        let fields = changed.changes.iter().map(|f| format!("{} {} → {}", f.label, f.before, f.after));
        lines.push(format!(
            "変更 {} {}：{}",
            changed.facility.code,
            changed.facility.name,
            fields.collect::<Vec<_>>().join("、")
        ));
    }
    lines.extend(report.closed_examples.iter().map(|f| format!("廃止 {} {}", f.code, f.name)));
    let repeated = report.duplicate_examples.iter().take(5);
    lines.extend(repeated.map(|d| format!("重なり {}行目 {}（はじめは{}行目）", d.line, d.code, d.first_line)));
    if report.rehashed > 0 {
        lines.push(format!("照合情報を新しい鍵に移した施設：{}件", report.rehashed));
    }
    if report.doubtful > 0 {
        lines.push(format!("検査数字が合わないコード（取り込みます）：{}件", report.doubtful));
    }
    lines.join("\n")
}
