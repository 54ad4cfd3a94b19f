//! Why a file cannot be taken, in the words of the catalogue of error texts.

use std::io;

use crate::storage::StorageError;

/// What is wrong with an attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvidenceFault {
    /// No file was chosen.
    Missing,
    /// Another kind of file; the extension of its name, if that is fit to be shown.
    Kind {
        /// Lower-case letters and digits, without the dot.
        extension: Option<String>,
    },
    /// Larger than 100 MB; its size where the browser told it.
    TooLarge {
        /// The announced size.
        size_bytes: Option<u64>,
    },
    /// No bytes in it.
    Empty,
    /// Opens with a password only.
    Locked,
    /// An Excel book with macros.
    Macro,
    /// An Excel book that fetches values from other files.
    ExternalLinks,
    /// A picture with more pixels than can be handled.
    TooManyPixels,
    /// A virus was found in it.
    Infected,
    /// Cut off, damaged, or not what its name says.
    Broken,
    /// Its name holds a 個人番号.
    PersonalNumber,
    /// The application has ten files already.
    TooMany,
    /// The connection broke off before the file was here.
    CutOff,
    /// Nothing is wrong with it: the store does not take files just now.
    Unkept,
    /// Nothing is wrong with it: too many are on their way.
    Busy,
}

impl EvidenceFault {
    /// The sentence users read; `label` is the document's name (受領委任承諾通知書).
    pub fn sentence(&self, label: &str) -> String {
        match self {
            Self::Missing => format!("{label}を選んでください"),
            Self::Kind { extension: Some(extension) } => {
                format!("{label}はPDF・PNG・JPEG・Excelのどれかにしてください（選ばれたのは {extension} です）")
            }
            Self::Kind { extension: None } => {
                format!("{label}はPDF・PNG・JPEG・Excelのどれかにしてください")
            }
            Self::TooLarge { size_bytes } => {
                let now = size_bytes.map(|size| format!("（今は{}MBです）", megabytes(size))).unwrap_or_default();
                format!("{label}は100MBより小さくしてください{now}。写真は1枚ずつ送ると小さくなります")
            }
            Self::Empty => "中身のないファイルです".to_owned(),
            Self::Locked => "パスワード付きのファイルは確認できません。パスワードを外してください".to_owned(),
            Self::Macro => "マクロ付きのExcel（.xlsm）は受け取れません。.xlsxで保存し直してください".to_owned(),
            Self::ExternalLinks => {
                "ほかのファイルを参照しているExcelは受け取れません。参照をなくして保存し直してください".to_owned()
            }
            Self::TooManyPixels => {
                format!("{label}の画像が大きすぎます（5,000万画素まで）。小さくして選び直してください")
            }
            Self::Infected => "ウイルスの疑いがあるため受け取れません".to_owned(),
            Self::Broken => "ファイルを開けません。保存し直してから選んでください".to_owned(),
            Self::PersonalNumber => {
                "ファイルの名前にマイナンバー（個人番号）と思われる12桁の番号が入っています。名前を変えてから選んでください".to_owned()
            }
            Self::TooMany => "ファイルは10個までです。いらないファイルを外してから選んでください".to_owned(),
            Self::CutOff => "途中で切れました。もう一度選んでください。ほかの入力は残っています".to_owned(),
            Self::Unkept => {
                "いまはファイルを保存できません。数分おいてから、もう一度選んでください。ほかの入力は残っています".to_owned()
            }
            Self::Busy => {
                "ほかのファイルを送っている途中です。終わってから、もう一度選んでください。ほかの入力は残っています".to_owned()
            }
        }
    }

    /// A stable word for logs and counters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Kind { .. } => "kind",
            Self::TooLarge { .. } => "too_large",
            Self::Empty => "empty",
            Self::Locked => "locked",
            Self::Macro => "macro",
            Self::ExternalLinks => "external_links",
            Self::TooManyPixels => "too_many_pixels",
            Self::Infected => "infected",
            Self::Broken => "broken",
            Self::PersonalNumber => "personal_number",
            Self::TooMany => "too_many",
            Self::CutOff => "cut_off",
            Self::Unkept => "unkept",
            Self::Busy => "busy",
        }
    }
}

/// Whole megabytes (2²⁰), rounded up: one byte too many must not read as 100.
fn megabytes(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(1 << 20)
}

/// Why a file was not examined to the end: its own fault, or ours.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The user is told what is wrong with the file.
    #[error("the file cannot be taken: {}", .0.code())]
    Fault(EvidenceFault),
    /// The disk or the store failed; the same file may be taken later.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<EvidenceFault> for EvidenceError {
    fn from(fault: EvidenceFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for EvidenceError {
    fn from(error: io::Error) -> Self {
        Self::Storage(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_those_of_the_catalogue() {
        let label = "受領委任承諾通知書";
        let cases = [
            (EvidenceFault::Missing, "受領委任承諾通知書を選んでください"),
            (
                EvidenceFault::Kind { extension: Some("heic".to_owned()) },
                "受領委任承諾通知書はPDF・PNG・JPEG・Excelのどれかにしてください（選ばれたのは heic です）",
            ),
            (
                EvidenceFault::TooLarge { size_bytes: Some(132 << 20) },
                "受領委任承諾通知書は100MBより小さくしてください（今は132MBです）。写真は1枚ずつ送ると小さくなります",
            ),
            (
                EvidenceFault::TooLarge { size_bytes: Some(104_857_601) },
                "受領委任承諾通知書は100MBより小さくしてください（今は101MBです）。写真は1枚ずつ送ると小さくなります",
            ),
            (EvidenceFault::Empty, "中身のないファイルです"),
        ];
        for (fault, sentence) in cases {
            assert_eq!(fault.sentence(label), sentence);
        }
    }
}
