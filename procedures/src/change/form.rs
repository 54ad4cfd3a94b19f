//! What was typed, and what it means.

use serde::{Deserialize, Serialize};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};

use super::what::What;
use crate::field::Field;

pub(super) const WHAT: Field = Field { name: "what", label: "変わったもの" };
pub(super) const CONTACT_NAME: Field = Field { name: "contact_name", label: "担当者の氏名" };
pub(super) const CONTACT_PHONE: Field = Field { name: "contact_phone", label: "担当者の電話番号" };
pub(super) const CONTACT_EMAIL: Field = Field { name: "contact_email", label: "担当者のメールアドレス" };
pub(super) const PHONE: Field = Field { name: "phone", label: "施設の電話番号" };
pub(super) const POSTAL: Field = Field { name: "postal_code", label: "郵便番号" };
pub(super) const ADDRESS: Field = Field { name: "address", label: "新しい所在地" };
pub(super) const MANAGER: Field = Field { name: "manager_name", label: "新しい管理者の氏名" };
pub(super) const CODE: Field = Field { name: "new_code", label: "新しい機関コード" };
pub(super) const REASON: Field = Field { name: "succession_reason", label: "承継の理由" };
pub(super) const OTHER: Field = Field { name: "succession_other", label: "理由の内容" };

/// The reasons for 承継 (SPEC 4.6).
pub(super) const REASONS: [(&str, &str); 5] = [
    ("founder", "開設者変更"),
    ("incorporation", "法人化・個人化"),
    ("same_corporation", "同一法人内"),
    ("address", "所在地変更"),
    ("other", "その他"),
];

const NAME_MAX: usize = 50;
const ADDRESS_MAX: usize = 200;
const OTHER_MAX: usize = 200;
const EMAIL_MAX: usize = 254;

/// What changes, as understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Changed {
    Contact { name: String, phone: String, email: String },
    Phone { phone: String },
    Address { postal_code: String, address: String },
    Manager { name: String },
    Code { code: FacilityCode, reason: String, other: String },
}

impl Changed {
    pub fn what(&self) -> What {
        match self {
            Self::Contact { .. } => What::Contact,
            Self::Phone { .. } => What::Phone,
            Self::Address { .. } => What::Address,
            Self::Manager { .. } => What::Manager,
            Self::Code { .. } => What::Code,
        }
    }

    /// Its values by field, in words.
    pub fn values(&self) -> Vec<(Field, String)> {
        match self {
            Self::Contact { name, phone, email } => {
                vec![(CONTACT_NAME, name.clone()), (CONTACT_PHONE, phone.clone()), (CONTACT_EMAIL, email.clone())]
            }
            Self::Phone { phone } => vec![(PHONE, phone.clone())],
            Self::Address { postal_code, address } => vec![(POSTAL, postal_code.clone()), (ADDRESS, address.clone())],
            Self::Manager { name } => vec![(MANAGER, name.clone())],
            Self::Code { code, reason, other } => {
                let mut values = vec![(CODE, code.as_str().to_owned()), (REASON, reason_label(reason).to_owned())];
                if !other.is_empty() {
                    values.push((OTHER, other.clone()));
                }
                values
            }
        }
    }
}

fn reason_label(value: &str) -> &'static str {
    REASONS.iter().find(|reason| reason.0 == value).map_or("", |reason| reason.1)
}

/// Reads the boxes of one thing; every fault of them.
pub(super) fn read(
    what: What,
    facility: &Facility,
    answer: &dyn Fn(&str) -> String,
) -> std::result::Result<Changed, FieldErrors> {
    let mut errors = FieldErrors::default();
    let typed = |field: Field| answer(field.name);
    let changed = match what {
        What::Contact => {
            let name = take(&mut errors, CONTACT_NAME, fold::text(&typed(CONTACT_NAME), NAME_MAX));
            let phone = take(&mut errors, CONTACT_PHONE, fold::phone(&typed(CONTACT_PHONE)));
            let email = take(&mut errors, CONTACT_EMAIL, fold::email(&typed(CONTACT_EMAIL), EMAIL_MAX));
            (|| {
                let (phone, email) = (phone?.as_str().to_owned(), email?.as_typed().to_owned());
                Some(Changed::Contact { name: name?, phone, email })
            })()
        }
        What::Phone => take(&mut errors, PHONE, fold::phone(&typed(PHONE)))
            .map(|phone| Changed::Phone { phone: phone.as_str().to_owned() }),
        What::Address => {
            let postal_code = take(&mut errors, POSTAL, fold::postal_code(&typed(POSTAL)));
            let address = take(&mut errors, ADDRESS, fold::text(&typed(ADDRESS), ADDRESS_MAX));
            let address = address.filter(|address| in_prefecture(&mut errors, facility, address));
            postal_code.zip(address).map(|(postal_code, address)| Changed::Address { postal_code, address })
        }
        What::Manager => {
            take(&mut errors, MANAGER, fold::text(&typed(MANAGER), NAME_MAX)).map(|name| Changed::Manager { name })
        }
        What::Code => {
            let code = take(&mut errors, CODE, FacilityCode::read(facility.kind, &typed(CODE), None));
            let reason = typed(REASON);
            let reason = if reason_label(&reason).is_empty() { Err(FieldFault::NotChosen) } else { Ok(reason) };
            let reason = take(&mut errors, REASON, reason);
            let other = other(reason.as_deref(), &typed(OTHER));
            let other = take(&mut errors, OTHER, other);
            (|| Some(Changed::Code { code: code?, reason: reason?, other: other? }))()
        }
    };
    errors.into_result(changed)
}

fn take<T>(errors: &mut FieldErrors, field: Field, read: std::result::Result<T, FieldFault>) -> Option<T> {
    errors.take(field.name, field.label, read)
}

/// 「その他」 needs a text; beside other reasons it is left out.
fn other(reason: Option<&str>, typed: &str) -> std::result::Result<String, FieldFault> {
    if reason == Some("other") { fold::lines(typed, OTHER_MAX) } else { Ok(String::new()) }
}

/// A move to another prefecture comes with another code: that is 承継.
fn in_prefecture(errors: &mut FieldErrors, facility: &Facility, address: &str) -> bool {
    let here = address.starts_with(facility.prefecture.name());
    if !here {
        let sentence = format!(
            "新しい所在地は「{}」から入力してください。ほかの都道府県へ移ったときは、新しい番号で「機関コード（承継）」を選んでください",
            facility.prefecture.name()
        );
        errors.add(ADDRESS.name, ADDRESS.label, FieldFault::Sentence(sentence));
    }
    here
}
