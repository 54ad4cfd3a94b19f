//! Attached files as a filing keeps them.

use serde::{Deserialize, Serialize};
use uketsuke_core::evidence::{ERASED_NAME, Evidence};
use uketsuke_web::words;

/// A file as it was when the application was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FiledFile {
    pub id: String,
    pub name: String,
    pub size_bytes: u64,
    pub sha256: String,
}

impl FiledFile {
    /// Its name, as long as it has one: erasing a file takes it out of the filing too.
    fn shown(&self) -> &str {
        if self.name.is_empty() { ERASED_NAME } else { &self.name }
    }
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
    let one = |file: &FiledFile| format!("{}（{}）", file.shown(), words::file_size(file.size_bytes));
    files.iter().map(one).collect::<Vec<_>>().join("、")
}
