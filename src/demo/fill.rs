//! Plays the cast's parts through the real use cases, on a clock that starts
//! twelve days ago, so that the queue shows ages.

use anyhow::Context;
use chrono::{Duration, Utc};
use uketsuke_core::clock::Clock;
use uketsuke_core::config::Config;
use uketsuke_core::db::Actor;
use uketsuke_core::eligibility;
use uketsuke_core::report;
use uketsuke_core::secret::HashCost;
use uketsuke_workers::runner::Runner;

use super::cast::{self, Scene};
use super::desk::Desk;
use super::logins::{Logins, PersonLogin, ServiceLogin};
use super::master;
use super::people::Applicant;
use super::place::Place;
use crate::compose::Parts;

/// How long ago the story begins.
const STORY: Duration = Duration::days(12);
/// What passes between two scenes.
const BETWEEN: Duration = Duration::hours(17);

/// The stage: the parts of the program on a clock turned by hand, a worker, and
/// the folder that mails go to.
pub(super) struct Stage {
    pub parts: Parts,
    pub clock: Clock,
    pub worker: Runner,
    pub place: Place,
}

impl Stage {
    /// Runs the jobs that are due: letters go out.
    pub async fn deliver(&self) -> anyhow::Result<()> {
        self.worker.drain().await.context("the letters could not be sent")?;
        Ok(())
    }
}

/// Makes the demo's world.
///
/// # Errors
/// When a use case refuses its part: then the product has changed.
pub async fn fill(config: &Config, place: &Place) -> anyhow::Result<Logins> {
    let clock = Clock::manual(Utc::now() - STORY);
    let parts = Parts::on(config.clone(), clock.clone(), HashCost::STANDARD)?;
    parts.db.migrate()?;
    let worker = Runner::new(parts.works()?);
    let stage = Stage { parts, clock, worker, place: place.clone() };
    master::import(&stage.parts, cast::MASTER).await?;
    let mut logins = Logins::default();
    let mut desks = Vec::new();
    for (email, name, role) in cast::STAFF {
        let desk = Desk::open(&stage, email, name, *role).await?;
        logins.staff.push(desk.login.clone());
        desks.push(desk);
    }
    let admin = desks.iter().find(|desk| desk.is_administrator()).context("somebody administers")?;
    admin.open_programmes(&stage).await?;
    desks.iter().rev().find(|desk| desk.is_editor()).context("somebody edits")?.publish(&stage).await?;
    for (number, part) in cast::PARTS.iter().enumerate() {
        logins.people.push(play(&stage, part, &desks[number % 2]).await?);
        // Each week keeps how things stood: the demo has a past.
        report::gather(&stage.parts.db).await.context("the figures could not be counted")?;
        stage.clock.advance(BETWEEN);
    }
    logins.service = add_service(&stage).await?;
    stage.deliver().await?;
    report::gather(&stage.parts.db).await.context("the figures could not be counted")?;
    Ok(logins)
}

async fn play(stage: &Stage, part: &cast::Part, desk: &Desk) -> anyhow::Result<PersonLogin> {
    let applicant = Applicant::register(stage, part).await.with_context(|| part.code.to_owned())?;
    let application = applicant.fill_in(stage, part).await?;
    if part.scene != Scene::Draft {
        applicant.send(stage, &application).await?;
        stage.deliver().await?;
    }
    stage.clock.advance(Duration::hours(3));
    match part.scene {
        Scene::Draft | Scene::Submitted => {}
        Scene::InReview => desk.claim(stage, &application).await?,
        Scene::Returned => desk.return_with_two_faults(stage, &application).await?,
        Scene::InUse { active } => {
            applicant.use_devices(stage, active).await?;
            if active > 0 {
                applicant.claim_subsidy(stage).await?;
            }
        }
        Scene::Accounts => applicant.make_accounts(stage).await?,
        Scene::Fewer { granted } => desk.approve_fewer(stage, &application, granted).await?,
        Scene::Rejected => desk.reject(stage, &application).await?,
        Scene::Withdrawn => applicant.withdraw(stage, &application).await?,
    }
    stage.deliver().await?;
    Ok(PersonLogin {
        facility: applicant.facility_name.clone(),
        email: part.person.0.to_owned(),
        standing: part.standing.to_owned(),
    })
}

async fn add_service(stage: &Stage) -> anyhow::Result<ServiceLogin> {
    let client = stage.parts.db.write(Actor::operator(), |tx| eligibility::add(tx, "お試し用")).await?;
    Ok(ServiceLogin { client_id: client.id.to_string(), secret: client.secret.reveal().to_owned() })
}
