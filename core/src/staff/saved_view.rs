//! Lists that staff saved under a name, for themselves or for everybody. A view
//! is the query of a list's URL, so it survives whatever the list becomes: what
//! is not understood any more is passed over.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::form::{FieldErrors, FieldFault};
use crate::ids::{SavedViewId, StaffId};
use crate::schema::{saved_views, staff};
use crate::scope::StaffScope;

/// How many views a person keeps.
pub const MOST_VIEWS: i64 = 20;
/// The longest name, characters.
pub const VIEW_NAME_MAX_CHARS: usize = 30;
/// How many views of colleagues are offered.
const SHARED_SHOWN: i64 = 50;

/// A list under a name.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct SavedView {
    /// Id.
    pub id: SavedViewId,
    /// Whose it is.
    pub owner: StaffId,
    /// Their name.
    pub owner_name: String,
    /// Its name.
    pub name: String,
    /// The query of the list's URL.
    pub query: String,
    /// Whether colleagues see it.
    pub shared: bool,
}

/// Saves a list under a name (folded already); the same name again replaces it.
///
/// # Errors
/// `Invalid` when the person keeps as many as there may be.
pub fn save_view(tx: &mut Tx<'_>, scope: &StaffScope, name: &str, query: &str, shared: bool) -> Result<()> {
    let own = saved_views::table.filter(saved_views::staff_id.eq(scope.staff()));
    let changed = diesel::update(own.filter(saved_views::name.eq(name)))
        .set((saved_views::query.eq(query), saved_views::shared.eq(shared)))
        .execute(tx.conn())?;
    if changed > 0 {
        return Ok(());
    }
    let kept: i64 = own.count().get_result(tx.conn())?;
    if kept >= MOST_VIEWS {
        let text = format!("保存できるのは{MOST_VIEWS}件までです。使わないものを削除してください。");
        let mut errors = FieldErrors::default();
        errors.add("name", "名前", FieldFault::Sentence(text));
        return errors.into_result(None).map_err(Error::from);
    }
    let now = tx.now();
    // A second click at the same moment finds the name taken, by itself.
    tx.insert_once(|c| {
        diesel::insert_into(saved_views::table)
            .values((
                saved_views::id.eq(SavedViewId::mint()),
                saved_views::staff_id.eq(scope.staff()),
                saved_views::name.eq(name),
                saved_views::query.eq(query),
                saved_views::shared.eq(shared),
                saved_views::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Gives one of one's own another name (folded already), and shares it or not.
///
/// # Errors
/// `NotFound`, also for a colleague's; `Invalid` when another one has that name.
pub fn change_view(tx: &mut Tx<'_>, scope: &StaffScope, id: &SavedViewId, name: &str, shared: bool) -> Result<()> {
    let own = saved_views::table.find(id).filter(saved_views::staff_id.eq(scope.staff()));
    let mut changed = 0;
    let free = tx.insert_once(|c| {
        changed = diesel::update(own).set((saved_views::name.eq(name), saved_views::shared.eq(shared))).execute(c)?;
        Ok(changed)
    })?;
    match (free, changed) {
        (true, 1) => Ok(()),
        (true, _) => Err(Error::NotFound),
        (false, _) => {
            let text = "同じ名前で保存した条件がすでにあります。別の名前にしてください。".to_owned();
            let mut errors = FieldErrors::default();
            errors.add("name", "名前", FieldFault::Sentence(text));
            errors.into_result(None).map_err(Error::from)
        }
    }
}

/// Deletes one of one's own.
///
/// # Errors
/// `NotFound`, also for a colleague's.
pub fn delete_view(tx: &mut Tx<'_>, scope: &StaffScope, id: &SavedViewId) -> Result<()> {
    let own = saved_views::table.find(id).filter(saved_views::staff_id.eq(scope.staff()));
    if diesel::delete(own).execute(tx.conn())? == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// One's own views by name, then those that colleagues share.
///
/// # Errors
/// From the database only.
pub fn list_views(conn: &mut Conn, scope: &StaffScope) -> Result<Vec<SavedView>> {
    let columns = (
        saved_views::id,
        saved_views::staff_id,
        staff::name,
        saved_views::name,
        saved_views::query,
        saved_views::shared,
    );
    let all = saved_views::table.inner_join(staff::table).select(columns);
    let mut views: Vec<SavedView> =
        all.filter(saved_views::staff_id.eq(scope.staff())).order(saved_views::name).load(conn)?;
    let theirs: Vec<SavedView> = all
        .filter(saved_views::shared.eq(true))
        .filter(saved_views::staff_id.ne(scope.staff()))
        .order((saved_views::name, saved_views::id))
        .limit(SHARED_SHOWN)
        .load(conn)?;
    views.extend(theirs);
    Ok(views)
}
