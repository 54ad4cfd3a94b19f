//! The frame around every page of the back office: its name and its menu.

use std::sync::LazyLock;

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
    (NavItem { href: "/notices", label: "お知らせ" }, Some(Permission::PublishNotices)),
    (NavItem { href: "/mails", label: "送信メール" }, Some(Permission::ReadMail)),
    (NavItem { href: "/staff", label: "職員" }, Some(Permission::ManageStaff)),
    (NavItem { href: "/audit", label: "証跡" }, Some(Permission::ReadAudit)),
    (NavItem { href: "/settings", label: "設定" }, Some(Permission::ManageSettings)),
];

/// Every choice of entries, made once: frames hold a menu that lives as long as
/// the program. The n-th bit of the index stands for the n-th entry.
static MENUS: LazyLock<Vec<Vec<NavItem>>> = LazyLock::new(|| {
    let chosen = |mask: usize| MENU.iter().enumerate().filter(move |(n, _)| mask & (1 << n) != 0);
    (0..1 << MENU.len()).map(|mask| chosen(mask).map(|(_, (item, _))| *item).collect()).collect()
});

/// The frame of a page at this site, nobody named.
pub fn of(request: &HttpRequest, title: impl Into<String>) -> Frame {
    site::frame(request, title)
}

/// The menu for these roles.
pub fn nav_for(scope: &StaffScope) -> &'static [NavItem] {
    let open = |permission: Option<Permission>| permission.is_none_or(|permission| scope.may(permission));
    let mask =
        MENU.iter().enumerate().filter(|(_, (_, permission))| open(*permission)).map(|(n, _)| 1 << n).sum::<usize>();
    &MENUS[mask]
}
