//! A facility leaves the master: whoever belongs to it, or has an application
//! for it under way, is told once by mail. Its devices stop by themselves
//! (`device/standing.rs`), every page of its people says so.
//!
//! The import enqueues one job; this walks what it closed, page by page.

use askama::Template;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::account::{self, MembershipState};
use crate::application::State;
use crate::clock::tokyo_date;
use crate::db::{Actor, Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::facility;
use crate::facility::import::page_of_closings;
use crate::ids::{AccountId, FacilityChangeId, FacilityId, ImportId};
use crate::mail::{Letter, MailContext, Message};
use crate::schema::{applications, memberships};

/// Facilities told together.
const PAGE: i64 = 200;
/// Applications that can no longer lead anywhere.
const UNDER_WAY: [State; 4] = [State::Draft, State::Submitted, State::InReview, State::Returned];

/// Tells the people of every facility that an import closed, or of which it
/// named the closing date. Run twice, it tells nobody twice.
///
/// # Errors
/// From the database only; what was told till then stays told.
pub async fn tell(db: &Db, import: &ImportId) -> Result<()> {
    let mut after: Option<FacilityChangeId> = None;
    loop {
        let (import, from) = (import.clone(), after.take());
        let last = db.write(Actor::system(), move |tx| tell_page(tx, &import, from.as_ref())).await?;
        match last {
            Some(last) => after = Some(last),
            None => return Ok(()),
        }
    }
}

fn tell_page(tx: &mut Tx<'_>, import: &ImportId, after: Option<&FacilityChangeId>) -> Result<Option<FacilityChangeId>> {
    let page = page_of_closings(tx.conn(), import, after, PAGE)?;
    let facilities: Vec<FacilityId> = page.iter().map(|(_, facility)| facility.clone()).collect();
    for (facility, account) in people(tx.conn(), &facilities)? {
        let Some((change, _)) = page.iter().find(|(_, closed)| *closed == facility) else { continue };
        let key = format!("facility_closed:{change}:{account}");
        tx.send_once(&FacilityClosed { facility, account }, &key)?;
    }
    Ok(page.into_iter().last().map(|(id, _)| id))
}

/// Verified members, and applicants who wait.
fn people(conn: &mut Conn, facilities: &[FacilityId]) -> Result<Vec<(FacilityId, AccountId)>> {
    let mut people: Vec<(FacilityId, AccountId)> = memberships::table
        .filter(memberships::facility_id.eq_any(facilities))
        .filter(memberships::state.eq(MembershipState::Verified))
        .select((memberships::facility_id, memberships::account_id))
        .load(conn)?;
    let applicants: Vec<(FacilityId, AccountId)> = applications::table
        .filter(applications::facility_id.eq_any(facilities))
        .filter(applications::state.eq_any(UNDER_WAY))
        .select((applications::facility_id, applications::account_id))
        .load(conn)?;
    people.extend(applicants);
    people.sort();
    people.dedup();
    Ok(people)
}

/// The facility closed, or will: since when, and what that means.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FacilityClosed {
    /// The facility.
    pub facility: FacilityId,
    /// Whom it is for.
    pub account: AccountId,
}

struct Facts {
    facility: String,
    family_name: String,
    given_name: String,
    code: String,
    day: String,
    is_past: bool,
    /// 受付番号 of what is under way; a draft has none.
    number: Option<String>,
    is_draft: bool,
    url: String,
    call_centre: String,
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

    /// Needless when the master has taken the closing back meanwhile.
    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let facility = facility::repo::get(tx.conn(), &self.facility)?;
        let Some(closed_on) = facility.closed_on else { return Ok(None) };
        let person = account::get_account(tx.conn(), &self.account)?;
        let under_way: Option<(State, Option<String>)> = applications::table
            .filter(applications::facility_id.eq(&self.facility))
            .filter(applications::account_id.eq(&self.account))
            .filter(applications::state.eq_any(UNDER_WAY))
            .order(applications::created_at.desc())
            .select((applications::state, applications::number))
            .first(tx.conn())
            .optional()?;
        let facts = Facts {
            code: facility.code.as_str().to_owned(),
            is_past: facility.is_closed(tokyo_date(tx.now().utc())),
            day: closed_on.format("%Y年%-m月%-d日").to_string(),
            facility: facility.name,
            family_name: person.family_name,
            given_name: person.given_name,
            is_draft: under_way.as_ref().is_some_and(|(state, _)| *state == State::Draft),
            number: under_way.and_then(|(_, number)| number),
            url: format!("{}/home", context.portal_url),
            call_centre: context.call_centre_phone.clone(),
        };
        Ok(Some(Message {
            to: person.email,
            subject: Subject { f: &facts }.render().map_err(Error::internal)?.trim().to_owned(),
            body: Body { f: &facts }.render().map_err(Error::internal)?,
        }))
    }
}
