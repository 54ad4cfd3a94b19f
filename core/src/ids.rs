//! One id type per table: a UUIDv7 as text, so that ids sort by creation and
//! the wrong id in the wrong place does not compile.

/// Declares id newtypes over text, mapped to both databases.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new, never used id.
            pub fn mint() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// The id as text, for URLs and columns.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id of these 16 bytes: how tables in memory hold it.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(uuid::Uuid::from_bytes(bytes).to_string())
            }

            /// Reads an id from a URL; `None` when it is not shaped like one.
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text).ok().map(|id| Self(id.to_string()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        crate::db::text_column!($name, |text| Some(Self(text)), |value| value.0.as_str());
    )+};
}

/// The 16 bytes of an id; `None` when the text is not shaped like one.
pub fn bytes_of(id: &str) -> Option<[u8; 16]> {
    uuid::Uuid::try_parse(id).ok().map(uuid::Uuid::into_bytes)
}

/// Adds the text of an id, without memory of its own.
pub fn push_text(id: &[u8; 16], out: &mut String) {
    out.push_str(uuid::Uuid::from_bytes(*id).hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
}

ids! {
    /// A facility of the master.
    FacilityId,
    /// One run of the master import.
    ImportId,
    /// One recorded change of a facility.
    FacilityChangeId,
    /// A person at a facility.
    AccountId,
    /// The tie between a person and a facility.
    MembershipId,
    /// One consent to one version of a text.
    ConsentId,
    /// A registration that waits for its mailed link.
    SignupId,
    /// A link sent by mail.
    LinkId,
    /// A facility person's session.
    SessionId,
    /// A form kept over the end of a session.
    KeptFormId,
    /// A member of the back office.
    StaffId,
    /// A staff session.
    StaffSessionId,
    /// A one-time code that stands in for the second factor.
    RecoveryCodeId,
    /// A request to reset a colleague's second factor.
    FactorResetId,
    /// An application, of whatever kind.
    ApplicationId,
    /// One frozen version of what was sent.
    FilingId,
    /// One step in an application's history.
    ApplicationEventId,
    /// One fault pinned to a field or file.
    FaultId,
    /// A canned reason that administrators keep.
    CannedReasonId,
    /// An internal note on a case.
    CaseNoteId,
    /// A list that somebody saved under a name.
    SavedViewId,
    /// An evidence file.
    EvidenceId,
    /// A facility's right to use the service.
    RegistrationId,
    /// One entry about when a facility begins to check the card.
    OperationStartId,
    /// Two offices that share devices.
    AnnexId,
    /// A declaration why an office does not take part.
    ExemptionId,
    /// A programme that grants 助成金.
    ProgrammeId,
    /// Transfers that the bank carries out together.
    PaymentBatchId,
    /// One transfer of a batch.
    PaymentItemId,
    /// A device account.
    DeviceId,
    /// One activation code of a device.
    ActivationId,
    /// A device's key pair; the OAuth client id.
    CredentialId,
    /// A signing key of the server.
    SigningKeyId,
    /// The eligibility service's credential.
    IntrospectionClientId,
    /// A background job.
    JobId,
    /// A letter that went out.
    MailId,
    /// An entry of the audit trail.
    AuditId,
    /// One deed on many applications.
    BulkRunId,
    /// A notice.
    NoticeId,
    /// A file that belongs to no application.
    AttachmentId,
    /// A question with its answer.
    FaqId,
    /// Words that mean the same.
    SynonymsId,
    /// A handbook.
    ManualId,
    /// A version of a handbook.
    ManualVersionId,
    /// A look at the portal as a facility sees it.
    WatchId,
    /// A question that somebody asked.
    InquiryId,
    /// One message of an inquiry's thread.
    InquiryMessageId,
    /// An answer that staff keep ready.
    CannedAnswerId,
}
