//! Canned reasons and the checklist.

use uketsuke_core::application::procedure::{CheckItem, DecisionReason, EVIDENCE_FIELD, FaultReason};
use uketsuke_core::application::reasons::ReasonAction;
use uketsuke_core::subsidy::payee;

use super::purchases;

pub(super) const CHECKLIST: &[CheckItem] = &[
    CheckItem { code: "receipt_readable", text: "領収書の店名・日付・金額が読み取れる" },
    CheckItem { code: "receipt_same", text: "領収書の内容と、購入したものの行が同じである" },
    CheckItem { code: "items_covered", text: "買ったものが、制度の対象になる品目である" },
    CheckItem {
        code: "no_duplicate", text: "同じ領収書で、ほかに申請がない（あるときは理由を確かめた）"
    },
    CheckItem { code: "payee_own", text: "振込先の名義が、施設または開設者のものである" },
];

const fn fault(code: &'static str, field: &'static str, label: &'static str, text: &'static str) -> FaultReason {
    FaultReason { code, field, label, text }
}

pub(super) const FAULT_REASONS: &[FaultReason] = &[
    fault(
        "receipt_unreadable",
        EVIDENCE_FIELD,
        "領収書：読み取れない",
        "領収書の文字が読み取れません。明るい場所で、領収書の全体が入るように撮り直して添付してください。",
    ),
    fault(
        "receipt_missing",
        EVIDENCE_FIELD,
        "領収書：足りない",
        "購入したもののうち、領収書の写しが添付されていないものがあります。すべての領収書の写しを添付してください。",
    ),
    fault(
        "breakdown_missing",
        EVIDENCE_FIELD,
        "領収書：内訳が分からない",
        "領収書だけでは、買ったものの内訳が分かりません。品名と金額が分かる内訳書や明細書を添付してください。",
    ),
    fault("receipt_other", EVIDENCE_FIELD, "領収書：その他", ""),
    fault(
        "purchase_differs",
        purchases::PIN,
        "購入したもの：領収書と違う",
        "入力された内容が、領収書の日付・店・金額と違います。領収書のとおりに入力してください。",
    ),
    fault("purchase_other", purchases::PIN, "購入したもの：その他", ""),
    fault(
        "payee_differs",
        payee::PIN.0,
        "振込先：確かめてください",
        "振込先の口座の名義または番号が正しくないようです。通帳を見て、もう一度入力してください。",
    ),
    fault("payee_other", payee::PIN.0, "振込先：その他", ""),
];

const fn decision(action: ReasonAction, code: &'static str, label: &'static str, text: &'static str) -> DecisionReason {
    DecisionReason { action, code, label, text }
}

pub(super) const DECISION_REASONS: &[DecisionReason] = &[
    decision(
        ReasonAction::Reject,
        "not_covered",
        "対象の費用ではない",
        "申請された費用は、この助成金の対象になる費用ではないため、交付できません。",
    ),
    decision(
        ReasonAction::Reject,
        "already_granted",
        "すでに交付を受けている",
        "同じ費用について、すでに助成金の交付を受けているため、交付できません。",
    ),
    decision(
        ReasonAction::Reject,
        "not_proven",
        "費用を確認できない",
        "添付された書類では、申請された費用を支払ったことを確認できないため、交付できません。",
    ),
];
