//! Configuration: a pure function of a lookup (environment first, then an
//! optional TOML file). It reports every mistake at once, and in production
//! refuses what is only fit for trying out.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::db::{DatabaseUrl, Limits};
use crate::facility::kind::Site;
use crate::mail::bounce::Maildir;
use crate::retention::{LEAST_DAYS, MOST_DAYS, Terms};
use crate::scan::ScannerPlace;
use crate::storage::place::{BucketKeys, StoragePlace};
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
    /// How long PostgreSQL works on one statement.
    pub database_limits: Limits,
    /// Where files are kept: evidence and all else that people hand in or get.
    pub evidence: StoragePlace,
    /// The keys to the bucket, where that is one.
    pub bucket_keys: BucketKeys,
    /// The virus scanner; none until one is named.
    pub clamd: Option<ScannerPlace>,
    /// Where files are received before they go to the bucket.
    pub staging_dir: PathBuf,
    /// How mail leaves.
    pub mail: MailTarget,
    /// The one sender address, `Name <address>`.
    pub mail_from: String,
    /// Where mails to that address arrive, for reading which letters came back; none
    /// until one is named.
    pub bounces: Option<Maildir>,
    /// Where the portal listens.
    pub portal_listen: SocketAddr,
    /// Where the back office listens.
    pub admin_listen: SocketAddr,
    /// Where the device API listens.
    pub device_api_listen: SocketAddr,
    /// Where operators find health and metrics of this process, if anywhere.
    pub internal_listen: Option<SocketAddr>,
    /// The portal's address as users see it, without a slash at the end: that of
    /// the site `omf`, and of both sites where `csm_url` is not set.
    pub portal_url: String,
    /// The address of the site `csm`, where it has one of its own.
    pub csm_url: Option<String>,
    /// Further host names of the two sites: whoever comes there is sent on.
    pub former_hosts: Vec<FormerHost>,
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
    /// How long what must not be kept for ever is kept.
    pub retention: Terms,
    /// A font with Japanese letters for PDF files that bring none along; without
    /// one the usual places are looked at.
    pub pdf_font: Option<PathBuf>,
    /// Password hashing threads.
    pub hash_threads: usize,
    /// How long device checks go on without a word from the database, seconds.
    pub check_staleness_seconds: u32,
    /// The call centre's number, as shown.
    pub call_centre_phone: String,
    /// Where flaws are reported to (`mailto:` or `https:`), if that is to be told.
    pub security_contact: Option<String>,
}

/// Where users find the two portal sites: at an address each, or both at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUrls {
    omf: String,
    csm: Option<String>,
}

impl PortalUrls {
    /// The address of `omf`, and that of `csm` where it has one of its own.
    pub fn new(omf: impl Into<String>, csm: Option<String>) -> Self {
        Self { omf: omf.into(), csm }
    }

    /// The address of a site, without a slash at the end.
    pub fn of(&self, site: Site) -> &str {
        match (site, &self.csm) {
            (Site::Csm, Some(csm)) => csm,
            (Site::Csm, None) | (Site::Omf, _) => &self.omf,
        }
    }
}

/// A host name that leads on to the address of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerHost {
    /// The host as browsers send it, with its port if it has one.
    pub host: String,
    /// The site it leads to.
    pub site: Site,
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

const CSM_URL: &str = "UKETSUKE_CSM_URL";

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
        read.refuse_shared_hosts(&config);
        if read.errors.is_empty() { Ok(config) } else { Err(ConfigErrors(read.errors)) }
    }

    /// Where users find the two portal sites.
    pub fn portals(&self) -> PortalUrls {
        PortalUrls::new(&self.portal_url, self.csm_url.clone())
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
            database_limits: Limits {
                statement: self.seconds("UKETSUKE_DATABASE_STATEMENT_SECONDS", "10"),
                long_statement: self.seconds("UKETSUKE_DATABASE_LONG_STATEMENT_SECONDS", "300"),
            },
            evidence: self.evidence(),
            bucket_keys: BucketKeys {
                access: self.text("UKETSUKE_S3_ACCESS_KEY", ""),
                secret: self.text("UKETSUKE_S3_SECRET_KEY", ""),
            },
            clamd: self.optional("UKETSUKE_CLAMD"),
            staging_dir: self.text("UKETSUKE_STAGING_DIR", "var/staging").into(),
            mail: self.mail(),
            mail_from: self.text("UKETSUKE_MAIL_FROM", "施術所等ポータル（送信専用） <noreply@localhost.localdomain>"),
            bounces: self.optional("UKETSUKE_BOUNCES"),
            portal_url: self.url("UKETSUKE_PORTAL_URL", portal_listen),
            csm_url: self.csm_url(),
            former_hosts: self.former_hosts(),
            admin_url: self.url("UKETSUKE_ADMIN_URL", admin_listen),
            device_api_url: self.url("UKETSUKE_DEVICE_API_URL", device_api_listen),
            internal_listen: self.optional("UKETSUKE_INTERNAL_LISTEN"),
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
            retention: self.retention(),
            pdf_font: Some(self.text("UKETSUKE_PDF_FONT", "")).filter(|path| !path.is_empty()).map(PathBuf::from),
            hash_threads: self.parsed("UKETSUKE_HASH_THREADS", "1"),
            check_staleness_seconds: self.check_staleness_seconds(),
            call_centre_phone: self.text("UKETSUKE_CALL_CENTRE_PHONE", "0120-000-000"),
            security_contact: self.security_contact(),
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

    fn seconds(&mut self, key: &str, default: &str) -> Duration {
        let seconds: u32 = self.parsed(key, default);
        if !(1..=86_400).contains(&seconds) {
            self.errors.push(format!("{key}: between 1 and 86400"));
        }
        Duration::from_secs(seconds.into())
    }

    fn check_staleness_seconds(&mut self) -> u32 {
        let seconds = self.parsed("UKETSUKE_CHECK_STALENESS_SECONDS", "30");
        if !(1..=600).contains(&seconds) {
            self.errors.push("UKETSUKE_CHECK_STALENESS_SECONDS: between 1 and 600".into());
        }
        seconds
    }

    fn retention(&mut self) -> Terms {
        Terms::read(|topic| {
            let days = self.parsed(topic.variable(), topic.usual_days());
            if days != 0 && !(LEAST_DAYS..=MOST_DAYS).contains(&days) {
                let said = "0 for never, or between";
                self.errors.push(format!("{}: {said} {LEAST_DAYS} and {MOST_DAYS} days", topic.variable()));
            }
            days
        })
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

    fn evidence(&mut self) -> StoragePlace {
        let place = StoragePlace::parse(&self.text("UKETSUKE_EVIDENCE", "file:var/evidence"));
        let place = place.unwrap_or_else(|fault| {
            self.errors.push(format!("UKETSUKE_EVIDENCE: {fault}"));
            StoragePlace::Folder(PathBuf::new())
        });
        for key in ["UKETSUKE_S3_ACCESS_KEY", "UKETSUKE_S3_SECRET_KEY"] {
            if matches!(place, StoragePlace::Bucket(_)) && self.text(key, "").is_empty() {
                self.errors.push(format!("{key}: needed for the bucket of UKETSUKE_EVIDENCE"));
            }
        }
        place
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
        self.address(key, &url)
    }

    fn address(&mut self, key: &str, url: &str) -> String {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.errors.push(format!("{key}: must start with https:// (or http:// for trying out)"));
        }
        url.trim_end_matches('/').to_owned()
    }

    fn csm_url(&mut self) -> Option<String> {
        let url = self.text(CSM_URL, "");
        (!url.is_empty()).then(|| self.address(CSM_URL, &url))
    }

    /// One address on one line, as `security.txt` names it.
    fn security_contact(&mut self) -> Option<String> {
        const KEY: &str = "UKETSUKE_SECURITY_CONTACT";
        let contact = Some(self.text(KEY, "").trim().to_owned()).filter(|contact| !contact.is_empty())?;
        let known =
            ["mailto:", "https://"].iter().any(|scheme| contact.len() > scheme.len() && contact.starts_with(scheme));
        if !known || contact.contains(|c: char| c.is_whitespace() || c.is_control()) {
            self.errors.push(format!("{KEY}: use mailto:ADDRESS or https://…"));
        }
        Some(contact)
    }

    fn former_hosts(&mut self) -> Vec<FormerHost> {
        let keys = [("UKETSUKE_PORTAL_FORMER_HOSTS", Site::Omf), ("UKETSUKE_CSM_FORMER_HOSTS", Site::Csm)];
        let hosts = keys.map(|(key, site)| {
            let hosts: Vec<String> = self.list(key);
            if hosts.iter().any(|host| host.contains('/')) {
                self.errors.push(format!("{key}: name hosts alone, without https:// and paths"));
            }
            hosts.into_iter().map(move |host| FormerHost { host: host.to_ascii_lowercase(), site })
        });
        hosts.into_iter().flatten().collect()
    }

    /// Browsers tell cookies apart by host names, and requests go to a site by theirs.
    fn refuse_shared_hosts(&mut self, config: &Config) {
        let own: Vec<&str> =
            [Some(&config.portal_url), config.csm_url.as_ref()].into_iter().flatten().map(|url| host(url)).collect();
        if let [omf, csm] = own[..]
            && host_name(omf) == host_name(csm)
        {
            self.errors.push(format!("{CSM_URL}: must have another host name than UKETSUKE_PORTAL_URL"));
        }
        for former in &config.former_hosts {
            if own.iter().any(|own| own.eq_ignore_ascii_case(&former.host)) {
                self.errors.push(format!("{} is the host of a site, it leads nowhere else", former.host));
            }
        }
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
        refuse(
            config.database.is_unguarded(),
            "UKETSUKE_DATABASE_URL: add sslmode=verify-full, or sslmode=disable where nobody else is on the way",
        );
        refuse(
            matches!(&config.evidence, StoragePlace::Bucket(bucket) if bucket.is_plain()),
            "UKETSUKE_EVIDENCE: the endpoint must be https://",
        );
        for (key, url) in [
            ("UKETSUKE_PORTAL_URL", &config.portal_url),
            ("UKETSUKE_ADMIN_URL", &config.admin_url),
            ("UKETSUKE_DEVICE_API_URL", &config.device_api_url),
        ] {
            refuse(!url.starts_with("https://"), &format!("{key}: must be https://"));
        }
        let plain = config.csm_url.as_ref().is_some_and(|url| !url.starts_with("https://"));
        refuse(plain, &format!("{CSM_URL}: must be https://"));
    }
}

/// What stands between `https://` and the first slash, as the header `Host` has it.
pub fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// A host without its port.
fn host_name(host: &str) -> String {
    let port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let name = host.rsplit_once(':').filter(|(_, rest)| port(rest)).map_or(host, |(name, _)| name);
    name.to_ascii_lowercase()
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
            ("UKETSUKE_BOUNCES", "/var/mail/bounces"),
        ])
        .err()
        .unwrap();
        assert_eq!(errors.len(), 5, "{errors:?}");
    }

    #[test]
    fn flaws_are_reported_to_one_address() {
        let read = |contact: &str| config(&[("UKETSUKE_SECURITY_CONTACT", contact)]);
        assert_eq!(read("").unwrap().security_contact, None);
        for good in ["mailto:security@example.jp", "https://example.jp/security"] {
            assert_eq!(read(good).unwrap().security_contact.as_deref(), Some(good));
        }
        for bad in ["security@example.jp", "http://example.jp", "mailto:", "mailto:a@b.jp\nExpires: never"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bucket_needs_its_keys_and_in_production_https() {
        let key = [("UKETSUKE_S3_ACCESS_KEY", "a"), ("UKETSUKE_S3_SECRET_KEY", "b")];
        let at = |place: &'static str| [key[0], key[1], ("UKETSUKE_EVIDENCE", place)];
        assert!(config(&at("s3://b?endpoint=http://s3.example")).is_ok());
        let without = config(&[("UKETSUKE_EVIDENCE", "s3://b")]).err().unwrap();
        assert!(without.0.len() == 2 && without.to_string().contains("UKETSUKE_S3_SECRET_KEY: needed"), "{without}");
        let [one, other, place] = at("s3://b?endpoint=http://s3.example");
        let plain = config(&[one, other, place, ("UKETSUKE_PRODUCTION", "true")]).err().unwrap();
        assert!(plain.to_string().contains("UKETSUKE_EVIDENCE: the endpoint must be https://"), "{plain}");
    }

    #[test]
    fn production_wants_to_know_that_the_way_to_the_database_is_safe() {
        let refused = |url: &str| {
            let ConfigErrors(errors) =
                config(&[("UKETSUKE_PRODUCTION", "true"), ("UKETSUKE_DATABASE_URL", url)]).err().unwrap();
            errors.iter().any(|error| error.contains("UKETSUKE_DATABASE_URL: add sslmode"))
        };
        for safe in [
            "sqlite:x.db",
            "postgres:///uketsuke?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/uketsuke",
            "postgres://u:p@127.0.0.1:6432/uketsuke",
            "postgres://u@[::1]:6432/uketsuke",
            "postgres://localhost/uketsuke?connect_timeout=2",
            "postgres://u:p@db.example.jp/uketsuke?sslmode=verify-full&sslrootcert=/etc/ca.pem",
            "postgres://postgres/uketsuke?sslmode=disable",
        ] {
            assert!(!refused(safe), "{safe}");
        }
        for open in [
            "postgres://u:p@db.example.jp/uketsuke",
            "postgres://u:p@db.example.jp:5432/uketsuke?sslmode=require",
            "postgres://u:p@localhost,db.example.jp/uketsuke?sslmode=prefer",
            "postgres:///uketsuke?host=10.0.0.7",
        ] {
            assert!(refused(open), "{open}");
        }
    }

    #[test]
    fn production_refuses_what_is_only_fit_for_trying_out() {
        let ConfigErrors(errors) = config(&[("UKETSUKE_PRODUCTION", "true")]).err().unwrap();
        assert_eq!(errors.len(), 5, "{errors:?}");
    }
    #[test]
    fn both_sites_have_one_address_until_the_second_is_given_its_own() {
        let one = config(&[("UKETSUKE_PORTAL_URL", "https://omf.example/")]).unwrap().portals();
        assert_eq!((one.of(Site::Omf), one.of(Site::Csm)), ("https://omf.example", "https://omf.example"));
        let pairs = [("UKETSUKE_PORTAL_URL", "https://omf.example"), ("UKETSUKE_CSM_URL", "https://csm.example/")];
        let two = config(&pairs).unwrap().portals();
        assert_eq!((two.of(Site::Omf), two.of(Site::Csm)), ("https://omf.example", "https://csm.example"));
    }

    #[test]
    fn the_second_site_has_a_host_name_of_its_own_and_in_production_https() {
        for (csm, production, fault) in [
            ("https://omf.example", "false", "another host name"),
            ("https://OMF.example:8443", "false", "another host name"),
            ("csm.example", "false", "must start with https://"),
            ("http://csm.example", "true", "UKETSUKE_CSM_URL: must be https://"),
            ("https://csm.example", "false", ""),
        ] {
            let pairs = [
                ("UKETSUKE_PORTAL_URL", "https://omf.example"),
                ("UKETSUKE_CSM_URL", csm),
                ("UKETSUKE_PRODUCTION", production),
            ];
            let errors = config(&pairs).err().map_or(String::new(), |errors| errors.to_string());
            assert!(errors.contains(fault) && errors.is_empty() == fault.is_empty(), "{csm}: {errors}");
        }
    }

    #[test]
    fn former_hosts_are_names_that_no_site_has() {
        let read = |omf: &str, csm: &str| {
            config(&[
                ("UKETSUKE_PORTAL_URL", "https://omf.example"),
                ("UKETSUKE_PORTAL_FORMER_HOSTS", omf),
                ("UKETSUKE_CSM_FORMER_HOSTS", csm),
            ])
        };
        let hosts = read("www.omf.example, OLD.example", "csm.example:8443").unwrap().former_hosts;
        let known: Vec<_> = hosts.iter().map(|former| (former.host.as_str(), former.site)).collect();
        assert_eq!(
            known,
            [("www.omf.example", Site::Omf), ("old.example", Site::Omf), ("csm.example:8443", Site::Csm)]
        );
        assert!(read("https://old.example/", "").is_err() && read("", "omf.example").is_err());
    }
}
