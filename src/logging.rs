//! Logs go to stderr: readable lines, or JSON with `UKETSUKE_LOG_FORMAT=json`.
//! `UKETSUKE_LOG` filters as `tracing` defines (default `info`).

use tracing_subscriber::EnvFilter;

/// What is logged when nothing else is asked for.
const DEFAULT_FILTER: &str = "info";

/// Starts logging; a second call changes nothing.
pub fn start() {
    let filter = std::env::var("UKETSUKE_LOG").unwrap_or_else(|_| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let json = std::env::var("UKETSUKE_LOG_FORMAT").is_ok_and(|format| format == "json");
    // Already started (a test's second program) is as good.
    let _ = if json { lines.json().try_init() } else { lines.with_ansi(false).try_init() };
}
