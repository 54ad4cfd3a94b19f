//! The frame around every page: what the two layouts need to draw header,
//! navigation and footer. Pages carry it as their field `frame`.
//!
//! Whoever answers a request builds it; the layouts only read it.

use uketsuke_core::facility::kind;

/// A site's full name, the short one for window titles, and its face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteName {
    /// Shown in the header.
    pub full: &'static str,
    /// Stands after 「｜」 in the window title.
    pub short: &'static str,
    /// What style sheets know it by (`data-site` of the page): decides its colours.
    pub key: &'static str,
    /// The picture in the browser's tab, by its name among the assets.
    pub icon: &'static str,
}

impl SiteName {
    /// The name of a portal site.
    pub fn of(site: kind::Site) -> Self {
        match site {
            kind::Site::Omf => SITE_OMF,
            kind::Site::Csm => SITE_CSM,
        }
    }

    /// The portal site of this name; none for the back office.
    pub fn portal(self) -> Option<kind::Site> {
        kind::Site::parse(self.key)
    }
}

/// The portal for judo therapists, acupuncturists, midwives and check-ups (`omf`).
pub const SITE_OMF: SiteName =
    SiteName {
        full: "施術所等向け総合ポータルサイト", short: "施術所等ポータル", key: "omf", icon: "icon.svg"
    };
/// The portal for clinics, hospitals and pharmacies (`csm`).
pub const SITE_CSM: SiteName = SiteName {
    full: "医療機関等向け総合ポータルサイト",
    short: "医療機関等ポータル",
    key: "csm",
    icon: "icon-csm.svg",
};
/// The back office, for staff.
pub const SITE_OFFICE: SiteName =
    SiteName { full: "審査・管理", short: "審査・管理", key: "office", icon: "icon.svg" };

/// One entry of the main navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavItem {
    /// Where it leads; also what [`Frame::nav`] compares with.
    pub href: &'static str,
    /// What users read.
    pub label: &'static str,
}

/// The portal's footer, the same on every page and in this order.
pub const PORTAL_FOOTER: [NavItem; 8] = [
    NavItem { href: "/notices", label: "お知らせ" },
    NavItem { href: "/faq", label: "よくある質問" },
    NavItem { href: "/contact", label: "お問い合わせ" },
    NavItem { href: "/manuals", label: "手順書・マニュアル" },
    NavItem { href: "/accessibility", label: "アクセシビリティ方針" },
    NavItem { href: "/terms", label: "利用規約" },
    NavItem { href: "/privacy", label: "プライバシーポリシー" },
    NavItem { href: "/sitemap", label: "サイトマップ" },
];

/// What a message at the top of a page is about; decides colour and symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    /// Something was done.
    Success,
    /// Good to know.
    Info,
    /// Needs attention soon.
    Warning,
    /// Did not work.
    Error,
}

impl FlashKind {
    /// The word for templates and style sheets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The word that says the same as the colour.
    pub fn label(self) -> &'static str {
        kind_label(self.as_str())
    }
}

/// The word shown beside a banner's colour, so that colour never stands alone.
pub fn kind_label(kind: &str) -> &'static str {
    match kind {
        "success" => "完了",
        "warning" => "注意",
        "error" => "お確かめください",
        _ => "お知らせ",
    }
}

/// A message carried over a redirect, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// What it is about.
    pub kind: FlashKind,
    /// One sentence, for users.
    pub text: String,
}

/// The call centre's line, the same on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// As dialled and shown, with hyphens; empty while none is configured.
    pub number: String,
    /// When somebody answers.
    pub hours: String,
    /// Whether somebody answers now, where known.
    pub open_now: Option<bool>,
}

impl Phone {
    /// The hours every page states.
    pub const HOURS: &'static str = "平日 8:00～18:00、土曜 8:00～16:00（祝日と12月29日～1月3日を除く）";

    /// The number as a `tel:` link wants it: digits only.
    pub fn dial(&self) -> String {
        self.number.chars().filter(char::is_ascii_digit).collect()
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self { number: String::new(), hours: Self::HOURS.to_owned(), open_now: None }
    }
}

/// What stands at the top of every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    /// One sentence.
    pub text: String,
    /// Where more is said.
    pub href: String,
    /// How many more there are.
    pub more: usize,
}

/// All that the layouts need.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The screen's name; also the words of the window title.
    pub title: String,
    /// Step and number of steps, for 「（2/4）」 in the window title.
    pub step: Option<(usize, usize)>,
    /// Which site this is.
    pub site: SiteName,
    /// The token that every POST form sends back (`form::csrf`); empty before a session.
    pub csrf: String,
    /// Who is signed in.
    pub person: Option<String>,
    /// For which facility (or in which role, in the back office).
    pub facility: Option<String>,
    /// Whether this person can switch to another facility.
    pub can_switch: bool,
    /// Whether it is staff who look at what the facility sees.
    pub watching: bool,
    /// Unread notices; `None` draws no link to them.
    pub unread: Option<u32>,
    /// The main navigation.
    pub nav: &'static [NavItem],
    /// The footer's links; the back office has none.
    pub footer: &'static [NavItem],
    /// The navigation entry that is open (its `href`).
    pub current: &'static str,
    /// The page shows faults: its title starts with 「エラー：」.
    pub error: bool,
    /// A message carried over a redirect.
    pub flash: Option<Flash>,
    /// An outage, a disaster, or a deadline within 48 hours.
    pub emergency: Option<Emergency>,
    /// The call centre.
    pub phone: Phone,
    /// What print shows at the foot: the page's address.
    pub address: String,
    /// What print shows at the foot: 受付番号.
    pub receipt: Option<String>,
}

impl Frame {
    /// A frame for a page of this name, nobody signed in, site `omf`.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            step: None,
            site: SITE_OMF,
            csrf: String::new(),
            person: None,
            facility: None,
            can_switch: false,
            watching: false,
            unread: None,
            nav: &[],
            footer: &PORTAL_FOOTER,
            current: "",
            error: false,
            flash: None,
            emergency: None,
            phone: Phone::default(),
            address: String::new(),
            receipt: None,
        }
    }

    /// Sets the site ([`SITE_OMF`], [`SITE_CSM`], [`SITE_OFFICE`]).
    pub fn site(self, site: SiteName) -> Self {
        Self { site, ..self }
    }

    /// This is step `now` of `all`, counted from one.
    pub fn step(self, now: usize, all: usize) -> Self {
        Self { step: Some((now, all)), ..self }
    }

    /// Sets the session's form token.
    pub fn csrf(self, token: impl Into<String>) -> Self {
        Self { csrf: token.into(), ..self }
    }

    /// Names the person signed in.
    pub fn person(self, name: impl Into<String>) -> Self {
        Self { person: Some(name.into()), ..self }
    }

    /// Names the facility in hand (in the back office: the role).
    pub fn facility(self, name: impl Into<String>) -> Self {
        Self { facility: Some(name.into()), ..self }
    }

    /// Offers 「施設を切り替える」.
    pub fn can_switch(self, can_switch: bool) -> Self {
        Self { can_switch, ..self }
    }

    /// Says on the page that staff look along.
    pub fn watching(self, watching: bool) -> Self {
        Self { watching, ..self }
    }

    /// Sets the number of unread notices.
    pub fn unread(self, unread: Option<u32>) -> Self {
        Self { unread, ..self }
    }

    /// Sets the main navigation and which entry is open.
    pub fn nav(self, nav: &'static [NavItem], current: &'static str) -> Self {
        Self { nav, current, ..self }
    }

    /// Marks the page as showing faults.
    pub fn error(self, error: bool) -> Self {
        Self { error, ..self }
    }

    /// Shows a message carried over a redirect.
    pub fn flash(self, flash: Option<Flash>) -> Self {
        Self { flash, ..self }
    }

    /// Shows the emergency banner.
    pub fn emergency(self, emergency: Option<Emergency>) -> Self {
        Self { emergency, ..self }
    }

    /// Sets the call centre's line.
    pub fn phone(self, phone: Phone) -> Self {
        Self { phone, ..self }
    }

    /// Sets the page's address for print.
    pub fn address(self, address: impl Into<String>) -> Self {
        Self { address: address.into(), ..self }
    }

    /// Sets the 受付番号 for print.
    pub fn receipt(self, number: impl Into<String>) -> Self {
        Self { receipt: Some(number.into()), ..self }
    }

    /// The window title: 「エラー：画面名（2/4）｜施術所等ポータル」.
    pub fn window_title(&self) -> String {
        let mark = if self.error { "エラー：" } else { "" };
        let step = self.step.map(|(now, all)| format!("（{now}/{all}）")).unwrap_or_default();
        format!("{mark}{}{step}｜{}", self.title, self.site.short)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_title_names_fault_screen_step_and_site() {
        let frame = Frame::new("利用開始申請").step(2, 5).error(true);
        assert_eq!(frame.window_title(), "エラー：利用開始申請（2/5）｜施術所等ポータル");
        let plain = Frame::new("ホーム").site(SITE_CSM);
        assert_eq!(plain.window_title(), "ホーム｜医療機関等ポータル");
    }

    #[test]
    fn every_portal_site_is_found_by_its_name() {
        for site in kind::Site::ALL {
            let name = SiteName::of(site);
            assert_eq!((name.portal(), name.full), (Some(site), site.name()));
        }
        assert_eq!(SITE_OFFICE.portal(), None);
    }

    #[test]
    fn a_telephone_link_has_digits_only() {
        let phone = Phone { number: "0800-000-1234".into(), ..Phone::default() };
        assert_eq!(phone.dial(), "08000001234");
    }
}
