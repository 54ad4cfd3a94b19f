//! Devices of every facility, for staff.

pub mod export;
pub mod index;
pub mod show;

use uketsuke_core::device::DeviceState;

/// The words and the tone of a device's state.
pub(crate) fn state_words(state: DeviceState) -> (&'static str, &'static str) {
    match state {
        DeviceState::Issued => ("未設定", "blue-line"),
        DeviceState::Active => ("設定済み", "green"),
        DeviceState::Suspended => ("停止中", "orange"),
        DeviceState::Revoked => ("失効", "grey"),
    }
}
