//! Names behind the actors of history rows, `kind:id`.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::account::person_name;
use crate::db::{ActorKind, Conn};
use crate::error::Result;
use crate::ids::{AccountId, StaffId};
use crate::schema::accounts;
use crate::staff;

/// Names by label.
#[derive(Debug, Clone, Default)]
pub struct ActorNames(HashMap<String, String>);

impl ActorNames {
    /// The words for an actor: a name, or what sort of actor it was.
    pub fn of(&self, label: &str) -> String {
        match self.0.get(label) {
            Some(name) => name.clone(),
            None => sort_words(label).to_owned(),
        }
    }
}

fn sort_words(label: &str) -> &'static str {
    let kind = label.split(':').next().and_then(ActorKind::parse);
    match kind {
        Some(ActorKind::Staff) => "職員",
        Some(ActorKind::Account) => "申請者",
        Some(ActorKind::Device) => "端末",
        Some(ActorKind::Operator) => "システム管理者（コマンド）",
        Some(ActorKind::System) => "自動処理",
        Some(ActorKind::EligibilityService) => "オンライン資格確認等システム",
        Some(ActorKind::Visitor) | None => "－",
    }
}

/// The names of these actors.
///
/// # Errors
/// From the database only.
pub fn actor_names<'l>(conn: &mut Conn, labels: impl Iterator<Item = &'l str>) -> Result<ActorNames> {
    let (mut staff_ids, mut account_ids) = (Vec::new(), Vec::new());
    for label in labels {
        match label.split_once(':') {
            Some(("staff", id)) => staff_ids.extend(StaffId::parse(id)),
            Some(("account", id)) => account_ids.extend(AccountId::parse(id)),
            _ => {}
        }
    }
    let colleagues = staff::names_of(conn, &staff_ids)?;
    let applicants: Vec<(AccountId, String, String)> = accounts::table
        .filter(accounts::id.eq_any(&account_ids))
        .select((accounts::id, accounts::family_name, accounts::given_name))
        .load(conn)?;
    let colleagues = colleagues.into_iter().map(|(id, name)| (format!("staff:{id}"), name));
    let applicants = applicants
        .into_iter()
        .map(|(id, family, given)| (format!("account:{id}"), format!("申請者 {}", person_name(&family, &given))));
    Ok(ActorNames(colleagues.chain(applicants).collect()))
}
