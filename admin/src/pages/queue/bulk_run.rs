//! `GET /queue/bulk/{id}`: before a run the numbers, what is left out and why;
//! afterwards what came of each application. `POST …/start`, `…/drop`, and
//! `…/again`: choosing what failed once more. Whoever started it; auditors look.

use actix_web::web::{Data, Path, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::bulk::{self, Action, Bar, BulkRun, Item, ItemPage, ItemState, RunState, Tally};
use uketsuke_core::error::{Error, Result};
use uketsuke_core::ids::BulkRunId;
use uketsuke_core::staff;
use uketsuke_web::extract::AllFields;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, see_other};

use crate::Office;
use crate::access::{ReadApplications, Staff};

/// Items on one page.
const SIZE: u16 = 100;

#[derive(Template)]
#[template(path = "admin/queue/bulk_run.html")]
struct Page {
    frame: Frame,
    run: BulkRun,
    to: String,
    tally: Tally,
    items: ItemPage,
    asked: Asked,
    own: bool,
}

/// The query string.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    s: String,
    after: String,
}

impl Asked {
    /// Which items; those that are left out while nothing was done.
    fn state(&self, run: &BulkRun) -> Option<ItemState> {
        match run.state {
            RunState::Planned => Some(ItemState::LeftOut),
            _ => ItemState::parse(&self.s),
        }
    }
}

impl Page {
    fn planned(&self) -> bool {
        self.run.state == RunState::Planned
    }

    fn running(&self) -> bool {
        self.run.state == RunState::Running
    }

    fn count(&self, state: ItemState) -> String {
        uketsuke_web::words::digits(self.tally.of(state))
    }

    /// Where items stand, and how many.
    fn reached(&self) -> Vec<(ItemState, String)> {
        let here = ItemState::ALL.iter().filter(|state| self.tally.of(**state) > 0);
        here.map(|state| (*state, self.count(*state))).collect()
    }

    fn waiting(&self) -> i64 {
        self.tally.of(ItemState::Waiting)
    }

    /// Why so many are left out, each with the applications shown here.
    fn left_out(&self) -> Vec<(Bar, i64, Vec<&Item>)> {
        let of = |bar| self.items.items.iter().filter(|item| item.bar == Some(bar)).collect();
        self.tally.bars(ItemState::LeftOut).into_iter().map(|(bar, count)| (bar, count, of(bar))).collect()
    }

    fn tone(item: &Item) -> &'static str {
        match item.state {
            ItemState::Done => "green",
            ItemState::Failed => "orange",
            ItemState::Waiting => "blue-line",
            ItemState::LeftOut => "grey",
        }
    }

    fn button(&self) -> String {
        let figure = self.count(ItemState::Waiting);
        match self.run.action {
            Action::Claim => format!("{figure}件を担当する"),
            Action::Assign => format!("{figure}件の担当者を決める"),
            Action::Approve => format!("{figure}件を承認する"),
            Action::Export => format!("{figure}件を書き出す"),
        }
    }

    fn is_open(&self, state: &str) -> bool {
        self.asked.s == state
    }

    fn next(&self) -> String {
        let next = self.items.next.filter(|_| !self.planned());
        next.map_or_else(String::new, |at| format!("/queue/bulk/{}?s={}&after={at}", self.run.id, self.asked.s))
    }
}

/// The page.
pub async fn show(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    Query(mut asked): Query<Asked>,
) -> PageResult {
    let (scope, id) = (who.scope.clone(), read(&path)?);
    asked.s = ItemState::parse(&asked.s).map_or("", ItemState::as_str).to_owned();
    let (state_of, after) = (asked.clone(), asked.after.parse().ok());
    let (run, to, tally, items) = office
        .db
        .read(move |c| {
            let run = bulk::get_run(c, &scope, &id)?;
            let to = run.to_staff_id.as_ref().map(|to| staff::get_staff(c, to)).transpose()?;
            let items = bulk::list_items(c, &id, state_of.state(&run), after, SIZE)?;
            Ok((run, to.map_or_else(String::new, |to| to.name), bulk::tally(c, &id)?, items))
        })
        .await?;
    let title = match run.state {
        RunState::Planned => format!("「{}」の確認", run.action.label()),
        _ => format!("「{}」の結果", run.action.label()),
    };
    let own = run.staff_id == *who.scope.staff();
    html(&Page { frame: who.frame(title, "/queue"), run, to, tally, items, asked, own })
}

/// Starts it. Pressing twice starts once.
pub async fn start(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let (scope, id) = (who.scope.clone(), read(&path)?);
    office.db.write(who.actor(), move |tx| bulk::start(tx, &scope, &id)).await?;
    Ok(see_other(format!("/queue/bulk/{path}")))
}

/// Gives the plan up.
pub async fn drop_plan(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let (scope, id) = (who.scope.clone(), read(&path)?);
    let work = move |tx: &mut uketsuke_core::db::Tx<'_>| {
        let query = bulk::get_run(tx.conn(), &scope, &id)?.query;
        bulk::drop_plan(tx, &scope, &id).map(|()| query)
    };
    let query = office.db.write(who.actor(), work).await?;
    Ok(who.done(format!("/queue?{query}"), "何も変えずにやめました"))
}

/// Chooses what failed once more.
pub async fn again(
    office: Data<Office>,
    who: Staff<ReadApplications>,
    path: Path<String>,
    _form: AllFields,
) -> PageResult {
    let (scope, id, procedures) = (who.scope.clone(), read(&path)?, office.procedures.clone());
    match office.db.write(who.actor(), move |tx| bulk::freeze_again(tx, &procedures, &scope, &id)).await {
        Ok(run) => Ok(see_other(format!("/queue/bulk/{run}"))),
        Err(Error::Invalid(_)) => Ok(who.warned(format!("/queue/bulk/{path}"), "できなかった申請はありません")),
        Err(other) => Err(other.into()),
    }
}

fn read(id: &str) -> Result<BulkRunId> {
    BulkRunId::parse(id).ok_or(Error::NotFound)
}
