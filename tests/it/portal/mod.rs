//! Pages of the portal one by one: what each answers, to whom, and to what input.

pub mod applications;
pub mod evidence;
