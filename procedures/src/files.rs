//! Attached files as a filing keeps them.

use serde::{Deserialize, Serialize};
use uketsuke_core::evidence::Evidence;
use uketsuke_web::words;

/// A file as it was when the application was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FiledFile {
    pub id: String,
    pub name: String,
    pub size_bytes: u64,
    pub sha256: String,
}

impl From<&Evidence> for FiledFile {
    fn from(file: &Evidence) -> Self {
        Self {
            id: file.id.as_str().to_owned(),
            name: file.original_name.clone(),
            size_bytes: file.size(),
            sha256: file.sha256.clone(),
        }
    }
}

/// Their names and sizes in one line.
pub(crate) fn named(files: &[FiledFile]) -> String {
    let one = |file: &FiledFile| format!("{}（{}）", file.name, words::file_size(file.size_bytes));
    files.iter().map(one).collect::<Vec<_>>().join("、")
}
