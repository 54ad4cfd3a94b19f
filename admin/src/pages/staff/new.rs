//! `GET, POST /staff/new`: inviting a colleague by mail; again, for somebody who
//! let the link run out. Administrators.

use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;
use uketsuke_core::error::Error;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{Invitation, InviteForm, invite};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use crate::Office;
use crate::access::{ManageStaff, Staff};

#[derive(Template)]
#[template(path = "admin/staff/new.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    typed: NewForm,
    roles: Vec<Choice>,
}

/// What is typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    email: String,
    name: String,
    roles: Vec<String>,
}

/// The form.
pub async fn show(who: Staff<ManageStaff>) -> PageResult {
    html(&page(&who, NewForm::default(), FieldErrors::default()))
}

/// Invites.
pub async fn send(office: Data<Office>, who: Staff<ManageStaff>, Form(form): Form<NewForm>) -> PageResult {
    let typed = InviteForm { email: form.email.clone(), name: form.name.clone(), roles: form.roles.clone() };
    let invitation = match Invitation::try_from(&typed) {
        Ok(invitation) => invitation,
        Err(errors) => return invalid(&page(&who, form, errors)),
    };
    let scope = who.scope.clone();
    match office.db.write(who.actor(), move |tx| invite(tx, &scope, &invitation)).await {
        Ok(_) => Ok(who.done("/staff", "招待のメールを送りました")),
        Err(Error::Refused(refusal @ Refusal::StaffKnown)) => {
            let mut errors = FieldErrors::default();
            errors.add("email", "メールアドレス", FieldFault::Sentence(refusal.sentence().to_owned()));
            invalid(&page(&who, form, errors))
        }
        Err(other) => Err(other.into()),
    }
}

fn page(who: &Staff<ManageStaff>, typed: NewForm, errors: FieldErrors) -> Page {
    let frame = who.frame("職員を招待する", "/staff").error(!errors.is_empty());
    Page {
        frame,
        errors,
        typed,
        roles: Role::ALL.iter().map(|role| Choice::new(role.as_str(), role.label())).collect(),
    }
}
