//! How many rows there are of everything that people can cause: for asserting
//! that nothing was written. Sessions, drafts and throttles come and go by
//! design and are not counted.

use diesel::prelude::*;
use uketsuke_core::schema;

use super::app::TestApp;

macro_rules! counts {
    ($app:expr, $($table:ident),+ $(,)?) => {
        $app.read(|c| Ok(vec![$((
            stringify!($table),
            schema::$table::table.count().get_result::<i64>(c)?,
        )),+]))
    };
}

impl TestApp {
    /// Rows by table.
    pub fn written(&self) -> Vec<(&'static str, i64)> {
        counts!(
            self,
            facilities,
            facility_imports,
            facility_changes,
            accounts,
            memberships,
            consents,
            signups,
            staff,
            applications,
            filings,
            application_events,
            application_faults,
            evidence,
            inquiries,
            inquiry_messages,
            canned_answers,
            registrations,
            devices,
            activations,
            credentials,
            introspection_clients,
            jobs,
            mails,
        )
    }
}
