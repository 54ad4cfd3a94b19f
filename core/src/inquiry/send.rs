//! Sending a question: from the draft to an inquiry, once.

use super::draft::{self, Owner};
use super::mail::InquiryReceived;
use super::model::{Channel, Inquiry};
use super::repo::{self, By};
use super::rules::{self, Input, Offered};
use super::state::State;
use crate::attachment::{self, Subject};
use crate::clock::tokyo_date;
use crate::db::{At, Tx};
use crate::error::Result;
use crate::facility::kind::Site;
use crate::fold;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::scope::FacilityScope;
use crate::secret::{Keyring, Purpose, ReceiptNumber};
use crate::throttle::{self, INQUIRY_ADDRESS, INQUIRY_MAIL, Limit};

/// Who sends, to which portal.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Whose draft it is.
    pub owner: Owner,
    /// The person, if one is signed in.
    pub scope: Option<FacilityScope>,
    /// The portal.
    pub site: Site,
}

/// What sending came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It is asked: just now, or by the same button before.
    Done,
    /// There is nothing to send.
    Nothing,
    /// Too many were sent; from then on again. The draft stays.
    Throttled {
        /// When.
        until: At,
    },
}

/// Sends the owner's draft. Sent twice, it is asked once.
///
/// # Errors
/// `Invalid` when the draft does not hold any more what can be sent.
pub fn send(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    sender: &Sender,
    (offered, email_max_chars): (Offered<'_>, usize),
) -> Result<Sent> {
    let now = tx.now();
    let Some(draft) = draft::find_draft(tx.conn(), &sender.owner, now)? else {
        let sent = draft::find_sent(tx.conn(), &sender.owner, now)?;
        return Ok(if sent.is_some() { Sent::Done } else { Sent::Nothing });
    };
    let input = draft.typed.read(offered, email_max_chars)?;
    if let Some(until) = count(tx, keyring, input.email.key())? {
        return Ok(Sent::Throttled { until });
    }
    if draft::mark_sent(tx, &sender.owner, &draft.inquiry)? {
        receive(tx, sender, draft.inquiry, input)?;
    }
    Ok(Sent::Done)
}

fn receive(tx: &mut Tx<'_>, sender: &Sender, id: InquiryId, input: Input) -> Result<()> {
    let (now, scope) = (tx.now(), sender.scope.as_ref());
    let calendar = crate::holiday::calendar(tx.conn())?;
    let row = Inquiry {
        id,
        number: ReceiptNumber::mint(),
        site: sender.site,
        category: input.category,
        state: State::Waiting,
        channel: Channel::Web,
        account_id: scope.map(|scope| scope.account().clone()),
        facility_id: scope.map(|scope| scope.facility().clone()),
        // Whoever is not known to belong to a facility asks for themselves.
        shared: scope.is_some_and(FacilityScope::verified),
        application_number: input.application,
        name_key: fold::search_key(&input.name),
        name: input.name,
        email_key: Some(input.email.key().to_owned()),
        email: Some(input.email),
        phone: None,
        assignee_id: None,
        revision: 0,
        expected_on: rules::promised(&calendar, tokyo_date(now.utc())),
        created_at: now,
        last_message_at: now,
        closed_at: None,
        merged_into: None,
        erased_at: None,
    };
    let inquiry = repo::insert(tx, row)?;
    let by = By::Asker(inquiry.account_id.as_ref());
    repo::add_message(tx, &inquiry.id, &InquiryMessageId::mint(), by, &input.text)?;
    let id = inquiry.id.as_str();
    attachment::hand_over(tx, (Subject::InquiryDraft, id), (Subject::Inquiry, id))?;
    tx.send(&InquiryReceived { inquiry: inquiry.id })?;
    Ok(())
}

/// Counts a question against the network address and the mail address; answers
/// until when no more are taken.
fn count(tx: &mut Tx<'_>, keyring: &Keyring, email_key: &str) -> Result<Option<At>> {
    let mac = |text: &str| keyring.mac(Purpose::ThrottleKey, text.as_bytes());
    let address = tx.actor().address.clone().map(|address| format!("inquiry:address:{}", mac(&address)));
    let mail = format!("inquiry:mail:{}", mac(email_key));
    let keys: [(Option<String>, Limit); 2] = [(address, INQUIRY_ADDRESS), (Some(mail), INQUIRY_MAIL)];
    for (key, limit) in keys {
        let Some(key) = key else { continue };
        if throttle::spend(tx, &key, limit)?.is_none() {
            let now = tx.now();
            return Ok(Some(throttle::look(tx.conn(), &key, limit, now)?.until));
        }
    }
    Ok(None)
}
