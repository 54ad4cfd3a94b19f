//! A phone call, written down by whoever took it; often with the answer that was
//! given at once.

use super::answer::tell;
use super::mail::InquiryReceived;
use super::model::{Channel, Inquiry};
use super::repo::{self, By, Change};
use super::rules::{self, ANSWER_MAX_CHARS, NAME_MAX_CHARS};
use super::state::{Party, State, Verb};
use super::view::may_answer;
use crate::clock::tokyo_date;
use crate::content::Category;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::facility::code::FacilityCode;
use crate::facility::kind::Site;
use crate::facility::{self, Facility};
use crate::fold::{self, Email, Phone};
use crate::form::{FieldErrors, FieldFault};
use crate::holiday;
use crate::ids::{FacilityId, InquiryId, InquiryMessageId};
use crate::scope::StaffScope;
use crate::secret::ReceiptNumber;

/// The longest mail address, characters: the rule of mail itself.
const EMAIL_MAX_CHARS: usize = 254;

/// The form, exactly as typed.
#[derive(Debug, Clone, Default)]
pub struct Ticket {
    /// Who called.
    pub name: String,
    /// Where they can be called back.
    pub phone: String,
    /// Where the answer goes by mail, if they have one.
    pub email: String,
    /// The facility's code.
    pub code: String,
    /// [`Site`], its stable text, where no facility says it.
    pub site: String,
    /// [`Category`], its stable text.
    pub category: String,
    /// What was asked.
    pub text: String,
    /// What was answered at once.
    pub answer: String,
}

/// A call that can be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketInput {
    name: String,
    phone: Phone,
    email: Option<Email>,
    facility: Option<FacilityId>,
    site: Site,
    category: Category,
    text: String,
    answer: Option<String>,
}

impl TicketInput {
    /// Judges what was typed; looks the code up in the master.
    ///
    /// # Errors
    /// `Invalid`, naming the fields as [`Ticket`] does, in their order.
    pub fn read(conn: &mut Conn, typed: &Ticket) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", "お名前", fold::text(&typed.name, NAME_MAX_CHARS));
        let phone = errors.take("phone", "電話番号", fold::phone(&typed.phone));
        let email = errors.take("email", "メールアドレス", optional_email(&typed.email));
        let facility = read_facility(conn, &typed.code, &mut errors)?;
        let chosen = match &facility {
            Some(facility) => Ok(facility.site()),
            None => Site::parse(&typed.site).ok_or(FieldFault::NotChosen),
        };
        // A code that is wrong has its own fault.
        let site = if errors.has("code") { None } else { errors.take("site", "ポータルサイト", chosen) };
        let category = errors.take("category", "お問い合わせの種類", rules::read_category(&typed.category));
        let text = errors.take("text", "お問い合わせの内容", fold::lines(&typed.text, rules::TEXT_MAX_CHARS));
        let answer = errors.take("answer", "その場での回答", optional_lines(&typed.answer));
        let input = (|| {
            Some(Self {
                name: name?,
                phone: phone?,
                email: email?,
                facility: facility.map(|facility| facility.id),
                site: site?,
                category: category?,
                text: text?,
                answer: answer?,
            })
        })();
        Ok(errors.into_result(input)?)
    }
}

fn optional_email(typed: &str) -> std::result::Result<Option<Email>, FieldFault> {
    match fold::email(typed, EMAIL_MAX_CHARS) {
        Err(FieldFault::Missing) => Ok(None),
        other => other.map(Some),
    }
}

fn optional_lines(typed: &str) -> std::result::Result<Option<String>, FieldFault> {
    match fold::lines(typed, ANSWER_MAX_CHARS) {
        Err(FieldFault::Missing) => Ok(None),
        other => other.map(Some),
    }
}

/// The facility of a code; the open one where a code is in several lists.
fn read_facility(conn: &mut Conn, typed: &str, errors: &mut FieldErrors) -> Result<Option<Facility>> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    let digits = errors.take("code", "機関コード", fold::digits_exact(typed, 10));
    let Some(code) = digits.and_then(|digits| FacilityCode::parse(&digits)) else {
        if !errors.has("code") {
            errors.add("code", "機関コード", unknown_code());
        }
        return Ok(None);
    };
    let mut found = facility::repo::find_all_by_code(conn, &code)?;
    found.sort_by_key(|facility| facility.closed_on.is_some());
    let first = found.into_iter().next();
    if first.is_none() {
        errors.add("code", "機関コード", unknown_code());
    }
    Ok(first)
}

fn unknown_code() -> FieldFault {
    FieldFault::Sentence("この機関コードの施設は登録されていません。番号を確かめるか、空欄にしてください".to_owned())
}

/// Writes a call down; with an answer it is answered, else it waits for one and is
/// in the hands of whoever took the call.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn open_ticket(tx: &mut Tx<'_>, scope: &StaffScope, input: TicketInput) -> Result<InquiryId> {
    may_answer(scope)?;
    let now = tx.now();
    let calendar = holiday::calendar(tx.conn())?;
    let row = Inquiry {
        id: InquiryId::mint(),
        number: ReceiptNumber::mint(),
        site: input.site,
        category: input.category,
        state: State::Waiting,
        channel: Channel::Phone,
        account_id: None,
        shared: input.facility.is_some(),
        facility_id: input.facility,
        application_number: None,
        name_key: fold::search_key(&input.name),
        name: input.name,
        email_key: input.email.as_ref().map(|email| email.key().to_owned()),
        email: input.email,
        phone: Some(input.phone),
        assignee_id: Some(scope.staff().clone()),
        revision: 0,
        expected_on: rules::promised(&calendar, tokyo_date(now.utc())),
        created_at: now,
        last_message_at: now,
        closed_at: None,
        merged_into: None,
        erased_at: None,
    };
    let inquiry = repo::insert(tx, row)?;
    let id = inquiry.id.clone();
    repo::add_message(tx, &id, &InquiryMessageId::mint(), By::Asker(None), &input.text)?;
    match input.answer {
        Some(text) => {
            repo::advance(tx, &inquiry, (Party::Staff, Verb::Answer), Change { wrote: true, ..Change::default() })?;
            let message = InquiryMessageId::mint();
            repo::add_message(tx, &id, &message, By::Staff(scope.staff()), &text)?;
            tell(tx, inquiry, &message)?;
        }
        None if inquiry.email.is_some() => {
            tx.send(&InquiryReceived { inquiry: inquiry.id })?;
        }
        None => {}
    }
    Ok(id)
}
