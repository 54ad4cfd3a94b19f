//! Canned reasons. Those of a return (差戻し) open one field for correction each;
//! 「その他」 has no text and needs one. The reviewer may edit every text.

use uketsuke_core::application::procedure::{DecisionReason, EVIDENCE_FIELD, FaultReason};
use uketsuke_core::application::reasons::ReasonAction;

use super::form::{DEVICES, STAFF};

const fn reason(code: &'static str, field: &'static str, label: &'static str, text: &'static str) -> FaultReason {
    FaultReason { code, field, label, text }
}

pub(super) const FAULT_REASONS: &[FaultReason] = &[
    reason(
        "evidence_unreadable",
        EVIDENCE_FIELD,
        "書類：読み取れない",
        "添付された書類の文字が読み取れません。明るい場所で、書類の全体が入るように撮り直して添付してください。",
    ),
    reason(
        "evidence_incomplete",
        EVIDENCE_FIELD,
        "書類：一部が欠けている",
        "添付された書類の一部のページ、または端が欠けています。すべてのページを添付してください。",
    ),
    reason(
        "evidence_wrong_document",
        EVIDENCE_FIELD,
        "書類：別の種類の書類",
        "申請に必要な書類とは別の書類が添付されています。画面に書かれた名前の書類を添付してください。",
    ),
    reason(
        "evidence_other_facility",
        EVIDENCE_FIELD,
        "書類：施設名・番号が申請と違う",
        "書類の施設名または番号が、申請された施設と違います。申請する施設の書類を添付してください。",
    ),
    reason(
        "evidence_outdated",
        EVIDENCE_FIELD,
        "書類：古い内容",
        "書類の内容が現在の届出と違います。最新の書類を添付してください。",
    ),
    reason("evidence_other", EVIDENCE_FIELD, "書類：その他", ""),
    reason(
        "staff_count_doubtful",
        STAFF.name,
        "職員数：確認が必要",
        "職員数をお確かめください。施設で働く方の人数（施術管理者や管理者を含みます）を入力してください。",
    ),
    reason("staff_count_other", STAFF.name, "職員数：その他", ""),
    reason(
        "device_count_many",
        DEVICES.name,
        "申請台数：職員数に比べて多い",
        "職員数に比べて申請台数が多いようです。実際に使う台数をお確かめください。",
    ),
    reason("device_count_other", DEVICES.name, "申請台数：その他", ""),
];

const fn decision(action: ReasonAction, code: &'static str, label: &'static str, text: &'static str) -> DecisionReason {
    DecisionReason { action, code, label, text }
}

pub(super) const DECISION_REASONS: &[DecisionReason] = &[
    decision(
        ReasonAction::Reject,
        "not_eligible",
        "対象の施設ではない",
        "申請された施設は、資格確認限定型オンライン資格確認の対象の施設ではないため、承認できません。",
    ),
    decision(
        ReasonAction::Reject,
        "not_proven",
        "施設を確認できない",
        "添付された書類では、申請された施設の方であることを確認できないため、承認できません。",
    ),
    decision(
        ReasonAction::Reject,
        "filed_elsewhere",
        "別の窓口の手続である",
        "申請された施設の利用開始は、このポータルではなく別の窓口で受け付けているため、承認できません。",
    ),
    decision(
        ReasonAction::Fewer,
        "many_for_staff",
        "職員数に比べて多い",
        "職員数に比べて申請台数が多いため、台数を減らして承認します。必要なときは端末の追加を申請してください。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_code_and_every_field_an_other() {
        let codes: std::collections::HashSet<_> = FAULT_REASONS.iter().map(|r| r.code).collect();
        assert_eq!(codes.len(), FAULT_REASONS.len());
        for field in [EVIDENCE_FIELD, STAFF.name, DEVICES.name] {
            assert_eq!(FAULT_REASONS.iter().filter(|r| r.field == field && r.text.is_empty()).count(), 1, "{field}");
        }
    }
}
