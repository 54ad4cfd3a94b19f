//! The table of results.

use crate::child::Run;

/// One line of it.
#[derive(Debug)]
pub struct Line {
    database: String,
    what: &'static str,
    seconds: f64,
    peak: Option<u64>,
    /// Of the bulk path's time.
    times: Option<f64>,
}

impl Line {
    pub fn new(database: &str, what: &'static str, run: &Run) -> Self {
        Self { database: database.to_owned(), what, seconds: run.seconds, peak: run.peak, times: None }
    }

    /// The same beside the bulk path.
    pub fn against(self, bulk: &Run) -> Self {
        Self { times: Some(self.seconds / bulk.seconds), ..self }
    }

    fn words(&self, rows: u64) -> String {
        let per_second = (rows as f64 / self.seconds).round();
        let peak = self.peak.map_or("?".to_owned(), |bytes| format!("{:.0}", bytes as f64 / 1e6));
        let times = self.times.map_or(String::new(), |times| format!("{times:.2}"));
        let Self { database, what, seconds, .. } = self;
        format!("{database:<9} {what:<22} {seconds:>9.2} {per_second:>10} {peak:>9} {times:>9}")
    }
}

/// The table. Memory is that of the process itself, not of a server.
pub fn words(lines: &[Line], rows: u64) -> String {
    let head =
        format!("{:<9} {:<22} {:>9} {:>10} {:>9} {:>9}", "database", "what", "seconds", "rows/s", "peak MB", "× bulk");
    let lines = lines.iter().map(|line| line.words(rows));
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}
