//! How mail addresses and phone numbers stand in text columns.

use crate::db::text_column;
use crate::fold::{Email, Phone};

text_column!(Email, |text| Email::parse(&text), |value| value.as_str());
text_column!(Phone, |text| Phone::parse(&text), |value| value.as_str());
