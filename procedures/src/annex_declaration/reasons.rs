//! Canned reasons. Those of a return (差戻し) open one field for correction each;
//! 「その他」 has no text and needs one.

use uketsuke_core::application::procedure::{DecisionReason, EVIDENCE_FIELD, FaultReason};
use uketsuke_core::application::reasons::ReasonAction;

use super::steps::CODE;

pub(super) const FAULT_REASONS: &[FaultReason] = &[
    FaultReason {
        code: "document_kind",
        field: EVIDENCE_FIELD,
        label: "書類：種類が違う",
        text: "添付された書類では確認できません。従たる施術所の受領委任承諾通知書を添付してください。",
    },
    FaultReason {
        code: "document_unreadable",
        field: EVIDENCE_FIELD,
        label: "書類：読み取れない",
        text: "添付された書類の文字が読み取れません。明るいところで、全体が写るように撮り直してください。",
    },
    FaultReason { code: "document_other", field: EVIDENCE_FIELD, label: "書類：その他", text: "" },
    FaultReason {
        code: "other_code_wrong",
        field: CODE.name,
        label: "登録記号番号：書類と違う",
        text: "入力された登録記号番号が、添付された書類の番号と違います。番号をお確かめください。",
    },
    FaultReason { code: "other_code_other", field: CODE.name, label: "登録記号番号：その他", text: "" },
];

pub(super) const DECISION_REASONS: &[DecisionReason] = &[
    DecisionReason {
        action: ReasonAction::Reject,
        code: "other_place",
        label: "同じ場所にない",
        text: "2つの施術所が同じ場所にあることを確認できないため、承認できません。",
    },
    DecisionReason {
        action: ReasonAction::Reject,
        code: "objected",
        label: "従たる施術所が同意していない",
        text: "従たる施術所の同意を確認できないため、承認できません。",
    },
];
