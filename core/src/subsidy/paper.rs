//! What a notice says, once: the file and the page show the same lines.

use krilla::text::Font;

use super::decision::{Decision, Outcome};
use super::notice::Notice;
use crate::error::{Error, Result};
use crate::fold::wareki;
use crate::money::shown;
use crate::pdf::{PdfError, Sheet};

/// The title of the notice.
pub const fn title(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::Granted => "助成金交付決定通知書",
        Outcome::Refused => "助成金不交付決定通知書",
    }
}

/// The sentence under the title.
pub const fn sentence(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::Granted => "申請のあった助成金について、次のとおり交付することに決定しましたので、通知します。",
        Outcome::Refused => "申請のあった助成金について、次の理由により交付しないことに決定しましたので、通知します。",
    }
}

/// How it is paid, or what can be done.
pub const fn closing(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::Granted => {
            "助成金は、下の振込先にお振り込みします。お振込みの状況は、ポータルの申請の画面でご覧になれます。"
        }
        Outcome::Refused => "理由についてご不明な点は、お問い合わせ窓口にご連絡ください。",
    }
}

/// Who issues it.
pub const ISSUER: &str = "オンライン資格確認等 助成金担当";

/// The facts of a decision, line by line.
pub fn facts(decision: &Decision) -> Vec<(String, String)> {
    let decided = &decision.decided;
    let mut rows = vec![
        ("受付番号", decided.receipt_number.clone()),
        ("機関コード", decided.facility_code.clone()),
        ("施設名", decided.facility_name.clone()),
        ("制度", decided.programme.clone()),
        ("申請額", shown(decided.claimed)),
    ];
    match decision.outcome {
        Outcome::Granted => {
            rows.push(("交付決定額", shown(decision.yen)));
            if !decided.annexed.is_empty() {
                rows.push(("併設の施術所", format!("{}（合わせて1回の交付です）", decided.annexed)));
            }
        }
        Outcome::Refused => rows.push(("交付しない理由", decided.reason.clone())),
    }
    rows.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The account it is paid to, line by line: enough for its owner to know it.
pub fn account(decision: &Decision) -> Vec<(String, String)> {
    let payee = &decision.payee;
    let rows = [("金融機関・支店", payee.place()), ("口座", payee.masked()), ("口座名義", payee.holder_shown())];
    rows.into_iter().map(|(label, value)| (label.to_owned(), value)).collect()
}

/// The purchases: what, claimed, counted, why less.
pub fn lines(decision: &Decision) -> Vec<Vec<String>> {
    let row = |line: &super::decision::DecidedLine| {
        vec![line.label.clone(), shown(line.claimed), shown(line.counted), line.reason.clone()]
    };
    decision.decided.lines.iter().map(row).collect()
}

/// How the amount came about: what, how, how much.
pub fn steps(decision: &Decision) -> Vec<Vec<String>> {
    let steps = &decision.decided.calculation.steps;
    steps.iter().map(|step| vec![step.label.clone(), step.how.clone(), shown(step.yen)]).collect()
}

/// The heads of [`lines`].
pub const LINE_HEADS: [&str; 4] = ["購入したもの", "申請の額", "認めた額", "減らした理由"];
/// The heads of [`steps`].
pub const STEP_HEADS: [&str; 3] = ["区分", "計算", "額"];

/// The notice as a file. The same decision and number give the same bytes. A letter
/// that the font lacks stands as 〓, as in print: the page shows it.
///
/// # Errors
/// When the file cannot be written.
pub fn draw(decision: &Decision, notice: &Notice, font: &Font) -> Result<Vec<u8>> {
    match compose(decision, notice, font, &[]) {
        Err(PdfError::Letters(lacking)) => compose(decision, notice, font, &lacking),
        done => done,
    }
    .map_err(Error::internal)
}

fn compose(
    decision: &Decision,
    notice: &Notice,
    font: &Font,
    lacking: &[char],
) -> std::result::Result<Vec<u8>, PdfError> {
    let one = |text: &str| text.replace(lacking, "〓");
    let pairs = |rows: Vec<(String, String)>| -> Vec<_> { rows.iter().map(|(a, b)| (one(a), one(b))).collect() };
    let grid = |rows: Vec<Vec<String>>| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| one(cell)).collect()).collect()
    };
    let mut sheet = Sheet::new(font.clone(), title(decision));
    sheet.right(&notice.name());
    sheet.right(&wareki(notice.issued_on));
    sheet.paragraph(&format!("{}　御中", one(&decision.decided.facility_name)));
    sheet.right(ISSUER);
    sheet.heading(title(decision));
    sheet.paragraph(sentence(decision));
    sheet.facts(&pairs(facts(decision)));
    sheet.paragraph(closing(decision));
    if decision.outcome == Outcome::Granted {
        sheet.subheading("購入したもの");
        sheet.table(&LINE_HEADS, &[0.4, 0.17, 0.17, 0.26], &grid(lines(decision)), &[false, true, true, false]);
        sheet.subheading("額の計算");
        sheet.table(&STEP_HEADS, &[0.3, 0.45, 0.25], &grid(steps(decision)), &[false, false, true]);
        sheet.subheading("振込先");
        sheet.facts(&pairs(account(decision)));
    }
    sheet.finish()
}
