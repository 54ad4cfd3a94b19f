//! Composition: builds everything the program is made of, once, from the
//! configuration. Sites and workers get their shares from here.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use uketsuke_admin::Office;
use uketsuke_core::application::Procedures;
use uketsuke_core::clock::Clock;
use uketsuke_core::config::{Config, MailTarget};
use uketsuke_core::db::{DatabaseUrl, Db, Limits};
use uketsuke_core::evidence::Viewer;
use uketsuke_core::evidence::viewer::opener::Opener;
use uketsuke_core::facility::kind;
use uketsuke_core::mail::{FileMail, MailContext, SmtpMail, Transport};
use uketsuke_core::pdf::font;
use uketsuke_core::scan::Scanner;
use uketsuke_core::secret::{HashCost, Keyring, PasswordHasher};
use uketsuke_core::snapshot::Others;
use uketsuke_core::storage::Storage;
use uketsuke_core::storage::place::StoragePlace;
use uketsuke_portal::Portal;
use uketsuke_portal::announced::Announcements;
use uketsuke_portal::device_api::DeviceApi;
use uketsuke_procedures::Means;
use uketsuke_web::page::{SITE_OFFICE, SITE_OMF, SiteName};
use uketsuke_web::patience::Patience;
use uketsuke_web::site::{CookieNames, Face, OFFICE_COOKIES, PORTAL_COOKIES, Site, Sites};
use uketsuke_workers::Works;

/// Everything there is one of.
#[derive(Clone)]
pub struct Parts {
    /// What the program was told.
    pub config: Arc<Config>,
    /// Connections for pages and commands.
    pub db: Db,
    /// Whoever stops a device here waits until other instances know.
    _others: Arc<Others>,
    /// The installation's keys.
    pub keyring: Arc<Keyring>,
    /// Password hashing threads.
    pub hasher: PasswordHasher,
    /// Where evidence lies.
    pub storage: Storage,
    /// Opens evidence for those who review it.
    pub viewer: Viewer,
    /// Every kind of application.
    pub procedures: Arc<Procedures>,
    /// The way letters leave the house.
    pub transport: Transport,
    /// How long clients are waited for.
    pub patience: Patience,
    /// What every page of the portal tells.
    announced: Arc<Announcements>,
}

impl Parts {
    /// Builds everything as configured, on the machine's clock.
    ///
    /// # Errors
    /// When the database, the folders or the mail target cannot be used.
    pub fn open(config: Config) -> anyhow::Result<Self> {
        Self::on(config, Clock::System, HashCost::STANDARD)
    }

    /// As [`Parts::open`], on a clock and at a cost of one's own.
    ///
    /// # Errors
    /// As [`Parts::open`].
    pub fn on(config: Config, clock: Clock, cost: HashCost) -> anyhow::Result<Self> {
        let transport = transport(&config)?;
        Self::with(config, clock, cost, transport)
    }

    /// As [`Parts::open`], with what tests replace.
    ///
    /// # Errors
    /// As [`Parts::open`].
    pub fn with(config: Config, clock: Clock, cost: HashCost, transport: Transport) -> anyhow::Result<Self> {
        let keyring = Arc::new(keyring(&config)?);
        let db = open_db(&config, config.database_limits, clock, &keyring)?;
        Ok(Self {
            _others: Others::watch(&db),
            announced: Announcements::new(&db),
            db,
            hasher: PasswordHasher::start_with(config.hash_threads, cost)?,
            storage: storage(&config)?,
            viewer: Viewer::new(
                Opener::this_program().context("the program cannot find itself")?,
                font::place(config.pdf_font.clone()),
            ),
            procedures: Arc::new(procedures(&config, &keyring)),
            keyring,
            transport,
            patience: Patience::STANDARD,
            config: Arc::new(config),
        })
    }

    /// What portal pages work with.
    pub fn portal(&self) -> Portal {
        Portal {
            db: self.db.clone(),
            keyring: self.keyring.clone(),
            hasher: self.hasher.clone(),
            storage: self.storage.clone(),
            // However many forms are read, whoever reviews is not kept waiting.
            viewer: self.viewer.apart(),
            config: self.config.clone(),
            procedures: self.procedures.clone(),
            announced: self.announced.clone(),
        }
    }

    /// What the device API works with, on connections of its own, so that a
    /// crowd at the pages cannot use up those of the checks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn device_api(&self) -> anyhow::Result<DeviceApi> {
        Ok(DeviceApi::new(
            self.own_connections(self.config.database_limits)?,
            self.keyring.clone(),
            self.storage.clone(),
            self.config.clone(),
        ))
    }

    /// What back-office pages work with.
    pub fn office(&self) -> Office {
        Office {
            db: self.db.clone(),
            keyring: self.keyring.clone(),
            hasher: self.hasher.clone(),
            storage: self.storage.clone(),
            viewer: self.viewer.clone(),
            config: self.config.clone(),
            procedures: self.procedures.clone(),
        }
    }

    /// What jobs work with, on connections of their own, which let statements take
    /// their time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn works(&self) -> anyhow::Result<Works> {
        let context = MailContext {
            portals: self.config.portals(),
            admin_url: self.config.admin_url.clone(),
            call_centre_phone: self.config.call_centre_phone.clone(),
            keyring: self.keyring.clone(),
        };
        let limits = self.config.database_limits;
        Ok(Works {
            db: self.own_connections(Limits { statement: limits.long_statement, ..limits })?,
            context,
            transport: self.transport.clone(),
            storage: self.storage.clone(),
            procedures: self.procedures.clone(),
            pdf_font: self.config.pdf_font.clone(),
            bounces: self.config.bounces.clone(),
            retention: Arc::new(self.config.retention.clone()),
        })
    }

    /// The portal towards the outside: two sites where the second has an address.
    pub fn portal_sites(&self) -> Sites {
        let (urls, first) = (self.config.portals(), Sites::from(self.portal_site(kind::Site::Omf)));
        let sites = match self.config.csm_url {
            Some(_) => first.and(self.portal_site(kind::Site::Csm)),
            None => first,
        };
        let former = self.config.former_hosts.iter();
        former.fold(sites, |sites, former| sites.sending_on(&former.host, urls.of(former.site)))
    }

    /// One of the portal's sites.
    pub fn portal_site(&self, site: kind::Site) -> Site {
        self.site(SiteName::of(site), self.config.portals().of(site), PORTAL_COOKIES, Face::Pages)
    }

    /// The back office towards the outside.
    pub fn office_site(&self) -> Site {
        self.site(SITE_OFFICE, &self.config.admin_url, OFFICE_COOKIES, Face::Pages)
    }

    /// The device API towards the outside.
    pub fn device_api_site(&self) -> Site {
        self.site(SITE_OMF, &self.config.device_api_url, PORTAL_COOKIES, Face::Api)
    }

    fn own_connections(&self, limits: Limits) -> anyhow::Result<Db> {
        Ok(open_db(&self.config, limits, self.db.clock().clone(), &self.keyring)?.told_with(&self.db))
    }

    fn site(&self, name: SiteName, origin: &str, cookies: CookieNames, face: Face) -> Site {
        Site {
            name,
            origin: origin.to_owned(),
            keyring: self.keyring.clone(),
            trusted_proxies: self.config.trusted_proxies.clone(),
            phone: self.config.call_centre_phone.clone(),
            cookies,
            face,
        }
    }
}

/// The keyring: the first configured key writes, all of them read.
///
/// # Errors
/// When there is no key.
pub fn keyring(config: &Config) -> anyhow::Result<Keyring> {
    let (first, older) = config.master_keys.split_first().context("no master key is configured")?;
    let ring = Keyring::from_master(&first.id, &first.bytes);
    Ok(older.iter().fold(ring, |ring, key| ring.with_older(&key.id, &key.bytes)))
}

fn procedures(config: &Config, keyring: &Arc<Keyring>) -> Procedures {
    let (keyring, activation_code_days) = (keyring.clone(), config.activation_code_days);
    let former_code_days = config.former_code_days;
    let undo_for = chrono::Duration::minutes(config.undo_minutes);
    uketsuke_procedures::all(&Means { keyring, activation_code_days, former_code_days, undo_for }).undo_for(undo_for)
}

fn open_db(config: &Config, limits: Limits, clock: Clock, keyring: &Arc<Keyring>) -> anyhow::Result<Db> {
    if let DatabaseUrl::Sqlite(path) = &config.database
        && let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    Db::open_within(&config.database, config.database_pool, limits, clock, keyring.clone())
        .context("the database cannot be opened")
}

/// The store as configured.
///
/// # Errors
/// When its folder or bucket cannot be used.
pub fn storage(config: &Config) -> anyhow::Result<Storage> {
    let storage = match &config.evidence {
        StoragePlace::Folder(folder) => {
            Storage::local(folder).with_context(|| format!("cannot use {}", folder.display()))
        }
        StoragePlace::Bucket(bucket) => Storage::bucket(bucket, &config.bucket_keys, &config.staging_dir)
            .with_context(|| format!("cannot use the bucket {}", bucket.name)),
    }?;
    Ok(storage.scanned_by(config.clamd.clone().map(Scanner::at)))
}

fn transport(config: &Config) -> anyhow::Result<Transport> {
    let sender = config.mail_from.parse().context("UKETSUKE_MAIL_FROM: write `Name <address>`")?;
    Ok(match &config.mail {
        MailTarget::Files(folder) => Transport::Files(FileMail::new(folder, sender)),
        MailTarget::Smtp(url) => Transport::Smtp(SmtpMail::new(url, sender).context("UKETSUKE_MAIL")?),
    })
}
