//! The demo's people at facilities, acting through the portal's use cases.

use anyhow::{Context, bail};
use bytes::Bytes;
use chrono::Days;
use uketsuke_core::account::{self, AccountRules, Draft, LoginOutcome, PersonForm, Registered, Session};
use uketsuke_core::application::files::{self, Handed};
use uketsuke_core::application::submit::{Sent, submit};
use uketsuke_core::application::{Answers, ApplicationKind, draft, withdraw};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::{Actor, ActorKind, Tx};
use uketsuke_core::device::{self, Attempt, HolderTyped, Outcome};
use uketsuke_core::facility::Facility;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::feature::{self, Feature, Features};
use uketsuke_core::facility::repo::find_all_by_code;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::jose::device::DeviceKey;
use uketsuke_core::secret::PlainToken;

use super::cast::{HOLDERS, NOTICE, Part, Proof};
use super::fill::Stage;
use super::logins::PASSWORD;
use super::mail_file;

const BROWSER: &str = "uketsuke demo";
/// What the demo's devices say of themselves.
const METADATA: &str = r#"{"client_name":"マイナ資格確認アプリ（お試し）","software_version":"3.1.0",
    "device":{"platform":"android","model":"お試し","os_version":"16"}}"#;

/// What the demo's claim says was bought.
const PURCHASE: &[(&str, &str)] = &[
    ("purchases.1.shop", "駅前カメラ"),
    ("purchases.1.item", "tablet"),
    ("purchases.1.model", "タブレット10インチ"),
    ("purchases.1.count", "1"),
    ("purchases.1.yen", "38,500円"),
];
/// And where to it is paid.
const PAYEE: &[(&str, &str)] = &[
    ("payee.bank", "みずほ"),
    ("payee.branch", "新宿"),
    ("payee.type", "ordinary"),
    ("payee.number", "1234567"),
    ("payee.holder", "ヤマダ タロウ"),
];

/// A person with an account.
pub(super) struct Applicant {
    email: String,
    pub facility_name: String,
}

impl Applicant {
    /// Registers and opens the link in the mail.
    pub async fn register(stage: &Stage, part: &Part) -> anyhow::Result<Self> {
        let facility = facility(stage, part.code).await?;
        let visitor = PlainToken::mint();
        sign_up(stage, part, &facility, &visitor).await?;
        stage.deliver().await?;
        let email = part.person.0.to_owned();
        let token = mailed_token(stage, &email, "/activate/")?;
        stage.parts.db.write(visitor_actor(), move |tx| account::activate(tx, &token.hash())).await?;
        stage.deliver().await?;
        Ok(Self { email, facility_name: facility.name })
    }

    async fn log_in(&self, stage: &Stage) -> anyhow::Result<Session> {
        let attempt = account::Attempt {
            email: self.email.clone(),
            password: PASSWORD.to_owned(),
            user_agent: BROWSER.to_owned(),
        };
        let parts = &stage.parts;
        match account::login(&parts.db, &parts.hasher, &parts.keyring, visitor_actor(), attempt).await? {
            LoginOutcome::Opened(opened) => {
                account::resume(&parts.db, &opened.token).await?.context("a session just opened is live")
            }
            _ => bail!("{} cannot log in", self.email),
        }
    }

    /// Fills in a usage start, proof included; it is not sent yet.
    pub async fn fill_in(&self, stage: &Stage, part: &Part) -> anyhow::Result<ApplicationId> {
        let session = self.log_in(stage).await?;
        let scope = session.scope().clone();
        let db = &stage.parts.db;
        let id = db.write(session.actor(), move |tx| draft::open(tx, &scope, ApplicationKind::UsageStart)).await?;
        let method = if matches!(part.proof, Proof::Documents) { "documents" } else { "match" };
        save(stage, &session, &id, "method", &[("method", method)]).await?;
        prove(stage, &session, &id, part.proof).await?;
        let (staff, devices) = part.counts;
        save(stage, &session, &id, "count", &[("staff_count", staff), ("device_count", devices)]).await?;
        save(stage, &session, &id, "terms", &[("terms", "yes")]).await?;
        Ok(id)
    }

    /// Sends it.
    pub async fn send(&self, stage: &Stage, id: &ApplicationId) -> anyhow::Result<()> {
        let session = self.log_in(stage).await?;
        let (scope, id, procedures) = (session.scope().clone(), id.clone(), stage.parts.procedures.clone());
        match stage.parts.db.write(session.actor(), move |tx| submit(tx, &procedures, &scope, &id)).await? {
            Sent::Done => Ok(()),
            Sent::Incomplete(missing) => bail!("{} cannot send: {missing:?}", self.email),
        }
    }

    /// Takes it back.
    pub async fn withdraw(&self, stage: &Stage, id: &ApplicationId) -> anyhow::Result<()> {
        let session = self.log_in(stage).await?;
        let (scope, id, procedures) = (session.scope().clone(), id.clone(), stage.parts.procedures.clone());
        Ok(stage.parts.db.write(session.actor(), move |tx| withdraw::withdraw(tx, &procedures, &scope, &id)).await?)
    }

    /// Activates the first `count` devices, as the client app does, and names them.
    pub async fn use_devices(&self, stage: &Stage, count: usize) -> anyhow::Result<()> {
        const NAMES: [&str; 3] = ["受付のスマートフォン", "施術室のタブレット", "予備"];
        if count == 0 {
            return Ok(());
        }
        let session = self.log_in(stage).await?;
        let (scope, keyring) = (session.scope().clone(), stage.parts.keyring.clone());
        let codes = stage.parts.db.write(session.actor(), move |tx| device::reveal_all(tx, &keyring, &scope)).await?;
        for ((device, settings), name) in codes.into_iter().zip(NAMES).take(count) {
            let scope = session.scope().clone();
            stage.parts.db.write(session.actor(), move |tx| device::set_label(tx, &scope, &device.id, name)).await?;
            activate(stage, settings).await?;
        }
        Ok(())
    }
}

impl Applicant {
    /// Makes the accounts of a clinic, switches a feature on, and sets up the first.
    pub async fn make_accounts(&self, stage: &Stage) -> anyhow::Result<()> {
        let session = self.log_in(stage).await?;
        let db = &stage.parts.db;
        for (user_id, name, kana, role, ahead) in HOLDERS {
            let typed = HolderTyped {
                role: role.to_owned(),
                user_id: user_id.to_owned(),
                name: name.to_owned(),
                kana: kana.to_owned(),
                starts_on: Some(tokyo_date(stage.clock.now()) + Days::new(ahead)),
            };
            let (scope, keyring) = (session.scope().clone(), stage.parts.keyring.clone());
            let (days, faults) = (stage.parts.config.activation_code_days, FieldErrors::default());
            let make = move |tx: &mut Tx<'_>| device::create(tx, &keyring, &scope, (&typed, faults), days);
            db.write(session.actor(), make).await?;
        }
        let scope = session.scope().clone();
        let on = Features::from_iter([Feature::HomeVisit]);
        db.write(session.actor(), move |tx| feature::set(tx, &scope, on)).await?;
        let (scope, keyring) = (session.scope().clone(), stage.parts.keyring.clone());
        let codes = db.write(session.actor(), move |tx| device::reveal_all(tx, &keyring, &scope)).await?;
        let (_, first) = codes.into_iter().next().context("an account was made")?;
        activate(stage, first).await
    }
}

impl Applicant {
    /// Claims 助成金 for a tablet; a reviewer has to look.
    pub async fn claim_subsidy(&self, stage: &Stage) -> anyhow::Result<()> {
        let session = self.log_in(stage).await?;
        let (scope, procedures) = (session.scope().clone(), stage.parts.procedures.clone());
        let begin = move |tx: &mut Tx<'_>| draft::start(tx, &procedures, &scope, ApplicationKind::Subsidy);
        let id = stage.parts.db.write(session.actor(), begin).await?;
        attach(stage, &session, &id).await?;
        let bought_on = (tokyo_date(stage.clock.now()) - Days::new(20)).to_string();
        save(stage, &session, &id, "purchases", &[&[("purchases.1.date", bought_on.as_str())], PURCHASE].concat())
            .await?;
        save(stage, &session, &id, "payee", PAYEE).await?;
        self.send(stage, &id).await
    }
}

async fn facility(stage: &Stage, code: &'static str) -> anyhow::Result<Facility> {
    let known = FacilityCode::parse(code).context("the cast's codes are codes")?;
    let all = stage.parts.db.read(move |c| find_all_by_code(c, &known)).await?;
    all.into_iter().next().with_context(|| format!("{code} is in the master"))
}

async fn sign_up(stage: &Stage, part: &Part, facility: &Facility, visitor: &PlainToken) -> anyhow::Result<()> {
    let (email, family, given) = part.person;
    let form = PersonForm {
        family_name: family.into(),
        given_name: given.into(),
        phone: facility.phone.clone(),
        email: email.into(),
        password: PASSWORD.into(),
        password_again: PASSWORD.into(),
    };
    let parts = &stage.parts;
    let rules = AccountRules {
        email_max_chars: parts.config.email_max_chars,
        activation_link_hours: parts.config.activation_link_hours,
    };
    let reading = form.read(part.code, false, rules.email_max_chars);
    let (Some(person), Some(password)) = (reading.person, reading.password) else {
        bail!("{email}: {:?}", reading.errors)
    };
    let hash = parts.hasher.hash(password.reveal()).await?;
    let draft = Draft {
        kind: Some(facility.kind),
        code: part.code.into(),
        found: Some(facility.id.clone()),
        facility: Some(facility.id.clone()),
        person: Some(person),
        ..Draft::default()
    };
    let (visitor, keyring) = (visitor.hash(), parts.keyring.clone());
    let registered = parts
        .db
        .write(visitor_actor(), move |tx| {
            account::save_draft(tx, &visitor, &draft)?;
            account::save_password(tx, &visitor, &hash)?;
            account::register(tx, &keyring, rules, &visitor, true)
        })
        .await?;
    if registered == Registered::Sent { Ok(()) } else { bail!("{email}: {registered:?}") }
}

async fn save(
    stage: &Stage,
    session: &Session,
    id: &ApplicationId,
    step: &'static str,
    typed: &[(&str, &str)],
) -> anyhow::Result<()> {
    let typed: Answers = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (scope, id, procedures) = (session.scope().clone(), id.clone(), stage.parts.procedures.clone());
    let errors = stage
        .parts
        .db
        .write(session.actor(), move |tx| draft::save_step(tx, &procedures, &scope, &id, step, &typed))
        .await?;
    if errors.is_empty() { Ok(()) } else { bail!("{step}: {errors:?}") }
}

async fn prove(stage: &Stage, session: &Session, id: &ApplicationId, proof: Proof) -> anyhow::Result<()> {
    match proof {
        Proof::Birth(year, month, day) => {
            let typed = [
                ("secret_birth_era", ""),
                ("secret_birth_year", year),
                ("secret_birth_month", month),
                ("secret_birth_day", day),
            ];
            save(stage, session, id, "match", &typed).await
        }
        Proof::Account(number) => save(stage, session, id, "match", &[("secret_account", number)]).await,
        Proof::Documents => attach(stage, session, id).await,
    }
}

async fn attach(stage: &Stage, session: &Session, id: &ApplicationId) -> anyhow::Result<()> {
    let parts = &stage.parts;
    let mut upload = parts.storage.upload().await?;
    upload.write(Bytes::from_static(NOTICE)).await?;
    let handed = Handed { content: upload.finish().await?, file_name: "承諾通知書.png".into() };
    let place = (&parts.db, &parts.storage);
    let taken = files::take_in(place, session.actor(), session.scope(), id, handed).await?;
    taken.map(drop).map_err(|fault| anyhow::anyhow!("the notice is refused: {fault:?}"))
}

async fn activate(stage: &Stage, settings: device::Settings) -> anyhow::Result<()> {
    let attempt = Attempt {
        facility_code: settings.facility_code,
        user_id: settings.user_id,
        password: settings.password,
        code: settings.code,
        key: DeviceKey::generate().jwk(),
        metadata: METADATA.into(),
        address: "127.0.0.1".into(),
    };
    let keyring = stage.parts.keyring.clone();
    let actor = Actor::new(ActorKind::Device, "");
    match stage.parts.db.write(actor, move |tx| device::activate(tx, &keyring, &attempt)).await? {
        Outcome::Activated(_) => Ok(()),
        other => bail!("a device does not activate: {other:?}"),
    }
}

fn visitor_actor() -> Actor {
    Actor::new(ActorKind::Visitor, "")
}

/// The token of the link in the newest mail to an address.
pub(super) fn mailed_token(stage: &Stage, email: &str, path: &str) -> anyhow::Result<PlainToken> {
    let mails = mail_file::list(&stage.place.mail());
    let links = mails.iter().filter(|mail| mail.to.contains(email)).flat_map(|mail| mail_file::links(&mail.body));
    let token = links.filter_map(|link| link.split_once(path).map(|(_, token)| token.to_owned())).next();
    token.map(|token| PlainToken::received(&token)).with_context(|| format!("no mail with {path} went to {email}"))
}
