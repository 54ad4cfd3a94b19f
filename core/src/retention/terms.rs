//! The rules by name, and how long each keeps what it is about.

use std::collections::BTreeMap;

use crate::db::text_enum;

text_enum! {
    /// What a rule is about.
    pub enum Topic {
        /// Files of ended applications.
        Evidence = "evidence",
        /// Files of ended claims of 助成金.
        SubsidyEvidence = "subsidy_evidence",
        /// To whom letters went, and their subjects.
        Mail = "mail",
        /// Closed inquiries: who asked, all that was written, files.
        Inquiries = "inquiries",
        /// People of facilities who do not come any more.
        Accounts = "accounts",
        /// Whom to turn to at facilities that left.
        Contacts = "contacts",
        /// Members of the staff who left.
        Staff = "staff",
    }
}

/// A term is at least so many days long, or there is none (0): what was decided
/// yesterday is still undone, answered and asked about.
pub const LEAST_DAYS: u32 = 30;
/// A century: whoever wants longer wants "never".
pub const MOST_DAYS: u32 = 36_500;

impl Topic {
    /// The variable that says how many days.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Evidence => "UKETSUKE_RETAIN_EVIDENCE_DAYS",
            Self::SubsidyEvidence => "UKETSUKE_RETAIN_SUBSIDY_EVIDENCE_DAYS",
            Self::Mail => "UKETSUKE_RETAIN_MAIL_DAYS",
            Self::Inquiries => "UKETSUKE_RETAIN_INQUIRIES_DAYS",
            Self::Accounts => "UKETSUKE_RETAIN_ACCOUNTS_DAYS",
            Self::Contacts => "UKETSUKE_RETAIN_CONTACTS_DAYS",
            Self::Staff => "UKETSUKE_RETAIN_STAFF_DAYS",
        }
    }

    /// The days where nothing is said.
    pub const fn usual_days(self) -> &'static str {
        match self {
            Self::Evidence | Self::SubsidyEvidence => "1825",
            Self::Mail => "365",
            Self::Inquiries | Self::Accounts | Self::Contacts | Self::Staff => "1095",
        }
    }
}

/// How many days each rule keeps what it is about; 0 is for ever.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms(BTreeMap<Topic, u32>);

impl Terms {
    /// Asks for each topic's days.
    pub fn read(days: impl FnMut(Topic) -> u32) -> Self {
        let mut days = days;
        Self(Topic::ALL.iter().map(|topic| (*topic, days(*topic))).collect())
    }

    /// What holds where nothing is said.
    pub fn usual() -> Self {
        Self::read(|topic| topic.usual_days().parse().unwrap_or(0))
    }

    /// The days of a topic; `None` when it is kept for ever.
    pub fn days(&self, topic: Topic) -> Option<u32> {
        self.0.get(&topic).copied().filter(|days| *days > 0)
    }
}
