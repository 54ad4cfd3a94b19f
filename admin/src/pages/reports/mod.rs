//! 「集計」: the figures of the desk, each as a chart, a table and a file.

pub mod export;
pub mod figures;
pub mod index;
pub mod tables;
