//! The rows that the checks look at, read at once.

use diesel::prelude::*;
use uketsuke_core::application::Application;
use uketsuke_core::application::model::{Event, Filing};
use uketsuke_core::db::{At, Conn};
use uketsuke_core::device::Device;
use uketsuke_core::error::Result;
use uketsuke_core::evidence::repo::Evidence;
use uketsuke_core::mail::MailRow;
use uketsuke_core::queue::JobState;
use uketsuke_core::registration::Registration;
use uketsuke_core::schema::{
    accounts, activations, application_events, applications, audit_events, credentials, devices, edition_files,
    evidence, facilities, filings, jobs, mails, memberships, registrations, signups,
};

/// See the module.
pub struct Facts {
    /// (id, code)
    pub facilities: Vec<(String, String)>,
    /// (email, facility, when, when activated), oldest first
    pub signups: Vec<(String, String, At, Option<At>)>,
    pub accounts: Vec<Account>,
    /// (account, facility, state)
    pub memberships: Vec<(String, String, String)>,
    pub applications: Vec<Application>,
    /// Oldest first.
    pub events: Vec<Event>,
    pub filings: Vec<Filing>,
    pub evidence: Vec<Evidence>,
    /// The keys of the published list's files: the server's worker makes an
    /// edition as soon as one is due, whatever else is going on.
    pub edition_files: Vec<String>,
    pub registrations: Vec<Registration>,
    pub devices: Vec<Device>,
    pub activations: Vec<Activation>,
    /// (id, device, activation, state)
    pub credentials: Vec<(String, String, String, String)>,
    pub jobs: Vec<Job>,
    pub mails: Vec<MailRow>,
    /// (action, subject id, detail)
    pub audit: Vec<(String, String, String)>,
}

#[derive(Queryable)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub state: String,
    pub created_at: At,
}

#[derive(Queryable)]
pub struct Activation {
    pub id: String,
    pub device: String,
    pub code_mac: String,
    pub sealed: Option<String>,
    pub tries: i32,
    pub used_at: Option<At>,
    pub ended_at: Option<At>,
}

#[derive(Queryable)]
pub struct Job {
    pub kind: String,
    pub payload: String,
    pub state: JobState,
    pub attempts: i32,
    pub last_error: Option<String>,
}

impl Facts {
    pub fn read(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            facilities: facilities::table.select((facilities::id, facilities::code)).load(conn)?,
            signups: signups::table
                .order((signups::created_at, signups::id))
                .select((signups::email, signups::facility_id, signups::created_at, signups::activated_at))
                .load(conn)?,
            accounts: accounts::table
                .select((accounts::id, accounts::email, accounts::state, accounts::created_at))
                .load(conn)?,
            memberships: memberships::table
                .select((memberships::account_id, memberships::facility_id, memberships::state))
                .load(conn)?,
            applications: applications::table.select(Application::as_select()).load(conn)?,
            events: application_events::table.order(application_events::id).select(Event::as_select()).load(conn)?,
            filings: filings::table.select(Filing::as_select()).load(conn)?,
            evidence: evidence::table.select(Evidence::as_select()).load(conn)?,
            edition_files: edition_files::table.select(edition_files::storage_key).load(conn)?,
            registrations: registrations::table.select(Registration::as_select()).load(conn)?,
            devices: devices::table.select(Device::as_select()).load(conn)?,
            activations: activations::table
                .select((
                    activations::id,
                    activations::device_id,
                    activations::code_mac,
                    activations::sealed,
                    activations::tries,
                    activations::used_at,
                    activations::ended_at,
                ))
                .load(conn)?,
            credentials: credentials::table
                .select((credentials::id, credentials::device_id, credentials::activation_id, credentials::state))
                .load(conn)?,
            jobs: jobs::table
                .select((jobs::kind, jobs::payload, jobs::state, jobs::attempts, jobs::last_error))
                .load(conn)?,
            mails: mails::table.select(MailRow::as_select()).load(conn)?,
            audit: audit_events::table
                .select((audit_events::action, audit_events::subject_id, audit_events::detail))
                .load(conn)?,
        })
    }

    /// The facility with this code.
    pub fn facility(&self, code: &str) -> &str {
        let (id, _) = self.facilities.iter().find(|(_, c)| c == code).expect("the master was imported");
        id
    }

    /// How many audit rows tell this of that.
    pub fn audited(&self, action: &str, subject: &str) -> usize {
        self.audit.iter().filter(|(a, s, _)| a == action && s == subject).count()
    }

    pub fn figures(&self) -> String {
        let again = self.jobs.iter().filter(|job| job.attempts > 1).count();
        let twice = self.signups.len() - self.accounts.len();
        format!("{} letters, {again} jobs ran again, {twice} registered again", self.mails.len())
    }
}
