//! `GET /faq/misses`: what was searched most and found nothing. Staff who read
//! content.

use actix_web::web::Data;
use askama::Template;
use uketsuke_core::content::SiteChoice;
use uketsuke_core::faq::{self, MISS_DAYS, Miss};
use uketsuke_core::staff::role::Permission;
use uketsuke_web::page::{Frame, NavItem};
use uketsuke_web::{PageResult, html};

use crate::Office;
use crate::access::{ReadContent, Staff};
use crate::pages::content::{MENU, TABS};
use crate::pages::words::encoded;

/// Searches shown.
const SHOWN: i64 = 100;

#[derive(Template)]
#[template(path = "admin/faq/misses.html")]
struct Page {
    frame: Frame,
    tabs: [NavItem; 4],
    misses: Vec<Miss>,
    days: i64,
    may_edit: bool,
}

impl Page {
    fn site(&self, miss: &Miss) -> &'static str {
        SiteChoice::parse(&miss.site).map_or("", SiteChoice::label)
    }

    fn write(&self, miss: &Miss) -> String {
        format!("/faq/new?words={}", encoded(&miss.words))
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadContent>) -> PageResult {
    let scope = who.scope.clone();
    let misses = office.db.read(move |c| faq::list_misses(c, &scope, SHOWN)).await?;
    html(&Page {
        frame: who.frame("見つからなかった言葉", MENU),
        tabs: TABS,
        misses,
        days: MISS_DAYS,
        may_edit: who.scope.may(Permission::EditContent),
    })
}
