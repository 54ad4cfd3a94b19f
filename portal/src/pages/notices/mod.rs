//! 「お知らせ」: the list, one notice with its files, and the feed. Anyone.

pub mod feed;
pub mod file;
pub mod list;
pub mod show;

use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::NoticeId;
use uketsuke_core::notice::Audience;
use uketsuke_web::site;

use crate::Anyone;

fn parse(id: &str) -> Result<NoticeId> {
    NoticeId::parse(id).ok_or(Error::NotFound)
}

/// What is for whoever asks: the facility in hand, else anybody at this site.
pub(crate) fn audience(who: &Anyone) -> Audience {
    match &who.signed_in {
        Some(signed_in) => signed_in.audience(),
        None => Audience::at(site::which(who.request())),
    }
}
