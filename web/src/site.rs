//! What a site is towards the outside: its name, its address, its cookies and
//! the proxies it believes. Every application holds its [`Sites`]: mostly one; the
//! portal two where each has an address of its own. Which one a request came to
//! is told by its header `Host` alone.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::{HOST, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, web};
use uketsuke_core::config::host;
use uketsuke_core::facility::kind;
use uketsuke_core::notice::Audience;
use uketsuke_core::secret::Keyring;

use crate::announced::Announced;
use crate::csrf;
use crate::flash;
use crate::headers;
use crate::page::{Frame, NavItem, Phone, SiteName};
use crate::request::Visitor;

/// The sites an application answers as; shared by its workers as `web::Data<Sites>`.
#[derive(Debug, Clone)]
pub struct Sites {
    first: Site,
    others: Vec<Site>,
    /// Hosts that are sent on, each with the address they lead to.
    former: Vec<(String, String)>,
    policy: HeaderValue,
}

impl From<Site> for Sites {
    fn from(first: Site) -> Self {
        let policy = HeaderValue::from_static(headers::CSP);
        Self { first, others: Vec::new(), former: Vec::new(), policy }
    }
}

impl Sites {
    /// Adds a site at an address of its own. Forms of either may lead to the other:
    /// browsers hold a redirect after a form to the page's policy.
    pub fn and(mut self, other: Site) -> Self {
        self.others.push(other);
        let origins: Vec<&str> = self.all().map(|site| site.origin.as_str()).collect();
        if let Ok(policy) = HeaderValue::from_str(&headers::csp_with_forms_to(&origins)) {
            self.policy = policy;
        }
        self
    }

    /// Sends whoever comes to this host on to an address.
    pub fn sending_on(mut self, host: impl Into<String>, to: impl Into<String>) -> Self {
        self.former.push((host.into(), to.into()));
        self
    }

    /// The sites of the application a request came to.
    ///
    /// # Panics
    /// When the application was built without them, which no start survives.
    pub fn of(request: &HttpRequest) -> &Sites {
        request.app_data::<web::Data<Sites>>().expect("server::app gives every application its sites")
    }

    /// The site of a request: the one with its host, the first for every other host.
    pub fn of_host(&self, request: &HttpRequest) -> &Site {
        if self.others.is_empty() {
            return &self.first;
        }
        let asked = host_of(request);
        self.all().find(|site| site.is_at(asked)).unwrap_or(&self.first)
    }

    /// The site that answers hosts nobody knows.
    pub fn first(&self) -> &Site {
        &self.first
    }

    /// The address that a request to a former host is sent on to.
    pub(crate) fn sent_on(&self, request: &HttpRequest) -> Option<&str> {
        let asked = host_of(request);
        self.former.iter().find(|(host, _)| host.eq_ignore_ascii_case(asked)).map(|(_, to)| to.as_str())
    }

    /// What pages may load, and where their forms may lead.
    pub(crate) fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    fn all(&self) -> impl Iterator<Item = &Site> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// The host a browser asked for; no proxy's word counts.
fn host_of(request: &HttpRequest) -> &str {
    request.headers().get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The portal site a request came to, where each has an address of its own.
pub fn came_to(request: &HttpRequest) -> Option<kind::Site> {
    let sites = Sites::of(request);
    if sites.others.is_empty() { None } else { sites.of_host(request).name.portal() }
}

/// The portal site a page speaks for: that of the facility in hand, else the one
/// the request came to.
pub fn which(request: &HttpRequest) -> kind::Site {
    let in_hand = request.extensions().get::<SignedInAs>().and_then(|known| known.site.portal());
    in_hand.or_else(|| Site::of(request).name.portal()).unwrap_or(kind::Site::Omf)
}

/// The address of a portal site, if that is another than the request came to.
pub fn elsewhere(request: &HttpRequest, site: kind::Site) -> Option<&str> {
    let (sites, here) = (Sites::of(request), Site::of(request));
    let wanted = sites.all().find(|one| one.name.portal() == Some(site))?;
    (wanted.origin != here.origin).then_some(wanted.origin.as_str())
}

/// One site.
#[derive(Debug, Clone)]
pub struct Site {
    /// Shown in header and window title.
    pub name: SiteName,
    /// The address as users see it, without a slash at the end.
    pub origin: String,
    /// Ties forms to cookies.
    pub keyring: Arc<Keyring>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// The call centre's number, as shown.
    pub phone: String,
    /// How its cookies are called and sent.
    pub cookies: CookieNames,
    /// Pages (errors become pages) or an API (errors stay as they are).
    pub face: Face,
}

/// What a site answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// HTML: every failure becomes an error page.
    Pages,
    /// JSON: handlers shape their failures themselves.
    Api,
}

/// The names of a site's cookies, without prefix. Sites differ, because
/// browsers share cookies between the ports of one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieNames {
    /// The session.
    pub session: &'static str,
    /// The visitor before a session.
    pub visitor: &'static str,
    /// The message carried over a redirect.
    pub flash: &'static str,
    /// Whether other sites' links bring cookies along.
    pub same_site: SameSite,
}

/// Who is signed in, for the header of every page, error pages included. The
/// site's own session extractor puts it into the request.
#[derive(Debug, Clone)]
pub struct SignedInAs {
    /// The person's name.
    pub person: String,
    /// The facility in hand; in the back office the roles.
    pub facility: String,
    /// Whether there is another facility to switch to.
    pub can_switch: bool,
    /// Whether it is staff who look at what the facility sees.
    pub watching: bool,
    /// The site's name for this person, where it is not the usual one.
    pub site: SiteName,
    /// What of the notices is for the facility in hand.
    pub audience: Audience,
    /// How many of these are unread, where they are counted.
    pub unread: Option<u32>,
    /// The main navigation.
    pub nav: &'static [NavItem],
}

impl SignedInAs {
    /// Lets the pages drawn for this request know.
    pub fn announce(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }

    /// One notice less is unread, from this page on.
    pub fn has_read_one(request: &HttpRequest) {
        if let Some(known) = request.extensions_mut().get_mut::<Self>() {
            known.unread = known.unread.map(|unread| unread.saturating_sub(1));
        }
    }

    fn draw(&self, frame: Frame, path: &str) -> Frame {
        let open = |item: &&NavItem| path == item.href || path.starts_with(&format!("{}/", item.href));
        let current = self.nav.iter().filter(open).max_by_key(|item| item.href.len()).map_or("", |item| item.href);
        frame
            .site(self.site)
            .person(&self.person)
            .facility(&self.facility)
            .can_switch(self.can_switch)
            .watching(self.watching)
            .unread(self.unread)
            .nav(self.nav, current)
    }
}

/// The portal's cookies.
pub const PORTAL_COOKIES: CookieNames =
    CookieNames { session: "portal", visitor: "visitor", flash: "flash", same_site: SameSite::Lax };
/// The back office's cookies.
pub const OFFICE_COOKIES: CookieNames =
    CookieNames { session: "office", visitor: "office-visitor", flash: "office-flash", same_site: SameSite::Strict };

impl Site {
    /// The site a request came to.
    ///
    /// # Panics
    /// As [`Sites::of`].
    pub fn of(request: &HttpRequest) -> &Site {
        Sites::of(request).of_host(request)
    }

    /// Whether its address has this host; the scheme's own port may be named or not.
    fn is_at(&self, asked: &str) -> bool {
        let port = if self.is_secure() { ":443" } else { ":80" };
        let bare = |host: &str| host.strip_suffix(port).unwrap_or(host).to_ascii_lowercase();
        bare(host(&self.origin)) == bare(asked)
    }

    /// Whether users come over HTTPS. Over plain HTTP (trying out) cookies can be
    /// neither `Secure` nor `__Host-`.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// A cookie's full name: `__Host-` binds it to this very host (RFC 6265bis §4.1.3).
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A cookie out of scripts' reach. Without `max_age` it ends with the browser.
    pub fn cookie(&self, name: &str, value: impl Into<String>, max_age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.cookie_name(name), value.into())
            .path("/")
            .http_only(true)
            .secure(self.is_secure())
            .same_site(self.cookies.same_site)
            .finish();
        cookie.set_max_age(max_age);
        cookie
    }

    /// The cookie that takes another of this name away.
    pub fn removal(&self, name: &str) -> Cookie<'static> {
        self.cookie(name, "", Some(Duration::ZERO))
    }

    /// A cookie's value as the browser sent it.
    pub fn cookie_value(&self, request: &HttpRequest, name: &str) -> Option<String> {
        request.cookie(&self.cookie_name(name)).map(|cookie| cookie.value().to_owned())
    }

    /// The session cookie's value as the browser sent it.
    pub fn session_value(&self, request: &HttpRequest) -> Option<String> {
        self.cookie_value(request, self.cookies.session).filter(|value| !value.is_empty())
    }

    /// The values a form's token may be tied to, the one for new forms first.
    pub fn form_ties(&self, request: &HttpRequest) -> Vec<String> {
        let visitor = request.extensions().get::<Visitor>().map(|visitor| visitor.0.clone());
        self.session_value(request).into_iter().chain(visitor).collect()
    }

    /// The frame of a page: for the one signed in, else for nobody in particular.
    pub fn frame(&self, request: &HttpRequest, title: impl Into<String>) -> Frame {
        let token = self.form_ties(request).first().map(|tie| csrf::token(&self.keyring, tie));
        let announced = request.extensions().get::<Announced>().cloned().unwrap_or_default();
        let open_now = announced.desk_is_open;
        let frame = Frame::new(title)
            .site(self.name)
            .csrf(token.unwrap_or_default())
            .flash(flash::read(self, request))
            .phone(Phone { number: self.phone.clone(), open_now, ..Phone::default() })
            .address(request.path());
        match request.extensions().get::<SignedInAs>() {
            Some(known) => known.draw(frame, request.path()).emergency(announced.emergency(known.audience)),
            None => frame.emergency(self.name.portal().and_then(|site| announced.emergency(Audience::at(site)))),
        }
    }
}

/// The frame of a page at the site the request came to.
pub fn frame(request: &HttpRequest, title: impl Into<String>) -> Frame {
    Site::of(request).frame(request, title)
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
