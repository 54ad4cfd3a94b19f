//! Where a test's database lies: a copy of one that was migrated before, since
//! migrating anew takes longer than most tests.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ring::digest::{Context, SHA256};
use tempfile::TempDir;
use url::Url;

use super::keyring;
use crate::clock::Clock;
use crate::db::{DatabaseUrl, Db};
use crate::secret::PlainToken;

/// Names a PostgreSQL server on which tests may make databases of their own.
pub const POSTGRES_URL: &str = "UKETSUKE_TEST_POSTGRES_URL";

/// Any number: those who look for the template take turns.
const LOCK: i64 = 7_113_900;
/// What the names of templates begin with.
const TEMPLATE: &str = "uketsuke_template_";

/// A database of one test. Gone when this is dropped.
pub(super) enum Place {
    File { path: PathBuf, _folder: TempDir },
    Server { server: Url, name: String },
}

impl Place {
    /// A database with all tables and no rows but those of the migrations.
    pub fn fresh() -> Self {
        match std::env::var(POSTGRES_URL) {
            Ok(server) if !server.is_empty() => Self::on_server(&server),
            _ => Self::in_folder(),
        }
    }

    /// Where it is.
    pub fn url(&self) -> DatabaseUrl {
        match self {
            Self::File { path, .. } => file_url(path),
            Self::Server { server, name } => DatabaseUrl::Postgres(named(server, name)),
        }
    }

    fn in_folder() -> Self {
        static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
        let (_, template) = TEMPLATE.get_or_init(|| {
            let folder = TempDir::new().expect("a folder");
            let path = folder.path().join("template.db");
            let db = migrated(&file_url(&path));
            db.read_blocking(|c| Ok(c.batch_execute("pragma wal_checkpoint(truncate)")?)).expect("all in one file");
            (folder, path)
        });
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("test.db");
        std::fs::copy(template, &path).expect("copies");
        Self::File { path, _folder: folder }
    }

    fn on_server(server: &str) -> Self {
        static READY: OnceLock<String> = OnceLock::new();
        let server = Url::parse(server).expect("the address of a server");
        let template = READY.get_or_init(|| template(&server).expect("a template is made"));
        let name = format!("t_{}", &PlainToken::mint().hash().as_str()[..20]);
        execute(&server, &format!("create database {name} template {template} strategy file_copy")).expect("copies");
        Self::Server { server, name }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Server { server, name } = self
            && let Err(error) = execute(server, &format!("drop database if exists {name} with (force)"))
        {
            eprintln!("database {name} stays behind: {error}");
        }
    }
}

/// The name of the database that holds just what the migrations make: made by
/// whoever comes first, kept for those who come after, until the migrations change.
fn template(server: &Url) -> Result<String, Box<dyn Error>> {
    let wanted = format!("{TEMPLATE}{}", fingerprint()?);
    let mut conn = PgConnection::establish(server.as_str())?;
    conn.batch_execute(&format!("select pg_advisory_lock({LOCK})"))?;
    let like = format!("{}%", TEMPLATE.replace('_', "\\_"));
    let there: Vec<Name> = diesel::sql_query("select datname::text as name from pg_database where datname like $1")
        .bind::<Text, _>(like)
        .load(&mut conn)?;
    if !there.iter().any(|template| template.name == wanted) {
        for old in there {
            conn.batch_execute(&format!("drop database {}", old.name))?;
        }
        let half = format!("half_{wanted}");
        conn.batch_execute(&format!("drop database if exists {half} with (force)"))?;
        conn.batch_execute(&format!("create database {half}"))?;
        drop(migrated(&DatabaseUrl::Postgres(named(server, &half))));
        conn.batch_execute(&format!("alter database {half} rename to {wanted}"))?;
    }
    Ok(wanted)
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Of all that the migrations say.
fn fingerprint() -> std::io::Result<String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres"));
    let mut steps = std::fs::read_dir(folder)?.map(|step| Ok(step?.path())).collect::<std::io::Result<Vec<_>>>()?;
    steps.sort_unstable();
    let mut digest = Context::new(&SHA256);
    for step in steps {
        digest.update(&std::fs::read(step.join("up.sql"))?);
    }
    Ok(digest.finish().as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn migrated(url: &DatabaseUrl) -> Db {
    let db = Db::open(url, 1, Clock::System, keyring()).expect("opens");
    db.migrate().expect("migrates");
    db
}

fn file_url(path: &Path) -> DatabaseUrl {
    DatabaseUrl::Sqlite(path.to_string_lossy().into_owned())
}

/// The address of another database of the same server.
fn named(server: &Url, database: &str) -> String {
    let mut url = server.clone();
    url.set_path(database);
    url.into()
}

fn execute(server: &Url, sql: &str) -> Result<(), Box<dyn Error>> {
    let mut conn = PgConnection::establish(server.as_str())?;
    conn.batch_execute("set client_min_messages = warning")?;
    Ok(conn.batch_execute(sql)?)
}
