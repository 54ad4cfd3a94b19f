//! One file, one page, one URL: the path mirrors the address and the template.

pub mod apps;
pub mod audit;
pub mod cases;
pub mod choices;
pub mod devices;
pub mod enrol;
pub mod export;
pub mod facilities;
pub mod home;
pub mod invite;
pub mod jobs;
pub mod jobs_export;
pub mod kept;
pub mod login;
pub mod logout;
pub mod mails;
pub mod me;
pub mod notices;
pub mod queue;
pub mod reports;
pub mod reset;
pub mod search;
pub mod second_factor;
pub mod services;
pub mod settings;
pub mod staff;
mod words;
