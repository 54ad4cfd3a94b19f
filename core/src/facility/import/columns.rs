//! Which column holds what: by headings in Japanese or English, in any order,
//! or by the fixed places of the bureaus' list, which has no headings.

use csv::StringRecord;

use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};

/// What a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Code,
    Kind,
    Prefecture,
    Name,
    Kana,
    PostalCode,
    Address,
    Phone,
    AccountNumber,
    ManagerName,
    ManagerBirthDate,
    DesignatedOn,
    ClosedOn,
}

/// Every column: its words in reports, and the headings it goes by.
const COLUMNS: [(Column, &str, &[&str]); 13] = [
    (
        Column::Code,
        "機関コード",
        &[
            "機関コード",
            "コード",
            "登録記号番号",
            "医療機関コード",
            "薬局コード",
            "助産所コード",
            "健診・保健指導機関番号",
            "code",
            "facility_code",
        ],
    ),
    (Column::Kind, "所属機関", &["所属機関", "種別", "区分", "kind"]),
    (Column::Prefecture, "都道府県", &["都道府県", "都道府県番号", "都道府県コード", "prefecture"]),
    (Column::Name, "名称", &["名称", "施設名", "施設名称", "施術所名", "医療機関名", "医療機関名称", "name"]),
    (Column::Kana, "フリガナ", &["フリガナ", "カナ", "名称カナ", "kana"]),
    (Column::PostalCode, "郵便番号", &["郵便番号", "postal_code", "zip"]),
    (Column::Address, "住所", &["住所", "所在地", "address"]),
    (Column::Phone, "電話番号", &["電話番号", "電話", "phone"]),
    (Column::AccountNumber, "口座番号", &["口座番号", "account_number"]),
    (
        Column::ManagerName,
        "施術管理者",
        &["施術管理者", "施術管理者氏名", "施術管理者の氏名", "管理者", "管理者氏名", "開設者", "manager_name"],
    ),
    (
        Column::ManagerBirthDate,
        "施術管理者の生年月日",
        &[
            "施術管理者の生年月日",
            "施術管理者の生年月日（西暦）",
            "施術管理者生年月日",
            "生年月日",
            "manager_birth_date",
        ],
    ),
    (Column::DesignatedOn, "指定日", &["指定日", "指定年月日", "指定開始日", "designated_on"]),
    (Column::ClosedOn, "廃止日", &["廃止日", "廃止年月日", "指定終了日", "closed_on"]),
];

impl Column {
    /// The word of reports and forms.
    pub(super) fn label(self) -> &'static str {
        COLUMNS.iter().find(|(column, ..)| *column == self).map_or("", |(_, label, _)| label)
    }

    /// Whether its values must not be shown.
    pub(super) fn is_secret(self) -> bool {
        matches!(self, Self::AccountNumber | Self::ManagerBirthDate)
    }

    fn of_heading(heading: &str) -> Option<Self> {
        let heading = key(heading);
        COLUMNS.iter().find(|(_, _, names)| names.iter().any(|name| key(name) == heading)).map(|(column, ..)| *column)
    }
}

/// Headings compare by width, case and blanks folded away.
fn key(heading: &str) -> String {
    crate::fold::search_key(heading)
}

/// Where each column stands in the file at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    /// By headings.
    Headed {
        /// Column and place.
        places: Vec<(Column, usize)>,
        /// Headings that mean nothing to us.
        ignored: Vec<String>,
        /// All columns, those without a heading too.
        width: usize,
    },
    /// 9-digit code, 7-digit code, name, postal code, address.
    BureauList,
}

impl Layout {
    /// Reads the first record. With `kind_given`, a record that begins with a
    /// nine-digit code is the first row of a bureau's list.
    pub(super) fn of(first: &StringRecord, kind_given: bool) -> Result<Self> {
        if kind_given && is_bureau_row(first) {
            return Ok(Self::BureauList);
        }
        let (mut places, mut ignored) = (Vec::<(Column, usize)>::new(), Vec::new());
        for (place, heading) in first.iter().enumerate() {
            match Column::of_heading(heading) {
                Some(column) if places.iter().any(|(known, _)| *known == column) => {
                    return Err(fault(format!("「{}」の列が2つあります。1つにしてください", column.label())));
                }
                Some(column) => places.push((column, place)),
                None if heading.trim().is_empty() => {}
                None => ignored.push(heading.chars().take(40).collect()),
            }
        }
        complete(&places, kind_given)?;
        Ok(Self::Headed { places, ignored, width: first.len() })
    }

    /// The cell of a column; `None` when the file has no such column.
    pub(super) fn cell<'r>(&self, record: &'r StringRecord, column: Column) -> Option<&'r str> {
        let place = match self {
            Self::Headed { places, .. } => places.iter().find(|(known, _)| *known == column)?.1,
            Self::BureauList => match column {
                Column::Code => 0,
                Column::Name => 2,
                Column::PostalCode => 3,
                Column::Address => 4,
                _ => return None,
            },
        };
        Some(record.get(place).unwrap_or_default())
    }

    /// Cells every record has: fewer, and the file was cut off or is out of shape;
    /// more, and a value holds a comma that nobody quoted.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Headed { width, .. } => *width,
            Self::BureauList => 5,
        }
    }
}

fn is_bureau_row(record: &StringRecord) -> bool {
    let digits = |place: usize, count: usize| {
        crate::fold::digits(record.get(place).unwrap_or_default()).is_ok_and(|digits| digits.len() == count)
    };
    record.len() == 5 && digits(0, 9) && digits(1, 7)
}

fn complete(places: &[(Column, usize)], kind_given: bool) -> Result<()> {
    let has = |column: Column| places.iter().any(|(known, _)| *known == column);
    let needed = [Column::Code, Column::Name, Column::Kind];
    let missing: Vec<&str> = needed
        .into_iter()
        .filter(|column| !(has(*column) || kind_given && *column == Column::Kind))
        .map(Column::label)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(fault(format!(
        "1行目に見出し（{}）がありません。見出しのない厚生局の一覧は、所属機関を選んで取り込んでください",
        missing.join("、")
    )))
}

/// Something wrong with the file as a whole.
pub(super) fn fault(sentence: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.add("file", "ファイル", FieldFault::Sentence(sentence));
    Error::Invalid(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(cells: &[&str]) -> StringRecord {
        StringRecord::from(cells.to_vec())
    }

    #[test]
    fn headings_are_found_in_any_order_and_width() {
        let first = record(&["名称", " 機関コード", "備考", "ＫＩＮＤ", "口座番号", ""]);
        let layout = Layout::of(&first, false).expect("a layout");
        let row = record(&["はな整骨院", "2712345000", "x", "judo_therapy", "123"]);
        assert_eq!(layout.cell(&row, Column::Code), Some("2712345000"));
        assert_eq!(layout.cell(&row, Column::AccountNumber), Some("123"));
        assert_eq!(layout.cell(&row, Column::Phone), None);
        assert_eq!(layout.width(), 6);
        assert!(matches!(layout, Layout::Headed { ignored, .. } if ignored == ["備考"]));
    }

    #[test]
    fn missing_and_doubled_headings_are_named() {
        let sentence = |cells: &[&str], kind_given| match Layout::of(&record(cells), kind_given) {
            Err(Error::Invalid(errors)) => errors.of("file").concat(),
            other => panic!("{other:?}"),
        };
        assert!(sentence(&["code", "住所"], false).contains("名称、所属機関"));
        assert!(sentence(&["code", "住所"], true).contains("（名称）"));
        assert!(sentence(&["code", "name", "登録記号番号"], true).contains("「機関コード」の列が2つ"));
        assert!(sentence(&["010112489", "0112489", "病院", "0050813", "札幌市"], false).contains("厚生局の一覧"));
    }

    #[test]
    fn a_bureaus_list_is_known_by_its_codes() {
        let first = record(&["010112489", "0112489", "愛全病院", "0050813", "札幌市"]);
        assert_eq!(Layout::of(&first, true).expect("a layout"), Layout::BureauList);
    }
}
