//! The portal's pages: one file, one page, one address.

pub mod account;
pub mod activate;
pub mod applications;
mod closed;
pub mod consent;
pub mod contact;
pub mod devices;
pub mod documents;
pub mod facilities;
pub mod faq;
pub mod help;
pub mod home;
pub mod inquiries;
pub mod installed;
pub mod login;
pub mod logout;
mod lookup;
pub mod manuals;
pub mod notices;
pub mod records;
pub mod register;
pub mod reminders;
pub mod reset;
pub mod security_txt;
pub mod sitemap;
pub mod top;
pub mod watch;
