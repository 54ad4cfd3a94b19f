//! The rows of the device register, as the rest of the product reads them.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::state::DeviceState;
use crate::db::{At, text_enum};
use crate::ids::{ActivationId, ApplicationId, CredentialId, DeviceId, FacilityId};
use crate::schema::{activations, credentials, devices};
use crate::secret::TokenHash;

/// 端末識別メモ: the longest, in characters.
pub const LABEL_MAX_CHARS: usize = 40;
/// At most so many devices per application (SPEC 4.1); also a rule of the table.
pub const PER_APPLICATION: u32 = 20;
/// At most so many wrong tries per activation code (SPEC 4.2).
pub const TRIES_PER_CODE: i32 = 5;

text_enum! {
    /// What the holder of a device account may do 「権限」.
    pub enum AccountRole {
        /// 一般利用者: asks for eligibility. What every account of 資格確認限定型 is.
        General = "general",
        /// 医療情報閲覧: reads medical information too, where the patient consents.
        MedicalInformation = "medical_information",
    }
}

impl AccountRole {
    /// The word users read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::General => "一般利用者",
            Self::MedicalInformation => "医療情報閲覧",
        }
    }
}

/// A device account 「資格確認アカウント」.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = devices)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// Whose device.
    pub facility_id: FacilityId,
    /// The application it was granted by.
    pub application_id: ApplicationId,
    /// Its place among the devices of that application, 1–20.
    pub slot: i32,
    /// `W` and seven digits; of the facility's own choosing at 居宅同意取得型.
    pub user_id: String,
    /// 端末識別メモ; may be empty.
    pub label: String,
    /// Where it stands.
    pub state: DeviceState,
    /// Counts changes of state; tokens of an earlier generation are worthless.
    pub generation: i64,
    /// When it was reported lost.
    pub lost_at: Option<At>,
    /// Since when it is suspended.
    pub suspended_at: Option<At>,
    /// When it was revoked.
    pub revoked_at: Option<At>,
    /// When a device last took the account over.
    pub activated_at: Option<At>,
    /// When it was last checked, to within a batch.
    pub last_used_at: Option<At>,
    /// For compare-and-set.
    pub revision: i64,
    /// When it was issued.
    pub created_at: At,
    /// When it last changed.
    pub updated_at: At,
    /// What its holder may do.
    pub role: AccountRole,
    /// 氏名 of its holder (居宅同意取得型), else empty.
    pub holder_name: String,
    /// フリガナ of its holder, else empty.
    pub holder_kana: String,
    /// Its first day of use (Asia/Tokyo); none means at once.
    pub starts_on: Option<NaiveDate>,
    /// When it was first checked, as far as is known.
    pub first_used_at: Option<At>,
}

impl Device {
    /// How people call it: the label, else its holder, else the ID.
    pub fn name(&self) -> &str {
        [&self.label, &self.holder_name].into_iter().find(|name| !name.is_empty()).unwrap_or(&self.user_id)
    }
}

/// One activation code with its initial password.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = activations)]
pub(super) struct Activation {
    pub id: ActivationId,
    pub device_id: DeviceId,
    pub code_mac: String,
    pub password_mac: String,
    pub sealed: Option<String>,
    pub tries: i32,
    pub expires_at: At,
    pub used_at: Option<At>,
    pub ended_at: Option<At>,
    pub created_at: At,
    pub revealed_at: Option<At>,
    /// For another device beside the one in use.
    pub swap: bool,
}

impl Activation {
    /// Whether the code can be typed at `now`.
    pub(super) fn is_open(&self, now: At) -> bool {
        self.used_at.is_none() && self.ended_at.is_none() && now < self.expires_at
    }

    pub(super) fn standing(&self, now: At) -> CodeStanding {
        match (self.used_at, self.is_open(now)) {
            (Some(at), _) => CodeStanding::Used { at },
            (None, true) => CodeStanding::Open { until: self.expires_at },
            (None, false) if self.expires_at <= now => CodeStanding::Expired { at: self.expires_at },
            (None, false) if self.tries >= TRIES_PER_CODE => CodeStanding::TriedTooOften,
            (None, false) => CodeStanding::Ended,
        }
    }
}

/// Where the newest activation code of a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStanding {
    /// Can be shown and typed.
    Open {
        /// Until when.
        until: At,
    },
    /// Was typed; the secrets are gone.
    Used {
        /// When.
        at: At,
    },
    /// Its time is over.
    Expired {
        /// Since when.
        at: At,
    },
    /// Typed wrongly too often.
    TriedTooOften,
    /// Ended with its device, or replaced.
    Ended,
}

text_enum! {
    /// Whether a key pair still speaks for its device.
    pub enum CredentialState {
        /// It does.
        Active = "active",
        /// It will from its first use on, when it takes over from another one.
        Incoming = "incoming",
        /// No more.
        Ended = "ended",
    }
}

/// A device's key pair, as far as the server knows it: the OAuth client.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = credentials)]
pub(super) struct Credential {
    pub id: CredentialId,
    pub device_id: DeviceId,
    pub activation_id: ActivationId,
    pub jwk: String,
    pub thumbprint: String,
    pub registration_token_hash: TokenHash,
    pub metadata: String,
    pub state: CredentialState,
    pub created_at: At,
    pub ended_at: Option<At>,
    /// The version of the client app, as far as the device named one.
    pub app_id: Option<i32>,
}
