//! The letter about a facility that closes. It tells what the master says at the
//! moment it is composed: a closing taken back meanwhile needs none.

use askama::Template;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::find_active_account;
use crate::application::{ApplicationKind, State};
use crate::clock::tokyo_date;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::facility::{self, Facility, kind::Site};
use crate::ids::{AccountId, FacilityId};
use crate::mail::{Letter, MailContext, Message};
use crate::schema::applications;
use crate::secret::ReceiptNumber;

/// A facility closes, or will.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FacilityClosed {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

/// All that the letter's templates may show.
struct Facts {
    family_name: String,
    given_name: String,
    facility: Facility,
    closed_on: NaiveDate,
    /// The closing date lies ahead.
    ahead: bool,
    /// What the person has sent and nobody has decided, by 受付番号.
    numbers: Vec<String>,
    /// The person has a draft.
    draft: bool,
    url: String,
    /// The portal site it is from.
    site: Site,
    call_centre: String,
}

impl Facts {
    fn on(&self) -> String {
        self.closed_on.format("%Y年%-m月%-d日").to_string()
    }

    fn bureau(&self) -> &'static str {
        self.facility.prefecture.bureau().name()
    }
}

#[derive(Template)]
#[template(path = "mail/facility_closed/subject.txt", escape = "none")]
struct Subject<'f> {
    f: &'f Facts,
}

#[derive(Template)]
#[template(path = "mail/facility_closed/body.txt", escape = "none")]
struct Body<'f> {
    f: &'f Facts,
}

impl Letter for FacilityClosed {
    const NAME: &'static str = "facility_closed";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let facility = facility::repo::get(tx.conn(), &self.facility)?;
        let Some(closed_on) = facility.closed_on else { return Ok(None) };
        let Some(account) = find_active_account(tx.conn(), &self.account)? else { return Ok(None) };
        let (open, site) = (open_applications(tx.conn(), self)?, facility.site());
        let f = &Facts {
            family_name: account.family_name,
            given_name: account.given_name,
            ahead: !facility.is_closed(tokyo_date(tx.now().utc())),
            facility,
            closed_on,
            draft: open.iter().any(|(_, number)| number.is_none()),
            numbers: open.iter().filter_map(|(kind, number)| Some(named(*kind, number.as_ref()?))).collect(),
            url: format!("{}/home", context.portal_url(site)),
            site,
            call_centre: context.call_centre_phone.clone(),
        };
        Ok(Some(Message {
            to: account.email,
            site: Some(site),
            subject: Subject { f }.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }
}

fn named(kind: ApplicationKind, number: &ReceiptNumber) -> String {
    format!("{}　受付番号 {}", kind.title(), number.as_str())
}

fn open_applications(
    conn: &mut Conn,
    letter: &FacilityClosed,
) -> Result<Vec<(ApplicationKind, Option<ReceiptNumber>)>> {
    Ok(applications::table
        .filter(applications::facility_id.eq(&letter.facility))
        .filter(applications::account_id.eq(&letter.account))
        .filter(applications::state.eq_any(State::open()))
        .order((applications::created_at, applications::id))
        .select((applications::kind, applications::number))
        .load(conn)?)
}
