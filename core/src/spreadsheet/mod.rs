//! Tables as files that spreadsheets open: Excel books, and CSV in UTF-8 or in
//! CP932 for old programs. One writer, three formats, row by row to the disk.
//! Forms to be filled in with Excel stand beside it.

mod cell;
mod cp932;
mod csv_table;
mod form_sheet;
mod table;
#[cfg(test)]
mod tests;
mod xlsx;

pub use cell::{Cell, Column};
pub use cp932::lost;
pub use csv_table::CsvTable;
pub use form_sheet::{FormColumn, FormSheet, Takes};
pub use table::{TableWriter, Written};

use crate::db::text_enum;

text_enum! {
    /// The format of a file.
    pub enum Format {
        /// An Excel book.
        Xlsx = "xlsx",
        /// CSV in UTF-8 with its mark.
        CsvUtf8 = "csv",
        /// CSV in CP932, which many call Shift_JIS.
        CsvCp932 = "csv_cp932",
    }
}

impl Format {
    /// The words users choose by.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Xlsx => "Excel（.xlsx）",
            Self::CsvUtf8 => "CSV（UTF-8）",
            Self::CsvCp932 => "CSV（Shift_JIS、古いソフト用）",
        }
    }

    /// The last part of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::CsvUtf8 | Self::CsvCp932 => "csv",
        }
    }

    /// The type under which it is answered.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::CsvUtf8 => "text/csv; charset=utf-8",
            Self::CsvCp932 => "text/csv; charset=shift_jis",
        }
    }
}
