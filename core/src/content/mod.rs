//! What everything that is published shares: which of the two sites it speaks to,
//! in which versions it was, and what its Markdown may hold.

mod address;
mod category;
pub mod markdown;
pub mod version;

pub use address::SiteChoice;
pub use category::Category;
pub use version::{Change, Line, Subject, Version};

use crate::error::{Error, Result};
use crate::scope::StaffScope;
use crate::staff::role::Permission;

/// Whether these eyes may see what is not published.
pub(crate) fn may_read(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::ReadContent) { Ok(()) } else { Err(Error::Forbidden) }
}

/// Whether these hands may write and publish.
pub(crate) fn may_edit(scope: &StaffScope) -> Result<()> {
    if scope.may(Permission::EditContent) { Ok(()) } else { Err(Error::Forbidden) }
}
