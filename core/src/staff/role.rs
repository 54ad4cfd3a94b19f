//! Who in the back office may what: one table of role and permission.

use crate::db::text_enum;

text_enum! {
    /// A role of the back office (SPEC 5).
    pub enum Role {
        /// 審査担当
        Reviewer = "reviewer",
        /// 承認者
        Approver = "approver",
        /// サポート
        Support = "support",
        /// 広報
        Editor = "editor",
        /// 管理者
        Administrator = "administrator",
        /// 監査: reads everything, changes nothing.
        Auditor = "auditor",
    }
}

/// Something a page or a button needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// See applications and their evidence.
    ReadApplications,
    /// Claim, return, reject, approve; propose where a second person decides.
    Review,
    /// Decide, as the second person, what a colleague proposed.
    Approve,
    /// Say who reviews what waits.
    Assign,
    /// Write internal notes.
    WriteNotes,
    /// See facilities and their devices.
    ReadFacilities,
    /// Look at the portal as a facility sees it; every page looked at is recorded.
    WatchFacility,
    /// Suspend and revoke devices.
    ManageDevices,
    /// Import the facility master.
    ImportMaster,
    /// Set holidays, canned reasons, limits, and who decides.
    ManageSettings,
    /// Invite, disable and re-role staff; make credentials.
    ManageStaff,
    /// See programmes, payments and books of 助成金.
    ReadSubsidies,
    /// Keep programmes and budgets of 助成金.
    ManageSubsidies,
    /// Put payments together and book what comes back.
    Pay,
    /// See notices, questions, handbooks and texts before they are published.
    ReadContent,
    /// Write and publish them.
    EditContent,
    /// See what mail went out.
    ReadMail,
    /// Send a mail once more.
    ResendMail,
    /// Run jobs again that were given up.
    ManageJobs,
    /// Read the audit trail.
    ReadAudit,
    /// See what people ask, and what was answered.
    ReadInquiries,
    /// Answer, close and merge inquiries; keep answers ready; note phone calls.
    AnswerInquiries,
}

/// The whole table.
pub const PERMISSIONS: &[(Role, &[Permission])] = {
    use Permission::*;
    &[
        (Role::Reviewer, &[ReadApplications, Review, WriteNotes, ReadFacilities, ReadSubsidies, ReadInquiries]),
        (
            Role::Approver,
            &[ReadApplications, Review, Approve, Assign, WriteNotes, ReadFacilities, ReadSubsidies, ReadInquiries],
        ),
        (
            Role::Support,
            &[
                ReadApplications,
                WriteNotes,
                ReadFacilities,
                WatchFacility,
                ManageDevices,
                ReadContent,
                ReadMail,
                ResendMail,
                ReadInquiries,
                AnswerInquiries,
            ],
        ),
        (Role::Editor, &[ReadContent, EditContent, ReadInquiries]),
        (
            Role::Administrator,
            &[
                ReadApplications,
                Assign,
                WriteNotes,
                ReadFacilities,
                WatchFacility,
                ManageDevices,
                ImportMaster,
                ReadSubsidies,
                ManageSubsidies,
                Pay,
                ManageSettings,
                ManageStaff,
                ReadContent,
                EditContent,
                ReadMail,
                ResendMail,
                ManageJobs,
                ReadAudit,
                ReadInquiries,
                AnswerInquiries,
            ],
        ),
        (
            Role::Auditor,
            &[
                ReadApplications,
                ReadFacilities,
                WatchFacility,
                ReadSubsidies,
                ReadContent,
                ReadMail,
                ReadAudit,
                ReadInquiries,
            ],
        ),
    ]
};

impl Permission {
    /// Every permission, in the order of the table that administrators see.
    pub const ALL: &'static [Self] = {
        use Permission::*;
        &[
            ReadApplications,
            Review,
            Approve,
            Assign,
            WriteNotes,
            ReadFacilities,
            WatchFacility,
            ManageDevices,
            ImportMaster,
            ReadSubsidies,
            ManageSubsidies,
            Pay,
            ReadContent,
            EditContent,
            ReadInquiries,
            AnswerInquiries,
            ReadMail,
            ResendMail,
            ManageJobs,
            ReadAudit,
            ManageSettings,
            ManageStaff,
        ]
    };

    /// What it allows, in the words staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadApplications => "申請と書類を見る",
            Self::Review => "申請を担当し、審査する",
            Self::Approve => "提案された判断を承認する",
            Self::Assign => "申請の担当者を決める",
            Self::WriteNotes => "職員だけのメモを残す",
            Self::ReadFacilities => "施設と端末を見る",
            Self::WatchFacility => "施設に見える画面を見る",
            Self::ManageDevices => "端末を停止・失効させる",
            Self::ImportMaster => "施設マスタを取り込む",
            Self::ReadSubsidies => "助成金の制度・支払・帳簿を見る",
            Self::ManageSubsidies => "助成金の制度と予算を変更する",
            Self::Pay => "助成金の振込を準備し、記録する",
            Self::ReadContent => "お知らせ・質問・手順書の下書きを見る",
            Self::EditContent => "お知らせ・質問・手順書を書いて公開する",
            Self::ReadInquiries => "お問い合わせを見る",
            Self::AnswerInquiries => "お問い合わせに回答する",
            Self::ReadMail => "送信メールと処理の状況を見る",
            Self::ResendMail => "メールをもう一度送る",
            Self::ManageJobs => "止まった処理をもう一度実行する",
            Self::ReadAudit => "証跡を見る・検証する",
            Self::ManageSettings => "理由・休日・判断のしかたを設定する",
            Self::ManageStaff => "職員を招待・変更・停止する",
        }
    }

    /// Whether somebody with it changes something for others.
    pub const fn writes(self) -> bool {
        use Permission::{
            ReadApplications, ReadAudit, ReadContent, ReadFacilities, ReadInquiries, ReadMail, ReadSubsidies,
            WatchFacility,
        };
        !matches!(
            self,
            ReadApplications
                | ReadFacilities
                | WatchFacility
                | ReadSubsidies
                | ReadContent
                | ReadMail
                | ReadAudit
                | ReadInquiries
        )
    }
}

impl Role {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Reviewer => "審査担当",
            Self::Approver => "承認者",
            Self::Support => "サポート",
            Self::Editor => "広報",
            Self::Administrator => "管理者",
            Self::Auditor => "監査",
        }
    }

    /// Whether this role may do that, by the table.
    pub fn may(self, permission: Permission) -> bool {
        PERMISSIONS.iter().any(|(role, may)| *role == self && may.contains(&permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_in_the_list_once_and_somebody_has_it() {
        let listed: std::collections::HashSet<String> = Permission::ALL.iter().map(|p| format!("{p:?}")).collect();
        assert_eq!(listed.len(), Permission::ALL.len());
        for (_, permissions) in PERMISSIONS {
            assert!(permissions.iter().all(|permission| Permission::ALL.contains(permission)));
        }
        for permission in Permission::ALL {
            assert!(Role::ALL.iter().any(|role| role.may(*permission)), "{permission:?}");
        }
    }

    #[test]
    fn the_auditor_reads_everything_and_changes_nothing() {
        for permission in Permission::ALL {
            let reads = matches!(
                permission,
                Permission::ReadApplications
                    | Permission::ReadFacilities
                    | Permission::WatchFacility
                    | Permission::ReadSubsidies
                    | Permission::ReadContent
                    | Permission::ReadMail
                    | Permission::ReadAudit
                    | Permission::ReadInquiries
            );
            assert_eq!(Role::Auditor.may(*permission), reads, "{permission:?}");
            assert_eq!(permission.writes(), !reads, "{permission:?}");
        }
    }
}
