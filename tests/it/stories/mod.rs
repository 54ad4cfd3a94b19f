//! Stories: what people come to do, from the first page to the last.

pub mod clinic_makes_accounts;
pub mod content;
pub mod facility_closes;
pub mod from_approval_to_the_list;
pub mod health;
pub mod hostile_evidence;
pub mod import_killed;
pub mod inquiry;
pub mod mail_server;
pub mod object_store;
pub mod real_list;
pub mod real_mail_server;
pub mod retention;
pub mod session_ends;
pub mod simulator;
pub mod subsidy;
pub mod two_sites;
pub mod usage_start_by_documents;
pub mod usage_start_by_four_people;
pub mod usage_start_by_match;
pub mod virus_scanner;
