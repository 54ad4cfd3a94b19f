//! What both sites share: server, session, pages, forms, errors and uploads.
//!
//! Portal and back office build on it; it knows no business rule.

// Templates name this crate by its full path; so its own must be able to.
extern crate self as uketsuke_web;

pub mod announced;
pub mod answer;
pub mod assets;
pub mod body;
pub mod browser;
pub mod csrf;
pub mod documents;
pub mod download;
pub mod error_page;
pub mod errors;
pub mod extract;
pub mod fields;
pub mod flash;
pub mod form;
mod guard;
pub mod headers;
mod outer;
pub mod page;
pub mod patience;
pub mod payee;
pub mod request;
pub mod routes;
pub mod security_txt;
pub mod server;
pub mod site;
pub mod stopped;
pub mod upload;
pub mod words;

pub use answer::{PageResult, html, html_with, invalid, see_other};
pub use errors::PageError;
