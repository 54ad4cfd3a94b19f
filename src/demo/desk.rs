//! The demo's back office, acting through its use cases.

use anyhow::{Context, bail};
use uketsuke_core::application::decide::{self, NamedFault};
use uketsuke_core::application::procedure::Terms;
use uketsuke_core::application::{ApplicationKind, claim, repo};
use uketsuke_core::bank;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{Actor, Tx};
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::secret::totp::TotpSecret;
use uketsuke_core::staff::role::{Permission, Role};
use uketsuke_core::staff::{self, EnrolOutcome, Invitation, InviteForm, LoginOutcome, NewPasswordForm, Seat};
use uketsuke_core::subsidy::programme;
use uketsuke_core::subsidy::rules::Rules;
use uketsuke_core::{faq, manual, notice};

use super::content;
use super::fill::Stage;
use super::logins::{PASSWORD, StaffLogin};

/// The faults the demo's return names.
const FAULTS: [&str; 2] = ["evidence_unreadable", "device_count_many"];

/// A member of the back office, second factor passed.
pub(super) struct Desk {
    pub login: StaffLogin,
    scope: StaffScope,
}

impl Desk {
    /// Invites somebody, who sets a password and enrols a second factor.
    pub async fn open(stage: &Stage, email: &str, name: &str, role: Role) -> anyhow::Result<Self> {
        let form = InviteForm { email: email.into(), name: name.into(), roles: vec![role.as_str().into()] };
        let invitation = Invitation::try_from(&form).map_err(|errors| anyhow::anyhow!("{email}: {errors:?}"))?;
        let parts = &stage.parts;
        let (token, _) = parts.db.write(Actor::operator(), move |tx| staff::add(tx, &invitation)).await?;
        let boxes = NewPasswordForm { password: PASSWORD.into(), password_again: PASSWORD.into() };
        staff::accept(&parts.db, &parts.hasher, &token, &boxes).await?;
        let seat = log_in(stage, email).await?;
        let (secret, scope) = enrol(stage, seat).await?;
        let login = StaffLogin { role: role.label().into(), email: email.into(), totp_secret: secret };
        Ok(Self { login, scope })
    }

    /// Whether this is an administrator's.
    pub fn is_administrator(&self) -> bool {
        self.scope.may(Permission::ManageSubsidies)
    }

    /// Whether this is an editor's.
    pub fn is_editor(&self) -> bool {
        self.scope.may(Permission::EditContent)
    }

    /// Takes the sample of banks in, and opens every programme of 助成金 again, with a
    /// budget for this year.
    pub async fn open_programmes(&self, stage: &Stage) -> anyhow::Result<()> {
        let scope = self.scope.clone();
        let open = move |tx: &mut uketsuke_core::db::Tx<'_>| {
            if bank::import(tx, bank::SAMPLE.as_bytes())?.is_err() {
                return Err(uketsuke_core::error::Error::NotFound);
            }
            let year = programme::fiscal_year(tokyo_date(tx.now().utc()));
            for one in programme::list(tx.conn())? {
                let rules = Rules { closes_on: None, ..one.rules };
                programme::change(tx, &scope, (&one.id, one.version), &rules, "お試しのため、受付を続けます")?;
                programme::set_budget(tx, &scope, &one.id, year, 10_000_000)?;
            }
            Ok(())
        };
        Ok(stage.parts.db.write(self.scope.actor(), open).await?)
    }

    /// Publishes notices, the first questions and a handbook.
    pub async fn publish(&self, stage: &Stage) -> anyhow::Result<()> {
        let (scope, now) = (self.scope.clone(), stage.clock.now().into());
        let write = move |tx: &mut Tx<'_>| {
            faq::load_first(tx)?;
            for typed in content::notices(now) {
                let input = notice::Input::read(&typed, &[], now, FieldErrors::default())?;
                let id = notice::draft(tx, &scope, &input)?;
                notice::publish(tx, &scope, &id)?;
            }
            let (about, version) = content::handbook(tokyo_date(now.utc()))?;
            let id = manual::add(tx, &scope, &about)?;
            manual::add_version(tx, &scope, (&id, 0), &version)?;
            Ok(())
        };
        Ok(stage.parts.db.write(self.scope.actor(), write).await?)
    }

    /// Takes an application into review.
    pub async fn claim(&self, stage: &Stage, id: &ApplicationId) -> anyhow::Result<()> {
        let (scope, id) = (self.scope.clone(), id.clone());
        Ok(stage.parts.db.write(self.scope.actor(), move |tx| claim::claim(tx, &scope, &id)).await?)
    }

    /// Sends it back: the document is unreadable, the devices are many.
    pub async fn return_with_two_faults(&self, stage: &Stage, id: &ApplicationId) -> anyhow::Result<()> {
        self.claim(stage, id).await?;
        let procedures = stage.parts.procedures.clone();
        let reasons = procedures.get(ApplicationKind::UsageStart)?.fault_reasons();
        let faults: Vec<NamedFault> = reasons
            .iter()
            .filter(|reason| FAULTS.contains(&reason.code))
            .map(|r| NamedFault { field: r.field.into(), reason: r.code.into(), text: r.text.into() })
            .collect();
        let (scope, id) = (self.scope.clone(), id.clone());
        let work = move |tx: &mut uketsuke_core::db::Tx<'_>| {
            let seen = repo::get(tx.conn(), &id)?.revision;
            decide::return_to_applicant(tx, &procedures, &scope, (&id, seen), &faults)
        };
        Ok(stage.parts.db.write(self.scope.actor(), work).await?)
    }

    /// Approves fewer devices than were asked for.
    pub async fn approve_fewer(&self, stage: &Stage, id: &ApplicationId, granted: u32) -> anyhow::Result<()> {
        self.claim(stage, id).await?;
        let (scope, id, procedures) = (self.scope.clone(), id.clone(), stage.parts.procedures.clone());
        let reason = "職員数から見て、まずは2台で足りると判断しました。足りない場合は追加で申請できます。";
        let terms = Terms { quantity: Some(granted), reason: reason.into(), ..Terms::default() };
        let work = move |tx: &mut uketsuke_core::db::Tx<'_>| {
            let seen = repo::get(tx.conn(), &id)?.revision;
            decide::approve(tx, &procedures, &scope, (&id, seen), terms)
        };
        Ok(stage.parts.db.write(self.scope.actor(), work).await?)
    }

    /// Refuses.
    pub async fn reject(&self, stage: &Stage, id: &ApplicationId) -> anyhow::Result<()> {
        self.claim(stage, id).await?;
        let (scope, id, procedures) = (self.scope.clone(), id.clone(), stage.parts.procedures.clone());
        let reason = "添付された書類は、申請された施設のものではありませんでした。施設の書類を用意して、もう一度申請してください。";
        let work = move |tx: &mut uketsuke_core::db::Tx<'_>| {
            let seen = repo::get(tx.conn(), &id)?.revision;
            decide::reject(tx, &procedures, &scope, (&id, seen), reason)
        };
        Ok(stage.parts.db.write(self.scope.actor(), work).await?)
    }
}

async fn log_in(stage: &Stage, email: &str) -> anyhow::Result<Seat> {
    let attempt = staff::Attempt {
        email: email.into(),
        password: PASSWORD.into(),
        address: "127.0.0.1".into(),
        user_agent: "uketsuke demo".into(),
    };
    let parts = &stage.parts;
    match staff::login(&parts.db, &parts.hasher, &parts.keyring, attempt).await? {
        LoginOutcome::Opened(opened) => {
            staff::resume(&parts.db, &opened.token).await?.context("a session just opened is live")
        }
        other => bail!("{email} cannot log in: {other:?}"),
    }
}

/// Plays the authenticator app.
async fn enrol(stage: &Stage, seat: Seat) -> anyhow::Result<(String, StaffScope)> {
    let parts = &stage.parts;
    let (asked, keyring) = (seat.clone(), parts.keyring.clone());
    let enrolment = parts.db.read(move |c| staff::enrolment(c, &keyring, &asked)).await?;
    let app = TotpSecret::from_base32(&enrolment.secret).context("the shown secret is base32")?;
    let (code, keyring) = (app.code_at(stage.clock.now()), parts.keyring.clone());
    let actor = Actor::new(uketsuke_core::db::ActorKind::Staff, seat.staff.as_str());
    let outcome = parts.db.write(actor, move |tx| staff::confirm_enrolment(tx, &keyring, &seat, &code)).await?;
    let EnrolOutcome::Done(opened, _) = outcome else { bail!("the second factor is refused: {outcome:?}") };
    let seat = staff::resume(&parts.db, &opened.token).await?.context("a session just opened is live")?;
    Ok((enrolment.secret, seat.scope().context("both factors are passed")?))
}
