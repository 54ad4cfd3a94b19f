//! Letters to members of staff.

use askama::Template;
use serde::{Deserialize, Serialize};

use super::invite::INVITE_LIFETIME;
use super::model::{StaffMember, StaffState};
use super::repo;
use super::reset::RESET_LIFE;
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
            ..Message::default()
        }))
    }
}

/// 「パスワードの再設定」: the link to set another password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffReset {
    /// Whose password.
    pub staff: StaffId,
}

#[derive(Template)]
#[template(path = "mail/staff_reset/subject.txt", escape = "none")]
struct ResetSubject;

#[derive(Template)]
#[template(path = "mail/staff_reset/body.txt", escape = "none")]
struct ResetBody<'a> {
    person: &'a StaffMember,
    link: &'a str,
}

impl Letter for StaffReset {
    const NAME: &'static str = "staff_reset";

    fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
        let person = repo::get_staff(tx.conn(), &self.staff)?;
        if person.state != StaffState::Active {
            return Ok(None);
        }
        let token = link::mint(tx, LinkPurpose::StaffReset, self.staff.as_str(), RESET_LIFE)?;
        let link = format!("{}/reset/{}", context.admin_url, token.reveal());
        Ok(Some(Message {
            to: person.email.clone(),
            subject: ResetSubject.render().map_err(Error::internal)?.trim().to_owned(),
            body: ResetBody { person: &person, link: &link }.render().map_err(Error::internal)?,
            ..Message::default()
        }))
    }
}

/// Declares a letter that tells a member of staff about their own login.
macro_rules! about_login {
    ($(#[$doc:meta])* $name:ident, $letter:literal, $subject:literal, $body:literal, $path:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name {
            /// The person.
            pub staff: StaffId,
        }

        impl Letter for $name {
            const NAME: &'static str = $letter;

            fn compose(&self, tx: &mut Tx<'_>, context: &MailContext) -> Result<Option<Message>> {
                #[derive(Template)]
                #[template(path = $subject, escape = "none")]
                struct Subject;
                #[derive(Template)]
                #[template(path = $body, escape = "none")]
                struct Body<'a> {
                    person: &'a StaffMember,
                    url: &'a str,
                }

                let person = repo::get_staff(tx.conn(), &self.staff)?;
                let url = format!("{}{}", context.admin_url, $path);
                Ok(Some(Message {
                    to: person.email.clone(),
                    subject: Subject.render().map_err(Error::internal)?.trim().to_owned(),
                    body: Body { person: &person, url: &url }.render().map_err(Error::internal)?,
                    ..Message::default()
                }))
            }
        }
    };
}

about_login! {
    /// The password was changed.
    PasswordChanged, "staff_password_changed",
    "mail/staff_password_changed/subject.txt", "mail/staff_password_changed/body.txt", "/me"
}
about_login! {
    /// A recovery code was used.
    RecoveryCodeUsed, "staff_recovery_code_used",
    "mail/staff_recovery_code_used/subject.txt", "mail/staff_recovery_code_used/body.txt", "/me"
}
about_login! {
    /// An administrator asked to reset the second factor.
    FactorResetAsked, "staff_factor_reset_asked",
    "mail/staff_factor_reset_asked/subject.txt", "mail/staff_factor_reset_asked/body.txt", "/login"
}
about_login! {
    /// The second factor was reset.
    FactorReset, "staff_factor_reset",
    "mail/staff_factor_reset/subject.txt", "mail/staff_factor_reset/body.txt", "/login"
}
