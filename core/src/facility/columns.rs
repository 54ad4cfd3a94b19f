//! How kinds, codes and prefectures stand in the columns of both databases.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Integer;

use super::code::FacilityCode;
use super::kind::{FacilityKind, Site};
use super::prefecture::Prefecture;
use crate::db::text_column;

text_column!(FacilityKind, |text| FacilityKind::parse(&text), |value| value.as_str());
text_column!(Site, |text| Site::parse(&text), |value| value.as_str());
text_column!(FacilityCode, |text| FacilityCode::parse(&text), |value| value.as_str());

/// A column borrows what is written, so every number stands somewhere.
static NUMBERS: [i32; 48] = {
    let mut numbers = [0; 48];
    let mut at = 1;
    while at < 48 {
        numbers[at] = at as i32;
        at += 1;
    }
    numbers
};

impl<DB> ToSql<Integer, DB> for Prefecture
where
    DB: Backend,
    i32: ToSql<Integer, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        NUMBERS[usize::from(self.number())].to_sql(out)
    }
}

impl<DB> FromSql<Integer, DB> for Prefecture
where
    DB: Backend,
    i32: FromSql<Integer, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let number = i32::from_sql(raw)?;
        Prefecture::from_number(number.into()).ok_or_else(|| format!("no prefecture {number}").into())
    }
}
