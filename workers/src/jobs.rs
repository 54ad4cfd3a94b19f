//! THE table of jobs: which function runs which kind.

use std::future::Future;
use std::pin::Pin;

use uketsuke_core::bulk::BulkJob;
use uketsuke_core::error::Error;
use uketsuke_core::facility::import::closings::FacilityClosings;
use uketsuke_core::mail::MailJob;
use uketsuke_core::queue::{ClaimedJob, Job};
use uketsuke_core::subsidy::notice::NoticeJob;

use crate::periodic::PeriodicJob;
use crate::{Works, bulk, closings, mail, notice, periodic};

/// Why a job did not succeed, by what should happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Try again a few times.
    Retry(String),
    /// Somebody outside is away: try for a day.
    Wait(String),
    /// No later attempt can help.
    Kill(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable { .. } => Self::Wait(error.to_string()),
            other => Self::Retry(other.to_string()),
        }
    }
}

/// What a running job is.
pub type Running = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;
/// Starts a job.
pub type Start = fn(Works, ClaimedJob) -> Running;

/// Every kind of job.
pub const JOBS: &[(&str, Start)] = &[
    (MailJob::KIND, |works, job| Box::pin(mail::run(works, job))),
    (FacilityClosings::KIND, |works, job| Box::pin(closings::run(works, job))),
    (BulkJob::KIND, |works, job| Box::pin(bulk::run(works, job))),
    (NoticeJob::KIND, |works, job| Box::pin(notice::run(works, job))),
    (PeriodicJob::KIND, |works, job| Box::pin(periodic::run(works, job))),
];
