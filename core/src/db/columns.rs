//! How our own types stand in columns of both databases.

/// Maps a type to a text column: `$from` reads (`None` is an internal error
/// with the text found, never a default), `$to` borrows the text.
///
/// The type derives `AsExpression` and `FromSqlRow` with `sql_type = Text`.
macro_rules! text_column {
    ($type:ty, |$text:ident| $from:expr, |$value:ident| $to:expr) => {
        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                let $value = self;
                let text: &'b str = $to;
                diesel::serialize::ToSql::<diesel::sql_types::Text, DB>::to_sql(text, out)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(raw: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let $text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(raw)?;
                let seen = $text.clone();
                let value: Option<$type> = $from;
                value.ok_or_else(|| format!("{}: unknown value {seen:?}", stringify!($type)).into())
            }
        }
    };
}
pub(crate) use text_column;

/// Declares an enum kept as text: variants with their stable texts, plus
/// `ALL`, `as_str`, `parse`, serde and the column mapping.
macro_rules! text_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [$name] = &[$(Self::$variant),+];

            /// The stable text, as stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// Reads the stable text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        $crate::db::text_column!($name, |text| $name::parse(&text), |value| value.as_str());
    };
}
pub(crate) use text_enum;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types;

/// An instant in UTC, to the microsecond, as `timestamp` columns hold it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    AsExpression,
    FromSqlRow,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = sql_types::Timestamp)]
#[serde(transparent)]
pub struct At(NaiveDateTime);

impl At {
    /// The instant as chrono knows it.
    pub fn utc(self) -> DateTime<Utc> {
        self.0.and_utc()
    }
}

impl From<DateTime<Utc>> for At {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.naive_utc())
    }
}

impl std::ops::Add<chrono::Duration> for At {
    type Output = At;
    fn add(self, by: chrono::Duration) -> At {
        At(self.0 + by)
    }
}

impl std::ops::Sub<chrono::Duration> for At {
    type Output = At;
    fn sub(self, by: chrono::Duration) -> At {
        At(self.0 - by)
    }
}

impl std::ops::Sub<At> for At {
    type Output = chrono::Duration;
    fn sub(self, other: At) -> chrono::Duration {
        self.0 - other.0
    }
}

impl<DB> ToSql<sql_types::Timestamp, DB> for At
where
    DB: Backend,
    NaiveDateTime: ToSql<sql_types::Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<sql_types::Timestamp, DB> for At
where
    DB: Backend,
    NaiveDateTime: FromSql<sql_types::Timestamp, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(raw).map(Self)
    }
}
