//! `GET /staff/{id}`: one colleague. `POST …/roles`, `…/disable`, `…/enable`;
//! `…/reset`, `…/reset/confirm` and `…/reset/drop`: the second factor, which takes
//! two administrators. Administrators.

use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::db::Tx;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::StaffId;
use uketsuke_core::refusal::Refusal;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Role;
use uketsuke_core::staff::{self, PendingReset, Roles, StaffMember, StaffState};
use uketsuke_web::extract::{AllFields, Form};
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::index::words;
use crate::Office;
use crate::access::{ManageStaff, Staff};

/// The longest reason for a reset, characters.
const REASON_MAX_CHARS: usize = 500;

#[derive(Template)]
#[template(path = "admin/staff/show.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    told: Told,
    roles: Vec<Choice>,
    typed: Typed,
}

/// All that is known.
struct Told {
    member: StaffMember,
    codes_left: i64,
    reset: Option<PendingReset>,
    asked_by: String,
    me: bool,
    i_asked: bool,
}

#[derive(Default)]
struct Typed {
    roles: Vec<String>,
    reason: String,
}

/// What is sent with new roles.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RolesForm {
    revision: String,
    roles: Vec<String>,
}

/// What is sent with the wish to reset.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    reason: String,
}

impl Page {
    fn state(&self) -> (&'static str, &'static str) {
        words(self.told.member.state)
    }

    fn is(&self, state: StaffState) -> bool {
        self.told.member.state == state
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ManageStaff>, path: Path<String>) -> PageResult {
    let told = read(&office, &who, id(&path)?).await?;
    let roles = told.member.roles.as_slice().iter().map(|role| role.as_str().to_owned()).collect();
    html(&page(&who, told, Typed { roles, ..Typed::default() }, FieldErrors::default()))
}

/// Gives other roles.
pub async fn change_roles(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    path: Path<String>,
    Form(form): Form<RolesForm>,
) -> PageResult {
    let id = id(&path)?;
    let roles = Roles::parse(&form.roles.join(",")).filter(|roles| !roles.as_slice().is_empty());
    let Some(roles) = roles else {
        let mut errors = FieldErrors::default();
        errors.add("roles", "役割", FieldFault::NotChosen);
        let told = read(&office, &who, id).await?;
        return invalid(&page(&who, told, Typed { roles: form.roles, ..Typed::default() }, errors));
    };
    let seen = form.revision.parse().unwrap_or(-1);
    act(&office, &who, &path, "役割を変更しました", move |tx, scope| {
        staff::change_roles(tx, scope, &id, seen, &roles)
    })
    .await
}

/// Stops a colleague.
pub async fn disable(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let id = id(&path)?;
    let told = "利用を停止しました。担当していた申請は、順番待ちに戻しました。";
    act(&office, &who, &path, told, move |tx, scope| staff::disable(tx, scope, &id).map(drop)).await
}

/// Lets a colleague in again.
pub async fn enable(office: Data<Office>, who: Staff<ManageStaff>, path: Path<String>, _form: AllFields) -> PageResult {
    let id = id(&path)?;
    act(&office, &who, &path, "利用を再開しました", move |tx, scope| staff::enable(tx, scope, &id)).await
}

/// Asks for a reset of the second factor.
pub async fn ask_reset(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    path: Path<String>,
    Form(form): Form<ResetForm>,
) -> PageResult {
    let id = id(&path)?;
    let mut errors = FieldErrors::default();
    let Some(reason) = errors.take("reason", "理由", fold::lines(&form.reason, REASON_MAX_CHARS)) else {
        let told = read(&office, &who, id).await?;
        let roles = told.member.roles.as_slice().iter().map(|role| role.as_str().to_owned()).collect();
        return invalid(&page(&who, told, Typed { roles, reason: form.reason }, errors));
    };
    let told = "解除を依頼しました。別の管理者が確認すると解除されます。";
    act(&office, &who, &path, told, move |tx, scope| staff::ask_reset(tx, scope, &id, &reason)).await
}

/// Confirms what another administrator asked.
pub async fn confirm_reset(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let id = id(&path)?;
    act(&office, &who, &path, "二段階認証を解除しました", move |tx, scope| {
        staff::confirm_reset(tx, scope, &id)
    })
    .await
}

/// Takes the wish back.
pub async fn drop_reset(
    office: Data<Office>,
    who: Staff<ManageStaff>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let id = id(&path)?;
    act(&office, &who, &path, "解除の依頼を取り消しました", move |tx, scope| {
        staff::drop_reset(tx, scope, &id)
    })
    .await
}

/// Does it, and comes back to the page with what came of it.
async fn act(
    office: &Office,
    who: &Staff<ManageStaff>,
    id: &str,
    told: &str,
    deed: impl FnOnce(&mut Tx<'_>, &StaffScope) -> Result<()> + Send + 'static,
) -> PageResult {
    let scope = who.scope.clone();
    let back = format!("/staff/{id}");
    match office.db.write(who.actor(), move |tx| deed(tx, &scope)).await {
        Ok(()) => Ok(who.done(back, told)),
        Err(Error::Refused(refusal)) => Ok(who.warned(back, refusal_words(refusal))),
        Err(Error::Conflict) => {
            Ok(who.warned(back, "ほかの管理者が先に変更しています。いまの内容を確かめてください。"))
        }
        Err(other) => Err(other.into()),
    }
}

fn refusal_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::FourEyes => "ご自分が依頼した解除は確認できません。別の管理者が行ってください。",
        Refusal::NotInThisState => "この職員は、今の状態ではこの操作ができません。",
        other => other.sentence(),
    }
}

fn id(path: &str) -> Result<StaffId> {
    StaffId::parse(path).ok_or(Error::NotFound)
}

async fn read(office: &Office, who: &Staff<ManageStaff>, id: StaffId) -> Result<Told> {
    let (me, now) = (who.scope.staff().clone(), office.db.clock().now().into());
    office
        .db
        .read(move |c| {
            let member = staff::get_staff(c, &id)?;
            let reset = staff::find_pending(c, &id, now)?;
            let asked_by = match &reset {
                Some(reset) => staff::get_staff(c, &reset.asked_by)?.name,
                None => String::new(),
            };
            Ok(Told {
                codes_left: staff::recovery_codes_left(c, &id)?,
                i_asked: reset.as_ref().is_some_and(|reset| reset.asked_by == me),
                me: member.id == me,
                member,
                reset,
                asked_by,
            })
        })
        .await
}

fn page(who: &Staff<ManageStaff>, told: Told, typed: Typed, errors: FieldErrors) -> Page {
    let frame = who.frame(told.member.name.clone(), "/staff").error(!errors.is_empty());
    let roles = Role::ALL.iter().map(|role| Choice::new(role.as_str(), role.label())).collect();
    Page { frame, errors, told, roles, typed }
}
