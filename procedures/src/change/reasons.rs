//! What the reviewer ticks off, and canned reasons. 「その他」 has no text and needs one.

use uketsuke_core::application::procedure::{CheckItem, DecisionReason, EVIDENCE_FIELD, FaultReason};
use uketsuke_core::application::reasons::ReasonAction;

use super::form::{ADDRESS, CODE, MANAGER};

pub(super) const CHECKLIST: [CheckItem; 3] = [
    CheckItem { code: "document", text: "書類で、変更のあとの内容を確かめられる" },
    CheckItem {
        code: "facility", text: "書類の施設が、申請した施設と同じ（承継では、前後の施設の関係が分かる）"
    },
    CheckItem { code: "readable", text: "書類のすべてのページが読み取れる" },
];

pub(super) const FAULT_REASONS: &[FaultReason] = &[
    FaultReason {
        code: "document_kind",
        field: EVIDENCE_FIELD,
        label: "書類：変更を確かめられない",
        text: "添付された書類では、変更の内容を確かめられません。変更届の控えや新しい通知書を添付してください。",
    },
    FaultReason {
        code: "document_unreadable",
        field: EVIDENCE_FIELD,
        label: "書類：読み取れない",
        text: "添付された書類の文字が読み取れません。明るいところで、全体が写るように撮り直してください。",
    },
    FaultReason { code: "document_other", field: EVIDENCE_FIELD, label: "書類：その他", text: "" },
    FaultReason {
        code: "address_differs",
        field: ADDRESS.name,
        label: "所在地：書類と違う",
        text: "入力された所在地が、添付された書類の所在地と違います。書類のとおりに入力してください。",
    },
    FaultReason { code: "address_other", field: ADDRESS.name, label: "所在地：その他", text: "" },
    FaultReason {
        code: "manager_differs",
        field: MANAGER.name,
        label: "管理者：書類と違う",
        text: "入力された管理者の氏名が、添付された書類の氏名と違います。書類のとおりに入力してください。",
    },
    FaultReason { code: "manager_other", field: MANAGER.name, label: "管理者：その他", text: "" },
    FaultReason {
        code: "code_differs",
        field: CODE.name,
        label: "新しい機関コード：書類と違う",
        text: "入力された新しい機関コードが、添付された書類の番号と違います。番号をお確かめください。",
    },
    FaultReason { code: "code_other", field: CODE.name, label: "新しい機関コード：その他", text: "" },
];

pub(super) const DECISION_REASONS: &[DecisionReason] = &[DecisionReason {
    action: ReasonAction::Reject,
    code: "not_shown",
    label: "変更を確認できない",
    text: "添付された書類では、申請された変更を確認できないため、承認できません。",
}];
