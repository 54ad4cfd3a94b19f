//! What one site is towards the outside: its name, its address, its cookies and
//! the proxies it believes. Every application that serves pages holds one.

use std::net::IpAddr;
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::{HttpMessage, HttpRequest, web};
use uketsuke_core::secret::Keyring;

use crate::csrf;
use crate::flash;
use crate::page::{Frame, NavItem, Phone, SiteName};
use crate::request::Visitor;

/// One site, shared by its workers as `web::Data<Site>`.
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
    /// The main navigation.
    pub nav: &'static [NavItem],
}

impl SignedInAs {
    /// Lets the pages drawn for this request know.
    pub fn announce(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
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
    /// When the application was built without its site, which no start survives.
    pub fn of(request: &HttpRequest) -> &Site {
        request.app_data::<web::Data<Site>>().expect("server::app gives every application its site")
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
        let frame = Frame::new(title)
            .site(self.name)
            .csrf(token.unwrap_or_default())
            .flash(flash::read(self, request))
            .phone(Phone { number: self.phone.clone(), ..Phone::default() })
            .address(request.path());
        match request.extensions().get::<SignedInAs>() {
            Some(known) => known.draw(frame, request.path()),
            None => frame,
        }
    }
}

/// The frame of a page at the site the request came to.
pub fn frame(request: &HttpRequest, title: impl Into<String>) -> Frame {
    Site::of(request).frame(request, title)
}
