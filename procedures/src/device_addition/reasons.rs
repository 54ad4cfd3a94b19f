//! Canned reasons. Those of a return (差戻し) open one field for correction each;
//! 「その他」 has no text and needs one.

use uketsuke_core::application::procedure::{DecisionReason, FaultReason};
use uketsuke_core::application::reasons::ReasonAction;

use super::{DEVICES, REASON};

pub(super) const FAULT_REASONS: &[FaultReason] = &[
    FaultReason {
        code: "device_count_many",
        field: DEVICES.name,
        label: "追加する台数：職員数に比べて多い",
        text: "職員数といまある端末の数に比べて、追加する台数が多いようです。実際に使う台数をお確かめください。",
    },
    FaultReason { code: "device_count_other", field: DEVICES.name, label: "追加する台数：その他", text: "" },
    FaultReason {
        code: "reason_unclear",
        field: REASON.name,
        label: "追加する理由：もう少し詳しく",
        text: "端末を追加する理由を、だれが、どこで使うのかが分かるように入力してください。",
    },
    FaultReason { code: "reason_other", field: REASON.name, label: "追加する理由：その他", text: "" },
];

pub(super) const DECISION_REASONS: &[DecisionReason] = &[
    DecisionReason {
        action: ReasonAction::Reject,
        code: "not_needed",
        label: "追加が必要と認められない",
        text: "申請の内容では、端末の追加が必要であることを確認できないため、承認できません。",
    },
    DecisionReason {
        action: ReasonAction::Fewer,
        code: "many_for_staff",
        label: "職員数に比べて多い",
        text: "職員数といまある端末の数に比べて追加する台数が多いため、台数を減らして承認します。",
    },
];
