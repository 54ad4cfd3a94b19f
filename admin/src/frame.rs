//! The frame around every page of the back office: its name and its menu.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::HttpRequest;
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::site;

/// The menu: an entry shows to whoever may open it.
const MENU: [(NavItem, Option<Permission>); 14] = [
    (NavItem { href: "/", label: "ホーム" }, None),
    (NavItem { href: "/queue", label: "審査一覧" }, Some(Permission::ReadApplications)),
    (NavItem { href: "/inquiries", label: "お問い合わせ" }, Some(Permission::ReadInquiries)),
    (NavItem { href: "/facilities", label: "施設" }, Some(Permission::ReadFacilities)),
    (NavItem { href: "/devices", label: "端末" }, Some(Permission::ReadFacilities)),
    (NavItem { href: "/facilities/import", label: "マスタ取込" }, Some(Permission::ImportMaster)),
    (NavItem { href: "/reports", label: "集計" }, Some(Permission::ReadApplications)),
    (NavItem { href: "/subsidies", label: "助成金" }, Some(Permission::ReadSubsidies)),
    (NavItem { href: "/payments", label: "支払" }, Some(Permission::ReadSubsidies)),
    (NavItem { href: "/notices", label: "お知らせ・質問" }, Some(Permission::ReadContent)),
    (NavItem { href: "/mails", label: "送信メール" }, Some(Permission::ReadMail)),
    (NavItem { href: "/staff", label: "職員" }, Some(Permission::ManageStaff)),
    (NavItem { href: "/audit", label: "証跡" }, Some(Permission::ReadAudit)),
    (NavItem { href: "/settings", label: "設定" }, Some(Permission::ManageSettings)),
];

/// The menus that were asked for, each made once: frames hold a menu that lives as
/// long as the program. There are no more than there are choices of roles.
static MENUS: LazyLock<Mutex<HashMap<Vec<bool>, &'static [NavItem]>>> = LazyLock::new(Mutex::default);

/// The frame of a page at this site, nobody named.
pub fn of(request: &HttpRequest, title: impl Into<String>) -> Frame {
    site::frame(request, title)
}

/// The menu for these roles.
pub fn nav_for(scope: &StaffScope) -> &'static [NavItem] {
    let open: Vec<bool> =
        MENU.iter().map(|(_, permission)| permission.is_none_or(|permission| scope.may(permission))).collect();
    let mut menus = MENUS.lock().unwrap_or_else(PoisonError::into_inner);
    menus.entry(open).or_insert_with_key(|open| {
        let chosen = MENU.iter().zip(open).filter(|(_, open)| **open);
        chosen.map(|((item, _), _)| *item).collect::<Vec<_>>().leak()
    })
}
