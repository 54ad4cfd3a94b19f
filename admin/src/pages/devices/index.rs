//! `GET /devices`: the devices of every facility, searched. Whoever reads
//! facilities.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::desk::{self, DeviceFilter, DeviceRow};
use uketsuke_core::device::DeviceState;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::DeviceId;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html};

use super::state_words;
use crate::Office;
use crate::access::{ReadFacilities, Staff};
use crate::pages::words::encoded;

/// Rows on one page.
const SIZE: u16 = 50;

#[derive(Template)]
#[template(path = "admin/devices/index.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    asked: Asked,
    states: Vec<Choice>,
    rows: Vec<DeviceRow>,
    next: String,
}

impl Page {
    fn export(&self) -> String {
        format!("/devices/export?{}", self.asked.query())
    }
}

/// The query string, as asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    words: String,
    state: String,
    after: String,
}

impl Asked {
    pub(super) fn filter(&self) -> DeviceFilter {
        DeviceFilter {
            words: self.words.chars().filter(|c| !c.is_control()).take(100).collect(),
            state: DeviceState::parse(&self.state),
        }
    }

    /// The conditions as a query string.
    pub(super) fn query(&self) -> String {
        format!("words={}&state={}", encoded(&self.words), encoded(&self.state))
    }
}

/// The list.
pub async fn show(office: Data<Office>, who: Staff<ReadFacilities>, Query(asked): Query<Asked>) -> PageResult {
    let (scope, filter, after) = (who.scope.clone(), asked.filter(), DeviceId::parse(&asked.after));
    let found = office.db.read(move |c| desk::search_devices(c, &scope, &filter, after.as_ref(), SIZE)).await?;
    let choice = |state: &DeviceState| Choice::new(state.as_str(), state_words(*state).0);
    html(&Page {
        frame: who.frame("端末", "/devices"),
        errors: FieldErrors::default(),
        states: DeviceState::ALL.iter().map(choice).collect(),
        rows: found.rows,
        next: found.next.map_or(String::new(), |last| format!("/devices?{}&after={last}", asked.query())),
        asked,
    })
}
