//! 「オンライン資格確認導入済み施設」: the published list for everybody, live and as
//! weekly editions.

pub mod editions;
pub mod list;
