//! 「アプリのバージョン」: which versions of the client app are in use, the lowest one
//! that may be, and those that are stopped. Administrators.

pub mod list;
pub mod minimum;
pub mod stop;

use uketsuke_core::client_app::{AppFault, AppVersion};

/// The list's address.
const PATH: &str = "/settings/apps";
/// The open entry of the menu.
const MENU: &str = "/settings";

/// Where a version stands, with the colour of its tag.
pub(crate) fn standing(fault: Option<AppFault>) -> (&'static str, &'static str) {
    match fault {
        None => ("使用可", "green"),
        Some(AppFault::TooOld) => ("最低バージョン未満", "orange"),
        Some(AppFault::Stopped) => ("停止中", "dark"),
    }
}

/// A minimum, which may be none.
fn minimum_words(version: &str) -> &str {
    if version.is_empty() { "制限なし" } else { version }
}

/// Platform and version, in words.
pub(crate) fn name(app: &AppVersion) -> String {
    format!("{} {}", app.platform.label(), app.name())
}
