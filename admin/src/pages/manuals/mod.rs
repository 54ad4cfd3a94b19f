//! 「手順書・マニュアル」: handbooks and their versions. Editors; auditors and support
//! read.

pub mod edit;
pub mod list;
pub mod show;
pub mod version;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::ManualId;

/// The list's address.
const PATH: &str = "/manuals";

fn parse(id: &str) -> Result<ManualId> {
    ManualId::parse(id).ok_or(Error::NotFound)
}
