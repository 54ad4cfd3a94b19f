//! Why the business says no: a closed list with a stable code for programs and
//! logs, and one sentence each for people.

use crate::scan::ScanState;

/// A reason to refuse. Each says what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The mailed link is past its time.
    LinkExpired,
    /// The mailed link did its work already.
    LinkUsed,
    /// A newer mail replaced this link.
    LinkReplaced,
    /// Too many tries; later again.
    TooManyTries,
    /// This facility has an open usage-start application already.
    UsageStartOpen,
    /// This facility's usage start was approved already.
    UsageStartApproved,
    /// This facility has an application of this kind under way.
    ApplicationOpen,
    /// Only once the usage start is approved, and only by people of the facility.
    UsageStartFirst,
    /// Only people of the facility may, once they are known to belong to it.
    NotVerified,
    /// An office is in an annex at most once, and in no chain.
    AnnexTaken,
    /// The facility is in no annex.
    NoAnnex,
    /// The office takes part already: there is nothing to be exempt from.
    TakesPart,
    /// A declaration of exemption holds already.
    ExemptAlready,
    /// The end of the use is set already.
    EndsAlready,
    /// The day that was chosen is past by now.
    DayPassed,
    /// The master does not know the new code (yet).
    CodeUnknown,
    /// The new code is the old one.
    CodeSame,
    /// Somebody uses the service under the new code.
    CodeInUse,
    /// What this approval did cannot be undone.
    NoUndo,
    /// No programme is for facilities of this kind.
    NoSubsidy,
    /// The programme takes no claims yet, or not any more.
    SubsidyWindow,
    /// A grant needs a device in use.
    SubsidyDevice,
    /// The facility, or the other office of its annex, has a grant or a claim already.
    SubsidyTaken,
    /// What is counted comes to no money.
    SubsidyNothing,
    /// No grant waits to be paid.
    NothingToPay,
    /// No account is configured from which to pay.
    NoPayer,
    /// Applications under way stand in the way.
    OthersOpen,
    /// The facility has left the master.
    FacilityClosed,
    /// The step is not possible in the application's present state.
    NotInThisState,
    /// The application is claimed by a colleague.
    ClaimedByOther,
    /// Documents prove it: somebody has to look at it by itself.
    NotByItself,
    /// What was stated differs from the master.
    FactsDiffer,
    /// Nobody approves what they sent or reviewed themselves.
    FourEyes,
    /// This kind of application is decided by a second person.
    NeedsSecondPerson,
    /// The time in which a decision can be undone is over, or its letter left.
    UndoOver,
    /// The facility may have seen the decision already.
    UndoSeen,
    /// This colleague does not review, or not any more.
    NotAReviewer,
    /// Nobody changes their own rights or locks themselves out.
    OwnAccount,
    /// The back office keeps at least one administrator.
    LastAdministrator,
    /// More devices than one application may ask for or be given.
    TooManyDevices,
    /// Every place for an account is taken.
    NoPlaces,
    /// The verification by match is closed; documents remain.
    MatchClosed,
    /// The device account is not in a state that allows this.
    DeviceState,
    /// The client app is older than it may be.
    AppTooOld,
    /// This version of the client app is stopped.
    AppStopped,
    /// The activation code was used, ended or expired.
    ActivationOver,
    /// This address works in the back office already.
    StaffKnown,
    /// Whoever handed a master file in does not apply it.
    ImportSamePerson,
    /// Another import is changing the master right now.
    ImportRunning,
    /// A later import builds on this one.
    ImportOvertaken,
    /// The virus scanner has not seen the file yet.
    FileUnscanned,
    /// A virus was found in the file.
    FileInfected,
    /// The virus scanner cannot scan the file.
    FileUnscannable,
    /// The file's term was over, and it was erased.
    FileErased,
    /// A file with a virus stands in the way of the application.
    AttachedInfected,
    /// The step is not possible in the inquiry's present state.
    InquiryState,
    /// A colleague has the inquiry in hand.
    InquiryHeld,
    /// Two inquiries are not of the same asker.
    InquiryOfOther,
    /// This colleague does not answer inquiries, or not any more.
    NotAnAnswerer,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LinkExpired => "link_expired",
            Self::LinkUsed => "link_used",
            Self::LinkReplaced => "link_replaced",
            Self::TooManyTries => "too_many_tries",
            Self::UsageStartOpen => "usage_start_open",
            Self::UsageStartApproved => "usage_start_approved",
            Self::ApplicationOpen => "application_open",
            Self::UsageStartFirst => "usage_start_first",
            Self::NotVerified => "not_verified",
            Self::AnnexTaken => "annex_taken",
            Self::NoAnnex => "no_annex",
            Self::TakesPart => "takes_part",
            Self::ExemptAlready => "exempt_already",
            Self::EndsAlready => "ends_already",
            Self::DayPassed => "day_passed",
            Self::CodeUnknown => "code_unknown",
            Self::CodeSame => "code_same",
            Self::CodeInUse => "code_in_use",
            Self::NoUndo => "no_undo",
            Self::NoSubsidy => "no_subsidy",
            Self::SubsidyWindow => "subsidy_window",
            Self::SubsidyDevice => "subsidy_device",
            Self::SubsidyTaken => "subsidy_taken",
            Self::SubsidyNothing => "subsidy_nothing",
            Self::NothingToPay => "nothing_to_pay",
            Self::NoPayer => "no_payer",
            Self::OthersOpen => "others_open",
            Self::FacilityClosed => "facility_closed",
            Self::NotInThisState => "not_in_this_state",
            Self::ClaimedByOther => "claimed_by_other",
            Self::NotByItself => "not_by_itself",
            Self::FactsDiffer => "facts_differ",
            Self::FourEyes => "four_eyes",
            Self::NeedsSecondPerson => "needs_second_person",
            Self::UndoOver => "undo_over",
            Self::UndoSeen => "undo_seen",
            Self::NotAReviewer => "not_a_reviewer",
            Self::OwnAccount => "own_account",
            Self::LastAdministrator => "last_administrator",
            Self::TooManyDevices => "too_many_devices",
            Self::NoPlaces => "no_places",
            Self::MatchClosed => "match_closed",
            Self::DeviceState => "device_state",
            Self::AppTooOld => "app_too_old",
            Self::AppStopped => "app_stopped",
            Self::ActivationOver => "activation_over",
            Self::StaffKnown => "staff_known",
            Self::ImportSamePerson => "import_same_person",
            Self::ImportRunning => "import_running",
            Self::ImportOvertaken => "import_overtaken",
            Self::FileUnscanned => "file_unscanned",
            Self::FileInfected => "file_infected",
            Self::FileUnscannable => "file_unscannable",
            Self::FileErased => "file_erased",
            Self::AttachedInfected => "attached_infected",
            Self::InquiryState => "inquiry_state",
            Self::InquiryHeld => "inquiry_held",
            Self::InquiryOfOther => "inquiry_of_other",
            Self::NotAnAnswerer => "not_an_answerer",
        }
    }

    /// The sentence users read.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::LinkExpired => "このリンクは期限が切れています。新しいメールを送り直してください。",
            Self::LinkUsed => "このリンクは使用済みです。手続きはすでに完了しています。",
            Self::LinkReplaced => "新しいメールが届いています。一番新しいメールのリンクを開いてください。",
            Self::TooManyTries => "続けて操作されたため、少し待ってからもう一度お試しください。",
            Self::ApplicationOpen => {
                "この施設の同じ申請を、すでに受け付けています。結果が出てから、次の申請をしてください。"
            }
            Self::UsageStartFirst => {
                "この申請は、利用開始が承認されたあとに、施設の方がおこなえます。申請の状況をご確認ください。"
            }
            Self::UsageStartOpen => "この施設の利用開始申請はすでに受け付けています。申請の状況をご確認ください。",
            Self::UsageStartApproved => {
                "この施設の利用開始申請はすでに承認されています。端末の追加は「端末機器追加申請」から行えます。"
            }
            Self::NotVerified => {
                "この申請は、施設の方であることの確認が済んでからおこなえます。確認は、利用開始申請の承認で行われます。"
            }
            Self::AnnexTaken => {
                "どちらかの施術所が、すでに併設として申告されています。申告を変えるには、先に今の申告を取り消してください。"
            }
            Self::NoAnnex => "この施設には、取り消す併設の申告がありません。",
            Self::TakesPart => {
                "この施設はすでに資格確認の利用を始めています。利用をやめるときは、利用終了申請をしてください。"
            }
            Self::ExemptAlready => {
                "やむを得ない事由をすでに申告しています。内容を変えるには、先に今の申告を取り下げてください。"
            }
            Self::NoSubsidy => "この所属機関を対象とする助成金の制度はありません。",
            Self::SubsidyWindow => "今は、助成金の申請を受け付けている期間ではありません。受付の期間をご確認ください。",
            Self::SubsidyDevice => "助成金の申請には、使用中の端末が1台以上必要です。先に端末の設定をしてください。",
            Self::SubsidyTaken => {
                "この施設、または併設の施術所が、同じ制度の助成金をすでに申請しているか、交付を受けています。申請できるのは1回だけです。"
            }
            Self::SubsidyNothing => {
                "認める額から計算した助成金が0円になります。認める額を確かめるか、却下を選んでください。"
            }
            Self::NothingToPay => "振込を待っている交付決定はありません。",
            Self::NoPayer => {
                "振込元の口座が設定されていません。システムの設定（UKETSUKE_TRANSFER_PAYER）を確かめてください。"
            }
            Self::EndsAlready => {
                "利用を終了する日がすでに決まっています。日を変えるには、先に利用終了申請を取り下げてください。"
            }
            Self::DayPassed => "選んだ日が過ぎています。日付を入力し直してから送ってください。",
            Self::CodeUnknown => {
                "新しい機関コードが、施設マスタにまだありません。届出の反映には最大2週間かかります。反映されてから承認できます。"
            }
            Self::CodeSame => "新しい機関コードが、いまの機関コードと同じです。番号をお確かめください。",
            Self::CodeInUse => {
                "新しい機関コードでは、すでに利用や申請が行われています。コールセンターへお問い合わせください。"
            }
            Self::NoUndo => "この承認は元に戻せません。内容を直すには、もう一度変更申請をしていただいてください。",
            Self::OthersOpen => {
                "審査中または差戻し中の申請があります。取り下げるか、結果が出てから、もう一度お試しください。"
            }
            Self::FacilityClosed => {
                "この施設は廃止として登録されています。お心当たりがない場合はコールセンターへお問い合わせください。"
            }
            Self::NotInThisState => {
                "この申請は、今の状態ではこの操作ができません。画面を更新して状態をご確認ください。"
            }
            Self::ClaimedByOther => "この申請はほかの担当者が審査中です。",
            Self::NotByItself => "照合で確認していない申請です。書類を見て、1件ずつ承認してください。",
            Self::FactsDiffer => "登録情報と違うところがあります。内容を見て、1件ずつ承認してください。",
            Self::FourEyes => "ご自分が担当した案件は承認できません。別の承認者が行ってください。",
            Self::NeedsSecondPerson => "この申請は2人で判断します。承認を依頼してください。",
            Self::UndoOver => "元に戻せる時間が過ぎたか、申請者へのメールが送られています。元には戻せません。",
            Self::UndoSeen => "施設の方が結果をすでに見ている可能性があるため、元には戻せません。",
            Self::NotAReviewer => "この職員は審査を担当できません。別の職員を選んでください。",
            Self::OwnAccount => "ご自分の権限や利用の停止は変更できません。別の管理者に頼んでください。",
            Self::LastAdministrator => "管理者がいなくなるため、変更できません。先に別の職員を管理者にしてください。",
            Self::TooManyDevices => "台数が上限を超えています。台数を減らしてください。",
            Self::NoPlaces => {
                "承認された台数のアカウントは、すべて作成済みです。使わないアカウントを失効するか、端末の追加を申請してください。"
            }
            Self::MatchClosed => "照合による確認はできなくなりました。書類を添付して申請してください。",
            Self::DeviceState => "この端末は、今の状態ではこの操作ができません。画面を更新して状態をご確認ください。",
            Self::AppTooOld => "アプリのバージョンが古いため、使えません。アプリを最新のものに更新してください。",
            Self::AppStopped => "このバージョンのアプリは停止されています。アプリを最新のものに更新してください。",
            Self::ActivationOver => "このアクティベーションコードは使えません。再発行してください。",
            Self::StaffKnown => "このメールアドレスの職員はすでに登録されています。",
            Self::ImportSamePerson => {
                "ファイルを送った人は、ご自分では反映できません。別の管理者が内容を確かめて反映してください。"
            }
            Self::ImportRunning => {
                "いま別の取込が施設マスタを更新しています。何も変わっていません。終わってからもう一度お試しください。"
            }
            Self::ImportOvertaken => {
                "この取込のあとに別の取込が反映されています。新しい取込から順に取り消してください。"
            }
            Self::FileUnscanned => ScanState::Pending.held_back(),
            Self::FileInfected => ScanState::Infected.held_back(),
            Self::FileUnscannable => ScanState::Unscannable.held_back(),
            Self::FileErased => "保存期間を過ぎたため消去しました。",
            Self::AttachedInfected => {
                "添付したファイルにウイルスの疑いがあるため、送信できません。そのファイルを外し、別のファイルを添付してください。"
            }
            Self::InquiryState => {
                "このお問い合わせは、今の状態ではこの操作ができません。画面を更新して状態をご確認ください。"
            }
            Self::InquiryHeld => "このお問い合わせはほかの担当者が対応しています。",
            Self::InquiryOfOther => {
                "別の方のお問い合わせとは統合できません。同じ方、同じ施設、同じメールアドレスのものだけを統合できます。"
            }
            Self::NotAnAnswerer => "この職員はお問い合わせに回答できません。別の職員を選んでください。",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
