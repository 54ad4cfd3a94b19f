//! Who goes first where there are more threads to run than cores: checks, then pages and
//! jobs, then the hashing of passwords. Only the threads of one's own can be put back, and
//! no right is needed for it; what a thread starts (blocking work, the process that
//! opens files) stands where it stands.

/// Where the thread stands; the number is its nice value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Rank {
    /// Pages and jobs: before passwords, behind checks. Not further: pages share the
    /// machine with others (a database, a proxy), and must not starve beside them.
    Pages = 5,
    /// Behind everything: there is always work of this sort if somebody wants it.
    Passwords = 19,
}

impl Rank {
    /// Puts the calling thread there. Without it the program works, only less evenly.
    pub fn take(self) {
        if let Err(error) = rustix::process::setpriority_process(None, self as i32) {
            tracing::warn!(%error, rank = ?self, "a thread runs at normal priority");
        }
    }
}
