//! What every page of the portal tells ([`Announced`]), kept in memory: the first
//! page that finds the copy older than five seconds reads it again, the others go
//! on with it. So the database is asked once in five seconds by a process, however
//! many pages it draws, and a page is drawn without it too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use futures_util::future::LocalBoxFuture;
use uketsuke_core::calendar::Calendar;
use uketsuke_core::db::{Conn, Db};
use uketsuke_core::error::Result;
use uketsuke_core::notice::Head;
use uketsuke_core::{desk_hours, holiday, notice};
use uketsuke_web::announced::{Announced, Announcer};

/// A copy is good for so long, by the database's clock.
const FRESH: Duration = Duration::seconds(5);

/// What is read at a time; whatever else all pages tell is read here as well.
struct Known {
    calendar: Calendar,
    notices: Arc<Vec<Head>>,
}

/// How long a notice counts as news.
const NEWS: Duration = Duration::days(100);

fn load(conn: &mut Conn, now: DateTime<Utc>) -> Result<Known> {
    let notices = notice::heads(conn, (now - NEWS).into(), now.into())?;
    Ok(Known { calendar: holiday::calendar(conn)?, notices: Arc::new(notices) })
}

/// The copy of one process.
pub struct Announcements {
    db: Db,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    known: Option<Arc<Known>>,
    tried_at: Option<DateTime<Utc>>,
}

impl Announcements {
    /// An empty copy; the first page fills it.
    pub fn new(db: &Db) -> Arc<Self> {
        Arc::new(Self { db: db.clone(), kept: Mutex::default() })
    }

    /// What is known at this moment; nothing until the first reading has succeeded.
    async fn known(&self, now: DateTime<Utc>) -> Option<Arc<Known>> {
        if self.is_due(now) {
            match self.db.read(move |c| load(c, now)).await {
                Ok(known) => self.kept().known = Some(Arc::new(known)),
                Err(error) => tracing::warn!(%error, "pages go on with what they told before"),
            }
        }
        self.kept().known.clone()
    }

    /// Whether to read again; whoever is told so reads, and nobody else meanwhile.
    fn is_due(&self, now: DateTime<Utc>) -> bool {
        let mut kept = self.kept();
        let is_due = kept.tried_at.is_none_or(|at| now < at || now - at >= FRESH);
        if is_due {
            kept.tried_at = Some(now);
        }
        is_due
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Announcer for Announcements {
    fn announced(&self) -> LocalBoxFuture<'_, Announced> {
        Box::pin(async {
            let now = self.db.clock().now();
            let known = self.known(now).await;
            let desk_is_open = known.as_ref().map(|known| desk_hours::is_open(&known.calendar, now));
            Announced { desk_is_open, notices: known.map(|known| known.notices.clone()).unwrap_or_default() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uketsuke_core::db::Actor;
    use uketsuke_core::testing::{TestDb, sql, test_db};

    /// Two seconds before ten o'clock on a Tuesday.
    fn on_tuesday() -> TestDb {
        let db = test_db();
        let ten: DateTime<Utc> = "2026-11-24T00:59:58Z".parse().expect("a time");
        db.clock.advance(ten - db.clock.now());
        db
    }

    fn run(db: &TestDb, text: &'static str) {
        db.write_blocking(Actor::system(), |tx| sql(tx.conn(), text)).expect("runs");
    }

    const CLOSE_TODAY: &str = "insert into holidays (day, name, source, added_by, at)
        values ('2026-11-24', '休業日', 'added', '', '2026-11-24 00:00:00')";

    async fn is_open(told: &Announcements) -> Option<bool> {
        told.announced().await.desk_is_open
    }

    #[actix_web::test]
    async fn the_database_is_asked_once_in_five_seconds() {
        let db = on_tuesday();
        let told = Announcements::new(&db);
        assert_eq!(is_open(&told).await, Some(true));
        run(&db, CLOSE_TODAY);
        db.clock.advance(Duration::milliseconds(4_999));
        assert_eq!(is_open(&told).await, Some(true), "not asked again");
        db.clock.advance(Duration::milliseconds(1));
        assert_eq!(is_open(&told).await, Some(false), "asked again");
    }

    #[actix_web::test]
    async fn the_hours_pass_without_the_database() {
        let db = on_tuesday();
        let told = Announcements::new(&db);
        assert_eq!(is_open(&told).await, Some(true));
        run(&db, "alter table holidays rename to elsewhere");
        db.clock.advance(Duration::hours(7));
        assert_eq!(is_open(&told).await, Some(true), "two seconds before five");
        db.clock.advance(Duration::hours(1));
        db.clock.advance(Duration::seconds(2));
        assert_eq!(is_open(&told).await, Some(false), "six o'clock");
        run(&db, "alter table elsewhere rename to holidays");
    }

    #[actix_web::test]
    async fn nothing_is_told_before_anything_was_read() {
        let db = on_tuesday();
        run(&db, "alter table holidays rename to elsewhere");
        let told = Announcements::new(&db);
        assert_eq!(is_open(&told).await, None);
        run(&db, "alter table elsewhere rename to holidays");
        assert_eq!(is_open(&told).await, None, "nor asked at each page");
        db.clock.advance(FRESH);
        assert_eq!(is_open(&told).await, Some(true));
    }
}
