//! What is looked for in the trail, as asked in the query string.

use chrono::{Days, NaiveDate, TimeZone, Utc};
use serde::Deserialize;
use uketsuke_core::audit::{ACTIONS, Place, Sought};
use uketsuke_core::clock::tokyo_midnight;
use uketsuke_core::db::{At, Conn};
use uketsuke_core::desk;
use uketsuke_core::error::Result;
use uketsuke_core::facility::code::FacilityCode;
use uketsuke_core::facility::repo::find_all_by_code;
use uketsuke_core::fold;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::ids::{ApplicationId, AuditId, FacilityId, StaffId};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::secret::ReceiptNumber;

use crate::pages::words::encoded;

/// The query string.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Who of the staff.
    pub staff: String,
    /// Which action.
    pub action: String,
    /// 受付番号 or facility code.
    pub words: String,
    /// A facility or an application by id, from a link.
    pub about: String,
    /// Where the page begins.
    pub after: String,
}

impl Asked {
    /// The conditions; a day that cannot be read is told and left out. What
    /// nothing is called by finds nothing.
    ///
    /// # Errors
    /// From the database only.
    pub fn sought(&self, conn: &mut Conn, scope: &StaffScope, errors: &mut FieldErrors) -> Result<Sought> {
        let from = self.day("from", "いつから", &self.from, errors);
        let until = self.day("until", "いつまで", &self.until, errors);
        let mut sought = Sought {
            from: from.map(first_moment),
            until: until.and_then(|day| day.checked_add_days(Days::new(1))).map(first_moment),
            actor: StaffId::parse(&self.staff).map(|id| id.to_string()),
            action: ACTIONS.iter().find(|(name, _)| *name == self.action).map(|(name, _)| (*name).to_owned()),
            ..Sought::default()
        };
        if let Some(id) = FacilityId::parse(&self.about) {
            sought.facility = Some(id);
        } else if let Some(id) = ApplicationId::parse(self.about.trim_start_matches("case-")) {
            sought.subject = Some(id.to_string());
        }
        if !self.words.trim().is_empty() {
            self.seek_words(conn, scope, &mut sought)?;
        }
        Ok(sought)
    }

    fn seek_words(&self, conn: &mut Conn, scope: &StaffScope, sought: &mut Sought) -> Result<()> {
        let case = match ReceiptNumber::parse(&self.words) {
            Some(number) => desk::find_by_number(conn, scope, &number)?,
            None => None,
        };
        let code = fold::digits(&self.words).ok().and_then(|digits| FacilityCode::parse(&digits));
        let facility = match code {
            Some(code) => find_all_by_code(conn, &code)?.into_iter().next(),
            None => None,
        };
        match (case, facility) {
            (Some(case), _) => sought.subject = Some(case.to_string()),
            (None, Some(facility)) => sought.facility = Some(facility.id),
            (None, None) => sought.subject = Some("nothing is called so".to_owned()),
        }
        Ok(())
    }

    fn day(&self, name: &str, label: &str, typed: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
        if typed.trim().is_empty() { None } else { errors.take(name, label, fold::date(typed)) }
    }

    /// Where the page begins.
    pub fn place(&self) -> Option<Place> {
        let (micros, id) = self.after.split_once('_')?;
        let at = Utc.timestamp_micros(micros.parse().ok()?).single()?;
        Some(Place { at: at.into(), id: AuditId::parse(id)? })
    }

    /// These conditions below another path, from the beginning or a place on.
    pub fn address(&self, path: &str, after: Option<&Place>) -> String {
        let parts = [
            ("from", &self.from),
            ("until", &self.until),
            ("staff", &self.staff),
            ("action", &self.action),
            ("words", &self.words),
            ("about", &self.about),
        ];
        let mut query: Vec<String> =
            parts.iter().filter(|(_, v)| !v.is_empty()).map(|(k, v)| format!("{k}={}", encoded(v))).collect();
        query.extend(after.map(|place| format!("after={}_{}", place.at.utc().timestamp_micros(), place.id)));
        format!("{path}?{}", query.join("&"))
    }
}

fn first_moment(day: NaiveDate) -> At {
    tokyo_midnight(day).into()
}
