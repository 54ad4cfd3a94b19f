//! The fields of a form as they were sent: names and texts in order, nothing
//! judged. Repeated names are allowed; a single value is the last one.

use percent_encoding::percent_decode;
use serde::de::value::{Error as ReadError, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// More fields than any form of ours has.
const MOST_FIELDS: usize = 1000;

/// All fields of one form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`; `None` when it is not UTF-8
    /// or has more fields than any form of ours.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(split);
            fields.push((decode(name)?, decode(value.get(1..).unwrap_or_default())?));
        }
        (fields.len() <= MOST_FIELDS).then_some(Self(fields))
    }

    /// One field, as if it had been sent.
    pub fn one(name: &str, value: &str) -> Self {
        Self(vec![(name.to_owned(), value.to_owned())])
    }

    /// The last value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a field, in order.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the field was sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Every name and value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Names and values as they are.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads the fields into a struct of `String` (the last value) and
    /// `Vec<String>` (all values); unknown fields are left out.
    ///
    /// # Errors
    /// When a field without `#[serde(default)]` is missing.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        let mut grouped: Vec<(&str, Values<'_>)> = Vec::new();
        for (name, value) in self.iter() {
            match grouped.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.0.push(value),
                None => grouped.push((name, Values(vec![value]))),
            }
        }
        T::deserialize(MapDeserializer::new(grouped.into_iter()))
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}

/// The values of one field: the last to who wants one, all to who wants many.
struct Values<'a>(Vec<&'a str>);

impl<'de> IntoDeserializer<'de, ReadError> for Values<'_> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_str(self.0.last().copied().unwrap_or_default())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Sample {
        name: String,
        picked: Vec<String>,
    }

    fn read(body: &str) -> Sample {
        Fields::parse(body.as_bytes()).expect("a form").read().expect("fits")
    }

    #[test]
    fn the_last_of_a_repeated_field_wins_and_lists_take_all() {
        let sample = read("name=a&picked=1&name=%E5%B1%B1+%E7%94%B0&picked=2&status=approved");
        assert_eq!(sample, Sample { name: "山 田".into(), picked: vec!["1".into(), "2".into()] });
        assert_eq!(read(""), Sample::default());
        assert_eq!(read("name&picked="), Sample { name: String::new(), picked: vec![String::new()] });
    }

    #[test]
    fn what_is_not_utf_8_or_endless_is_no_form() {
        assert_eq!(Fields::parse(b"name=%FF"), None);
        assert_eq!(Fields::parse(b"name=\xE3\x81"), None);
        assert_eq!(Fields::parse("a=1&".repeat(1001).as_bytes()), None);
        assert!(Fields::parse(b"name=%00%zz%").is_some(), "fields judge their text themselves");
    }
}
