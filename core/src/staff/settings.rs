//! How somebody of the staff wants their pages: which columns of the reviewers'
//! list they see.

use diesel::prelude::*;

use crate::db::{Conn, Tx, text_enum};
use crate::error::Result;
use crate::ids::StaffId;
use crate::schema::staff_settings;

text_enum! {
    /// A column of the reviewers' list that can be left out. Number, facility,
    /// due date and state always stand.
    pub enum QueueColumn {
        /// 申請
        Kind = "kind",
        /// 所属機関
        FacilityKind = "facility_kind",
        /// 都道府県
        Prefecture = "prefecture",
        /// 受付
        Submitted = "submitted",
        /// 経過
        Age = "age",
        /// 確認の方法
        Method = "method",
        /// 担当者
        Holder = "holder",
    }
}

impl QueueColumn {
    /// Its heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kind => "申請",
            Self::FacilityKind => "所属機関",
            Self::Prefecture => "都道府県",
            Self::Submitted => "受付",
            Self::Age => "経過",
            Self::Method => "確認の方法",
            Self::Holder => "担当者",
        }
    }
}

/// The columns this person sees: all until they chose.
///
/// # Errors
/// From the database only.
pub fn queue_columns(conn: &mut Conn, staff: &StaffId) -> Result<Vec<QueueColumn>> {
    let hidden: Option<String> =
        staff_settings::table.find(staff).select(staff_settings::hidden_columns).first(conn).optional()?;
    let hidden: Vec<QueueColumn> =
        hidden.iter().flat_map(|text| text.split(',')).filter_map(QueueColumn::parse).collect();
    Ok(QueueColumn::ALL.iter().copied().filter(|column| !hidden.contains(column)).collect())
}

/// Shows these columns from now on.
///
/// # Errors
/// From the database only.
pub fn show_columns(tx: &mut Tx<'_>, staff: &StaffId, columns: &[QueueColumn]) -> Result<()> {
    let hidden: Vec<&str> =
        QueueColumn::ALL.iter().filter(|column| !columns.contains(column)).map(|column| column.as_str()).collect();
    diesel::delete(staff_settings::table.find(staff)).execute(tx.conn())?;
    tx.insert_once(|c| {
        diesel::insert_into(staff_settings::table)
            .values((staff_settings::staff_id.eq(staff), staff_settings::hidden_columns.eq(hidden.join(","))))
            .execute(c)
    })?;
    Ok(())
}
