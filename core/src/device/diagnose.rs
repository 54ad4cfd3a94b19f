//! What keeps a device from working, and who can mend it: told to the device
//! itself, for the person in front of it. One thing at a time: the first that blocks.

use super::check::{Client, Reason};
use crate::client_app::AppFault;
use crate::facility::feature::Feature;

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mender {
    /// Whoever holds the device.
    User,
    /// The facility, in the portal.
    Facility,
    /// The call centre 「コールセンター」.
    Desk,
}

impl Mender {
    /// As the API names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Facility => "facility",
            Self::Desk => "desk",
        }
    }
}

/// One thing that blocks a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Stable, for programs.
    pub code: &'static str,
    /// What is the matter.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// Who can.
    pub mender: Mender,
}

const fn cause(code: &'static str, title: &'static str, advice: &'static str, mender: Mender) -> Cause {
    Cause { code, title, advice, mender }
}

/// The device's clock is off by more than proofs may be.
pub const CLOCK: Cause = cause(
    "clock_off",
    "端末の時計がずれています。",
    "端末の設定で、日付と時刻の自動設定をオンにしてください。",
    Mender::User,
);

/// What the app is used for is switched off at its facility.
pub const FEATURE_OFF: Cause = cause(
    "feature_off",
    "この機能は、施設の設定でオフになっています。",
    "ポータルの「環境設定情報更新」で、使う機能をオンにしてください。",
    Mender::Facility,
);

/// The first thing that blocks a device, if anything does. Of the features, the one
/// that is `wanted`, else any, has to be on.
pub fn first_cause(client: &Client, wanted: Option<Feature>) -> Option<Cause> {
    let off = client.features.is_some_and(|on| wanted.map_or(on.is_empty(), |wanted| !on.has(wanted)));
    client.inactive.map(cause_of).or(off.then_some(FEATURE_OFF))
}

/// What a reason to refuse a device means for the person in front of it.
pub const fn cause_of(reason: Reason) -> Cause {
    match reason {
        Reason::Suspended => cause(
            "suspended",
            "この端末は停止中です。",
            "端末が手元にあるときは、ポータルの「端末」で利用を再開してください。",
            Mender::Facility,
        ),
        Reason::Revoked => cause(
            "revoked",
            "この端末は失効しています。",
            "続けて使うときは、ポータルの「端末」で設定情報を確かめ、端末を設定し直してください。",
            Mender::Facility,
        ),
        Reason::Ended | Reason::Token | Reason::Unknown => cause(
            "replaced",
            "この端末の設定は、新しい設定に置き換わりました。",
            "この端末を使うときは、ポータルの「端末」で再発行し、設定し直してください。",
            Mender::Facility,
        ),
        Reason::FacilityClosed => cause(
            "facility_closed",
            "この施設は、廃止として登録されています。",
            "廃止していないときは、コールセンターへお問い合わせください。",
            Mender::Desk,
        ),
        Reason::FacilityStopped => cause(
            "facility_stopped",
            "この施設の端末は、すべて停止しています。",
            "理由をポータルで確かめ、コールセンターへお問い合わせください。",
            Mender::Desk,
        ),
        Reason::NotStarted => cause(
            "not_started",
            "このアカウントは、開始日の前です。",
            "開始日になってから使ってください。開始日は、ポータルの「端末」で確かめられます。",
            Mender::Facility,
        ),
        Reason::App(AppFault::TooOld) => cause(
            "app_too_old",
            "アプリのバージョンが古いため、使えません。",
            "アプリを最新のものに更新してください。",
            Mender::User,
        ),
        Reason::App(AppFault::Stopped) => cause(
            "app_stopped",
            "このバージョンのアプリは停止されています。",
            "アプリを最新のものに更新してください。更新がまだないときは、アプリのお知らせをお待ちください。",
            Mender::User,
        ),
        Reason::NotRegistered => cause(
            "usage_ended",
            "この施設の利用登録が終わっています。",
            "続けて使うときは、ポータルで利用開始申請をしてください。",
            Mender::Facility,
        ),
    }
}
