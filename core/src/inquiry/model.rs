//! Rows of the register.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::state::State;
use crate::account::person_name;
use crate::content::Category;
use crate::db::{At, text_enum};
use crate::facility::kind::Site;
use crate::fold::{Email, Phone};
use crate::ids::{AccountId, FacilityId, InquiryId, InquiryMessageId, StaffId};
use crate::schema::inquiries;
use crate::secret::ReceiptNumber;

text_enum! {
    /// By which way a question came.
    pub enum Channel {
        /// By the form of the portal.
        Web = "web",
        /// On the phone; staff wrote it down.
        Phone = "phone",
    }
}

impl Channel {
    /// The word staff read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Web => "Web",
            Self::Phone => "電話",
        }
    }
}

text_enum! {
    /// Whose words a message holds.
    pub enum Author {
        /// The asker's.
        Asker = "asker",
        /// The answer.
        Staff = "staff",
        /// Staff's among themselves: askers never read it.
        Note = "note",
    }
}

/// A question with all that is known of it but its words.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = inquiries)]
pub struct Inquiry {
    /// Id.
    pub id: InquiryId,
    /// Its number, quotable on the phone.
    pub number: ReceiptNumber,
    /// The portal it came to.
    pub site: Site,
    /// What it is about.
    pub category: Category,
    /// Where it stands.
    pub state: State,
    /// By which way it came.
    pub channel: Channel,
    /// Who asked, signed in.
    pub account_id: Option<AccountId>,
    /// For which facility.
    pub facility_id: Option<FacilityId>,
    /// Whether the facility's verified people see it too.
    pub shared: bool,
    /// 受付番号 of the application it is about, as the asker named it.
    pub application_number: Option<ReceiptNumber>,
    /// Who asked, in their own words.
    pub name: String,
    pub(super) name_key: String,
    /// Where answers go; callers may have none.
    pub email: Option<Email>,
    pub(super) email_key: Option<String>,
    /// Where the caller can be reached.
    pub phone: Option<Phone>,
    /// The member of staff who has it in hand.
    pub assignee_id: Option<StaffId>,
    /// Counts its changes, for compare-and-set.
    pub revision: i64,
    /// By which day an answer is promised (Asia/Tokyo).
    pub expected_on: NaiveDate,
    /// When it was asked.
    pub created_at: At,
    /// When asker or staff last wrote.
    pub last_message_at: At,
    /// When it was closed or merged.
    pub closed_at: Option<At>,
    /// The inquiry that has its messages now.
    pub merged_into: Option<InquiryId>,
    /// When who asked and all that was written were erased, because their term was over.
    pub erased_at: Option<At>,
}

/// What lists show where the name of whoever asked was erased.
pub const ERASED_ASKER: &str = "消去済み";

impl Inquiry {
    /// The inquiry that has its thread: itself, or the one it was merged into.
    pub fn thread(&self) -> &InquiryId {
        self.merged_into.as_ref().unwrap_or(&self.id)
    }
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Message {
    /// Id.
    pub id: InquiryMessageId,
    /// Whose words.
    pub author: Author,
    /// The member of staff who wrote it.
    pub staff: Option<String>,
    /// 姓 and 名 of the person who wrote it signed in.
    pub family_name: Option<String>,
    /// 名
    pub given_name: Option<String>,
    /// The words.
    pub body: String,
    /// When.
    pub at: At,
}

impl Message {
    /// The name of whoever of the asking side wrote it signed in.
    pub fn person(&self) -> Option<String> {
        Some(person_name(self.family_name.as_ref()?, self.given_name.as_ref()?))
    }
}
