//! Letters to members of staff.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::invite::INVITE_LIFETIME;
use super::model::{StaffMember, StaffState};
use super::repo;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::StaffId;
use crate::link::{self, LinkPurpose};
use crate::mail::{Letter, MailContext, Message};

/// 「審査・管理サイトへの招待」: the link to set a first password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffInvite {
    /// The invited person.
    pub staff: StaffId,
}

#[derive(Template)]
#[template(path = "mail/staff_invite/subject.txt")]
struct Subject;

#[derive(Template)]
#[template(path = "mail/staff_invite/body.txt")]
struct Body<'a> {
    person: &'a StaffMember,
    link: &'a str,
    hours: i64,
}

impl Letter for StaffInvite {
    const NAME: &'static str = "staff_invite";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let person = match repo::get_staff(tx.conn(), &self.staff) {
            Err(Error::NotFound) => return Ok(None),
            other => other?,
        };
        if person.state != StaffState::Invited {
            return Ok(None);
        }
        let token = link::mint(tx, LinkPurpose::StaffInvite, self.staff.as_str(), INVITE_LIFETIME)?;
        let link = format!("{}/invite/{}", context.admin_url, token.reveal());
        let body = Body { person: &person, link: &link, hours: INVITE_LIFETIME.num_hours() };
        Ok(Some(Message {
            to: person.email.clone(),
            subject: Subject.render().map_err(Error::internal)?.trim().to_owned(),
            body: body.render().map_err(Error::internal)?,
        }))
    }
}
