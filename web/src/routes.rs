//! The table of routes: every address of a site in one list, with the method,
//! who may, and the handler. A test walks each table; an address that is not in
//! it does not exist.

use actix_web::guard::Guard;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, guard as guards, web};
use uketsuke_core::staff::role::Permission;

use crate::guard;

/// Who may use a route. The handler's extractor enforces it; the table says it,
/// and the walk compares the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Whoever comes.
    Anyone,
    /// A mail program, by the address in a letter (RFC 8058): it has neither cookies
    /// nor the token of a form.
    MailProgram,
    /// A person signed in to the portal.
    SignedIn,
    /// The same, but not staff who look at what the facility sees.
    Person,
    /// A person signed in and verified as belonging to the facility.
    Verified,
    /// The same, but not staff who look at what the facility sees.
    VerifiedPerson,
    /// Any member of staff, both factors passed.
    StaffAny,
    /// A member of staff whose role has this permission.
    Staff(Permission),
    /// A member of staff whose password was right and whose second factor is awaited.
    StaffEnrolling,
    /// A device, by its credential or token.
    Device,
    /// The eligibility service, by its credential.
    EligibilityService,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Route {
    /// How it is asked. `GET` answers `HEAD` as well.
    pub method: Method,
    /// The address, with `{parts}`.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// Makes the handler: `|| web::to(page::show)`.
    pub handler: fn() -> actix_web::Route,
}

/// A page to look at.
pub const fn get(path: &'static str, who: Who, handler: fn() -> actix_web::Route) -> Route {
    Route { method: Method::GET, path, who, handler }
}

/// A form to send.
pub const fn post(path: &'static str, who: Who, handler: fn() -> actix_web::Route) -> Route {
    Route { method: Method::POST, path, who, handler }
}

/// Adds a table of pages, each behind the guard against forged forms.
pub fn configure(config: &mut web::ServiceConfig, routes: Vec<Route>) {
    for (path, group) in by_path(routes) {
        // Such a path has nothing but its one route.
        let by_program = group.iter().all(|route| route.who == Who::MailProgram);
        match by_program {
            true => config.service(resource(path, group).wrap(from_fn(guard::api))),
            false => config.service(resource(path, group).wrap(from_fn(guard::pages))),
        };
    }
}

/// Adds a table of an API: other programs call it, so no form tokens.
pub fn configure_api(config: &mut web::ServiceConfig, routes: Vec<Route>) {
    for (path, group) in by_path(routes) {
        config.service(resource(path, group).wrap(from_fn(guard::api)));
    }
}

/// The routes of one path together, in the order of their first mention.
fn by_path(routes: Vec<Route>) -> Vec<(&'static str, Vec<Route>)> {
    let mut groups: Vec<(&'static str, Vec<Route>)> = Vec::new();
    for route in routes {
        match groups.iter_mut().find(|(path, _)| *path == route.path) {
            Some((_, group)) => group.push(route),
            None => groups.push((route.path, vec![route])),
        }
    }
    groups
}

fn resource(path: &'static str, routes: Vec<Route>) -> Resource {
    let methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    let allow = methods.join(", ");
    let refuse = move || {
        let allow = allow.clone();
        async move { HttpResponse::MethodNotAllowed().insert_header((ALLOW, allow)).finish() }
    };
    let add = |resource: Resource, route: Route| resource.route((route.handler)().guard(Asked(route.method)));
    routes.into_iter().fold(web::resource(path), add).default_service(web::to(refuse))
}

/// Asked by this method; a `GET` handler answers `HEAD` too (RFC 9110 §9.3.2).
struct Asked(Method);

impl Guard for Asked {
    fn check(&self, context: &guards::GuardContext<'_>) -> bool {
        let asked = &context.head().method;
        *asked == self.0 || (*asked == Method::HEAD && self.0 == Method::GET)
    }
}
