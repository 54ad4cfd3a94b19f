//! One site or both.

use crate::db::text_enum;
use crate::facility::kind::{FacilityKind, Site};

text_enum! {
    /// To which of the two portals something speaks (SPEC 1).
    pub enum SiteChoice {
        /// Both.
        Both = "both",
        /// 施術所等向け総合ポータルサイト
        Omf = "omf",
        /// 医療機関等向け総合ポータルサイト
        Csm = "csm",
    }
}

impl SiteChoice {
    /// The words staff read.
    pub fn label(self) -> &'static str {
        match self.only() {
            None => "両方のサイト",
            Some(site) => site.name(),
        }
    }

    /// The one site, if it is not both.
    pub const fn only(self) -> Option<Site> {
        match self {
            Self::Both => None,
            Self::Omf => Some(Site::Omf),
            Self::Csm => Some(Site::Csm),
        }
    }

    /// The choice of this site alone.
    pub const fn of(site: Site) -> Self {
        match site {
            Site::Omf => Self::Omf,
            Site::Csm => Self::Csm,
        }
    }

    /// Whether it speaks to this site.
    pub fn covers(self, site: Site) -> bool {
        self.only().is_none_or(|only| only == site)
    }

    /// The two choices that a visitor of this site hears.
    pub const fn heard_at(site: Site) -> [Self; 2] {
        [Self::Both, Self::of(site)]
    }

    /// Whether facilities of this kind come to it.
    pub fn has(self, kind: FacilityKind) -> bool {
        self.covers(kind.entry().site)
    }
}
