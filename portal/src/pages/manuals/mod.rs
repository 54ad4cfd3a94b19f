//! 「手順書・マニュアル」: the list; one handbook with its table of revisions; its file,
//! the current one at an address that stays. Anyone.

pub mod file;
pub mod list;
pub mod show;

use uketsuke_core::error::Result;
use uketsuke_core::manual::{self, Whole};
use uketsuke_web::site;

use crate::{Anyone, Portal};

async fn find(portal: &Portal, who: &Anyone, slug: &str) -> Result<Whole> {
    let (site, slug) = (site::which(who.request()), slug.to_owned());
    portal.db.read(move |c| manual::find(c, site, &slug)).await
}
