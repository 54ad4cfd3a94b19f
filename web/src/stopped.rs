//! What a page says about a stop: that it holds everywhere, or who has not
//! confirmed it and until when that one can still answer.

use uketsuke_core::device::{Device, DeviceState};
use uketsuke_core::snapshot::Spread;

use crate::words;

/// Whether there is a stop to speak of.
pub fn is_stopped(device: &Device) -> bool {
    match device.state {
        DeviceState::Suspended | DeviceState::Revoked => true,
        DeviceState::Issued => device.lost_at.is_some(),
        DeviceState::Active => false,
    }
}

/// For the facility: whether the device can still be used anywhere.
pub fn for_facility(spread: &Spread) -> String {
    match spread {
        Spread::Everywhere => everywhere(),
        Spread::Missing(_) => {
            let end = end(spread);
            format!("まだ停止を確認していないサーバーがあります。{end}を過ぎると、どのサーバーでも使えません")
        }
    }
}

/// For staff: which servers have not confirmed.
pub fn for_staff(spread: &Spread) -> String {
    match spread {
        Spread::Everywhere => everywhere(),
        Spread::Missing(missing) => {
            let names = missing.iter().map(|one| format!("「{}」", one.name)).collect::<Vec<_>>().join("");
            let end = end(spread);
            format!(
                "{names}がまだ停止を確認していません。遅くとも{end}までは、この端末を有効と答えることがあります。\
                 その後は、どのサーバーでも使えません"
            )
        }
    }
}

fn everywhere() -> String {
    "すべての確認サーバーで、停止を確認しました".to_owned()
}

/// The minute at whose beginning the last of them answers nothing any more.
fn end(spread: &Spread) -> String {
    let last = spread.ends_at().map(|at| at.utc() + chrono::Duration::seconds(59));
    last.map_or_else(String::new, words::date_time)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use uketsuke_core::snapshot::Missing;

    use super::*;

    #[test]
    fn a_stop_that_is_not_everywhere_names_who_and_until_when() {
        let until = |text: &str| text.parse::<DateTime<Utc>>().expect("a time").into();
        let spread = Spread::Missing(vec![
            Missing { name: "web1 10.0.0.1:8082".into(), until: until("2026-11-25T01:31:05Z") },
            Missing { name: "web2 10.0.0.2:8082".into(), until: until("2026-11-25T01:30:00Z") },
        ]);
        assert_eq!(
            for_staff(&spread),
            "「web1 10.0.0.1:8082」「web2 10.0.0.2:8082」がまだ停止を確認していません。遅くとも11月25日 10時32分までは、\
             この端末を有効と答えることがあります。その後は、どのサーバーでも使えません"
        );
        assert!(for_facility(&spread).contains("11月25日 10時32分を過ぎると、どのサーバーでも使えません"));
        assert!(!for_facility(&spread).contains("web1"));
        assert_eq!(for_facility(&Spread::Everywhere), for_staff(&Spread::Everywhere));
    }
}
