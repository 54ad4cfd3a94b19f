//! What can change, as one table: the boxes of each, and who decides.

use super::form::{ADDRESS, CODE, CONTACT_EMAIL, CONTACT_NAME, CONTACT_PHONE, MANAGER, OTHER, PHONE, POSTAL, REASON};
use crate::field::Field;

/// One thing that can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// 担当者
    Contact,
    /// 施設の電話番号
    Phone,
    /// 所在地
    Address,
    /// 管理者
    Manager,
    /// 承継
    Code,
}

/// A box of the form.
pub(super) struct InputBox {
    pub field: Field,
    pub hint: &'static str,
    pub required: bool,
}

const fn must(field: Field, hint: &'static str) -> InputBox {
    InputBox { field, hint, required: true }
}

struct Entry {
    what: What,
    value: &'static str,
    label: &'static str,
    hint: &'static str,
    reviewed: bool,
    names: &'static [&'static str],
    boxes: &'static [InputBox],
}

const ENTRIES: [Entry; 5] = [
    Entry {
        what: What::Contact,
        value: "contact",
        label: "担当者の氏名・電話番号・メールアドレス",
        hint: "すぐに変わります。ログインに使うメールアドレスは「登録情報」で変更します。",
        reviewed: false,
        names: &[CONTACT_NAME.name, CONTACT_PHONE.name, CONTACT_EMAIL.name],
        boxes: &[
            must(CONTACT_NAME, "例：山田 太郎"),
            must(CONTACT_PHONE, "例：03-1234-5678"),
            must(CONTACT_EMAIL, "例：taro@example.jp"),
        ],
    },
    Entry {
        what: What::Phone,
        value: "phone",
        label: "施設の電話番号",
        hint: "すぐに変わります。公開の一覧にも掲載されます。",
        reviewed: false,
        names: &[PHONE.name],
        boxes: &[must(PHONE, "例：03-1234-5678")],
    },
    Entry {
        what: What::Address,
        value: "address",
        label: "所在地",
        hint: "書類を添付し、審査担当が確認します（数日かかります）。",
        reviewed: true,
        names: &[POSTAL.name, ADDRESS.name],
        boxes: &[must(POSTAL, "例：100-0001"), must(ADDRESS, "都道府県から入力してください。")],
    },
    Entry {
        what: What::Manager,
        value: "manager",
        label: "管理者（施術管理者・開設者）",
        hint: "書類を添付し、審査担当が確認します（数日かかります）。",
        reviewed: true,
        names: &[MANAGER.name],
        boxes: &[must(MANAGER, "新しい管理者の氏名。例：山田 花子")],
    },
    Entry {
        what: What::Code,
        value: "code",
        label: "機関コード（承継）",
        hint: "法人化や移転などで番号が変わったとき。利用者、端末、申請の記録を引き継ぎます。書類を添付し、審査担当が確認します。",
        reviewed: true,
        names: &[CODE.name, REASON.name, OTHER.name],
        boxes: &[
            must(CODE, "新しい10桁の番号。新しい通知書に書かれています。"),
            must(REASON, ""),
            InputBox {
                field: OTHER, hint: "「その他」を選んだときに入力してください。200文字以内。", required: false
            },
        ],
    },
];

impl What {
    /// All, in the order offered.
    pub const ALL: [Self; 5] = [Self::Contact, Self::Phone, Self::Address, Self::Manager, Self::Code];

    fn entry(self) -> &'static Entry {
        // The table names each; a test walks them.
        ENTRIES.iter().find(|entry| entry.what == self).unwrap_or(&ENTRIES[0])
    }

    /// Reads what was sent.
    pub fn parse(value: &str) -> Option<Self> {
        ENTRIES.iter().find(|entry| entry.value == value).map(|entry| entry.what)
    }

    /// What is sent.
    pub fn as_str(self) -> &'static str {
        self.entry().value
    }

    /// What users read.
    pub fn label(self) -> &'static str {
        self.entry().label
    }

    /// What follows when it is chosen.
    pub fn hint(self) -> &'static str {
        self.entry().hint
    }

    /// Whether a reviewer decides.
    pub fn is_reviewed(self) -> bool {
        self.entry().reviewed
    }

    /// The names of its boxes.
    pub fn names(self) -> &'static [&'static str] {
        self.entry().names
    }

    /// Its boxes.
    pub fn boxes(self) -> &'static [InputBox] {
        self.entry().boxes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thing_stands_once_with_a_box_for_each_name() {
        for what in What::ALL {
            assert_eq!(What::parse(what.as_str()), Some(what));
            let boxes: Vec<&str> = what.boxes().iter().map(|one| one.field.name).collect();
            assert_eq!(boxes, what.names());
        }
    }
}
