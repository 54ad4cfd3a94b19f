//! What tests stand on: an installation of their own, a browser, and words.

pub mod app;
pub mod browser;
pub mod cluster;
pub mod database;
pub mod device;
pub mod harness;
pub mod hostile;
pub mod http;
pub mod line;
pub mod mail_server;
pub mod nginx;
pub mod page;
pub mod people;
pub mod post;
pub mod world;
pub mod written;
