//! Configuration: a pure function of a lookup (environment first, then an
//! optional TOML file). It reports every mistake at once, and in production
//! refuses what is only fit for trying out.

use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::db::DatabaseUrl;
use crate::transfer::Payer;
use crate::transfer::zengin::LineEnds;

/// What the program is told from outside. The README's table names every key.
#[derive(Clone)]
pub struct Config {
    /// Whether real facilities use this instance.
    pub production: bool,
    /// Where the database is.
    pub database: DatabaseUrl,
    /// Connections per pool.
    pub database_pool: u32,
    /// Folder of evidence files.
    pub evidence_dir: PathBuf,
    /// How mail leaves.
    pub mail: MailTarget,
    /// The one sender address, `Name <address>`.
    pub mail_from: String,
    /// Where the portal listens.
    pub portal_listen: SocketAddr,
    /// Where the back office listens.
    pub admin_listen: SocketAddr,
    /// Where the device API listens.
    pub device_api_listen: SocketAddr,
    /// The portal's address as users see it, without a slash at the end.
    pub portal_url: String,
    /// The back office's address as staff see it.
    pub admin_url: String,
    /// The device API's address as devices see it: the OAuth issuer.
    pub device_api_url: String,
    /// The newest first; the first seals, all open.
    pub master_keys: Vec<MasterKey>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Longest mail address accepted, characters.
    pub email_max_chars: usize,
    /// Life of an activation link, hours.
    pub activation_link_hours: i64,
    /// Life of a device's activation code, days.
    pub activation_code_days: i64,
    /// How long a facility's old code is good after 承継, days.
    pub former_code_days: i64,
    /// The account from which 助成金 are paid; none until one is named.
    pub transfer_payer: Option<Payer>,
    /// What ends each record of a transfer file.
    pub transfer_line_ends: LineEnds,
    /// How long staff can undo a decision, minutes; its letter waits meanwhile.
    pub undo_minutes: i64,
    /// A font with Japanese letters for PDF files that bring none along; without
    /// one the usual places are looked at.
    pub pdf_font: Option<PathBuf>,
    /// Password hashing threads.
    pub hash_threads: usize,
    /// How long device checks go on without a word from the database, seconds.
    pub check_staleness_seconds: u32,
    /// The call centre's number, as shown.
    pub call_centre_phone: String,
}

/// A 256-bit key outside the database, with the name that sealed values carry.
#[derive(Clone)]
pub struct MasterKey {
    /// Names the key in what it sealed.
    pub id: String,
    /// The key.
    pub bytes: [u8; 32],
}

/// How mail leaves.
#[derive(Clone)]
pub enum MailTarget {
    /// As files in a folder.
    Files(PathBuf),
    /// Through a server; the URL may hold a password.
    Smtp(String),
}

/// Every mistake of a configuration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", .0.join("\n"))]
pub struct ConfigErrors(pub Vec<String>);

/// Used when no key is configured outside production, so that trying out works.
const TRIAL_KEY: [u8; 32] = *b"for trying out only, not secret!";

impl Config {
    /// Reads the configuration from `lookup`, which is asked for keys such as
    /// `UKETSUKE_DATABASE_URL`.
    ///
    /// # Errors
    /// All mistakes, each naming its key.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut read = Reader { lookup: &lookup, errors: Vec::new() };
        let config = read.config();
        if config.production {
            read.refuse_trial_values(&config);
        }
        if read.errors.is_empty() { Ok(config) } else { Err(ConfigErrors(read.errors)) }
    }
}

struct Reader<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
    errors: Vec<String>,
}

impl Reader<'_> {
    fn config(&mut self) -> Config {
        let portal_listen = self.parsed("UKETSUKE_PORTAL_LISTEN", "127.0.0.1:8080");
        let admin_listen = self.parsed("UKETSUKE_ADMIN_LISTEN", "127.0.0.1:8081");
        let device_api_listen = self.parsed("UKETSUKE_DEVICE_API_LISTEN", "127.0.0.1:8082");
        Config {
            production: self.parsed("UKETSUKE_PRODUCTION", "false"),
            database: self.database(),
            database_pool: self.parsed("UKETSUKE_DATABASE_POOL", "8"),
            evidence_dir: self.text("UKETSUKE_EVIDENCE_DIR", "var/evidence").into(),
            mail: self.mail(),
            mail_from: self.text("UKETSUKE_MAIL_FROM", "施術所等ポータル（送信専用） <noreply@localhost.localdomain>"),
            portal_url: self.url("UKETSUKE_PORTAL_URL", portal_listen),
            admin_url: self.url("UKETSUKE_ADMIN_URL", admin_listen),
            device_api_url: self.url("UKETSUKE_DEVICE_API_URL", device_api_listen),
            portal_listen,
            admin_listen,
            device_api_listen,
            master_keys: self.master_keys(),
            trusted_proxies: self.list("UKETSUKE_TRUSTED_PROXIES"),
            email_max_chars: self.parsed("UKETSUKE_EMAIL_MAX_CHARS", "40"),
            activation_link_hours: self.parsed("UKETSUKE_ACTIVATION_LINK_HOURS", "3"),
            activation_code_days: self.parsed("UKETSUKE_ACTIVATION_CODE_DAYS", "30"),
            former_code_days: self.parsed("UKETSUKE_FORMER_CODE_DAYS", "60"),
            transfer_payer: self.optional("UKETSUKE_TRANSFER_PAYER"),
            transfer_line_ends: self.parsed("UKETSUKE_TRANSFER_LINE_ENDS", "none"),
            undo_minutes: self.parsed("UKETSUKE_UNDO_MINUTES", "5"),
            pdf_font: Some(self.text("UKETSUKE_PDF_FONT", "")).filter(|path| !path.is_empty()).map(PathBuf::from),
            hash_threads: self.parsed("UKETSUKE_HASH_THREADS", "1"),
            check_staleness_seconds: self.check_staleness_seconds(),
            call_centre_phone: self.text("UKETSUKE_CALL_CENTRE_PHONE", "0120-000-000"),
        }
    }

    fn text(&self, key: &str, default: &str) -> String {
        (self.lookup)(key).filter(|v| !v.trim().is_empty()).unwrap_or_else(|| default.to_owned())
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &str, default: &str) -> T
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(key, default);
        match text.trim().parse() {
            Ok(value) => value,
            Err(e) => {
                self.errors.push(format!("{key}: {e}"));
                match default.parse() {
                    Ok(value) => value,
                    Err(_) => unreachable!("the default of {key} is valid"),
                }
            }
        }
    }

    fn optional<T: std::str::FromStr>(&mut self, key: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = (self.lookup)(key).filter(|value| !value.trim().is_empty())?;
        text.trim().parse().map_err(|error| self.errors.push(format!("{key}: {error}"))).ok()
    }

    fn check_staleness_seconds(&mut self) -> u32 {
        let seconds = self.parsed("UKETSUKE_CHECK_STALENESS_SECONDS", "30");
        if !(1..=600).contains(&seconds) {
            self.errors.push("UKETSUKE_CHECK_STALENESS_SECONDS: between 1 and 600".into());
        }
        seconds
    }

    fn list<T: std::str::FromStr>(&mut self, key: &str) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        let text = self.text(key, "");
        let mut values = Vec::new();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match part.parse() {
                Ok(value) => values.push(value),
                Err(e) => self.errors.push(format!("{key}: {part}: {e}")),
            }
        }
        values
    }

    fn database(&mut self) -> DatabaseUrl {
        let url = self.text("UKETSUKE_DATABASE_URL", "sqlite:var/uketsuke.db");
        DatabaseUrl::parse(&url).unwrap_or_else(|| {
            self.errors.push("UKETSUKE_DATABASE_URL: use sqlite:PATH or postgres://…".into());
            DatabaseUrl::Sqlite(String::new())
        })
    }

    fn mail(&mut self) -> MailTarget {
        let target = self.text("UKETSUKE_MAIL", "file:var/mail");
        if let Some(folder) = target.strip_prefix("file:") {
            return MailTarget::Files(folder.into());
        }
        if !target.starts_with("smtp://") && !target.starts_with("smtps://") {
            self.errors.push("UKETSUKE_MAIL: use file:FOLDER, smtp://… or smtps://…".into());
        }
        MailTarget::Smtp(target)
    }

    fn url(&mut self, key: &str, listen: SocketAddr) -> String {
        let default = if listen.ip().is_loopback() {
            format!("http://localhost:{}", listen.port())
        } else {
            format!("http://{listen}")
        };
        let url = self.text(key, &default);
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.errors.push(format!("{key}: must start with https:// (or http:// for trying out)"));
        }
        url.trim_end_matches('/').to_owned()
    }

    /// `ID:BASE64` of 32 bytes each, the newest first, separated by commas.
    fn master_keys(&mut self) -> Vec<MasterKey> {
        let text = self.text("UKETSUKE_MASTER_KEYS", "");
        let mut keys = Vec::new();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match master_key(part) {
                Some(key) => keys.push(key),
                None => self.errors.push("UKETSUKE_MASTER_KEYS: each must be ID:BASE64 of 32 bytes".into()),
            }
        }
        if keys.is_empty() {
            keys.push(MasterKey { id: "trial".into(), bytes: TRIAL_KEY });
        }
        keys
    }

    fn refuse_trial_values(&mut self, config: &Config) {
        let mut refuse = |wrong: bool, text: &str| {
            if wrong {
                self.errors.push(format!("{text} (UKETSUKE_PRODUCTION=true)"));
            }
        };
        refuse(
            config.master_keys.iter().any(|k| k.bytes == TRIAL_KEY),
            "UKETSUKE_MASTER_KEYS: set a random key of your own",
        );
        refuse(
            matches!(config.mail, MailTarget::Files(_)),
            "UKETSUKE_MAIL: files are for trying out; use a mail server",
        );
        for (key, url) in [
            ("UKETSUKE_PORTAL_URL", &config.portal_url),
            ("UKETSUKE_ADMIN_URL", &config.admin_url),
            ("UKETSUKE_DEVICE_API_URL", &config.device_api_url),
        ] {
            refuse(!url.starts_with("https://"), &format!("{key}: must be https://"));
        }
    }
}

fn master_key(text: &str) -> Option<MasterKey> {
    let (id, encoded) = text.split_once(':')?;
    let bytes = STANDARD.decode(encoded).ok()?.try_into().ok()?;
    // Ids stand in front of what their keys made, set off by a dot.
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!id.is_empty() && id.chars().all(fits)).then(|| MasterKey { id: id.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
        Config::from_lookup(|key| pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn nothing_configured_is_fit_for_trying_out() {
        let config = config(&[]).unwrap();
        assert!(!config.production);
        assert_eq!(config.portal_url, "http://localhost:8080");
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let ConfigErrors(errors) = config(&[
            ("UKETSUKE_DATABASE_URL", "mysql://x"),
            ("UKETSUKE_PORTAL_LISTEN", "here"),
            ("UKETSUKE_MASTER_KEYS", "a:short"),
            ("UKETSUKE_CHECK_STALENESS_SECONDS", "0"),
        ])
        .err()
        .unwrap();
        assert_eq!(errors.len(), 4, "{errors:?}");
    }

    #[test]
    fn production_refuses_what_is_only_fit_for_trying_out() {
        let ConfigErrors(errors) = config(&[("UKETSUKE_PRODUCTION", "true")]).err().unwrap();
        assert_eq!(errors.len(), 5, "{errors:?}");
    }
}
