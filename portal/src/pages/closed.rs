//! What pages say at their top when the facility in hand is 廃止, or will be, or has
//! all its devices stopped.

use chrono::NaiveDate;
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::facility::Facility;
use uketsuke_web::words;

use crate::Portal;

/// How the facility in hand stands with its closing, and with a stop of its devices;
/// pages have a field `closing` of it and include `portal/closed_notice.html`.
pub(crate) struct Closing {
    notice: Option<Notice>,
    stop_reason: Option<String>,
}

/// The notice about a closing.
pub(crate) struct Notice {
    on: NaiveDate,
    /// The closing date lies ahead.
    ahead: bool,
}

impl Closing {
    /// What the master says of this facility today.
    pub fn of(portal: &Portal, facility: &Facility) -> Self {
        let today = tokyo_date(portal.now().utc());
        Self {
            notice: facility.closed_on.map(|on| Notice { on, ahead: !facility.is_closed(today) }),
            stop_reason: facility.devices_stopped_at.map(|_| facility.devices_stop_reason.clone()),
        }
    }

    /// Whether it is closed, and not only will be.
    pub fn is_closed(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| !notice.ahead)
    }

    /// What there is to say.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// Why all its devices are stopped, if they are.
    pub fn stop_reason(&self) -> Option<&str> {
        self.stop_reason.as_deref()
    }
}

impl Notice {
    /// The banner's kind.
    pub fn kind(&self) -> &'static str {
        if self.ahead { "warning" } else { "error" }
    }

    /// The one sentence.
    pub fn heading(&self) -> String {
        let happens = if self.ahead { "廃止になる予定です" } else { "廃止になりました" };
        format!("この施設は{}に{happens}", words::plain_date(self.on))
    }

    /// What that means for devices and applications.
    pub fn meaning(&self) -> &'static str {
        if self.ahead {
            "この日から、端末での資格確認はできません。前日までは、これまでどおり使えます。前日までに承認されなかった申請は、承認できなくなります。"
        } else {
            "この日から、端末での資格確認はできません。新しい申請、審査中の申請の承認、端末の設定もできません。"
        }
    }
}
