//! The business of uketsuke: rules, tables, mail and storage. It knows no HTTP.
//!
//! Modules stand on levels and use only what is below them: vocabulary,
//! platform, people and places, then the registers and the filing engine, and at
//! the top what reads across all of them.

pub mod account;
pub mod annex;
pub mod application;
pub mod attachment;
pub mod audit;
pub mod backup;
pub mod bank;
pub mod books;
pub mod bulk;
pub mod calendar;
pub mod client_app;
pub mod clock;
pub mod closing;
pub mod config;
pub mod content;
pub mod db;
pub mod desk;
pub mod desk_hours;
pub mod device;
pub mod eligibility;
pub mod ending;
pub mod error;
pub mod evidence;
pub mod exemption;
pub mod facility;
pub mod faq;
pub mod fold;
pub mod form;
pub mod grant;
pub mod holiday;
pub mod ids;
pub mod inquiry;
pub mod jose;
mod keepable;
pub mod legal;
pub mod link;
pub mod mail;
pub mod manual;
pub mod money;
pub mod notice;
pub mod operation;
pub mod participation;
pub mod pdf;
pub mod priority;
pub mod progress;
pub mod published;
pub mod queue;
pub mod refusal;
pub mod registration;
pub mod reminder;
pub mod report;
pub mod reseal;
pub mod retention;
pub mod retry;
pub mod scan;
pub mod schema;
pub mod scope;
pub mod secret;
pub mod snapshot;
pub mod spreadsheet;
pub mod staff;
pub mod storage;
pub mod subsidy;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod throttle;
pub mod transfer;
pub mod vitals;
