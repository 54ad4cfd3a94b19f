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
    /// Write internal notes.
    WriteNotes,
    /// See facilities and their devices.
    ReadFacilities,
    /// Suspend and revoke devices.
    ManageDevices,
    /// Import the facility master.
    ImportMaster,
    /// Set holidays, canned reasons, and who decides.
    ManageSettings,
    /// Invite, disable and re-role staff; make credentials.
    ManageStaff,
    /// See what mail went out.
    ReadMail,
    /// Read the audit trail.
    ReadAudit,
}

/// The whole table.
pub const PERMISSIONS: &[(Role, &[Permission])] = {
    use Permission::*;
    &[
        (Role::Reviewer, &[ReadApplications, Review, WriteNotes, ReadFacilities]),
        (Role::Approver, &[ReadApplications, Review, Approve, WriteNotes, ReadFacilities]),
        (Role::Support, &[ReadApplications, WriteNotes, ReadFacilities, ManageDevices, ReadMail]),
        (Role::Editor, &[]),
        (
            Role::Administrator,
            &[
                ReadApplications,
                WriteNotes,
                ReadFacilities,
                ManageDevices,
                ImportMaster,
                ManageSettings,
                ManageStaff,
                ReadMail,
                ReadAudit,
            ],
        ),
        (Role::Auditor, &[ReadApplications, ReadFacilities, ReadMail, ReadAudit]),
    ]
};

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
