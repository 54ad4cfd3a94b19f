//! Finding entries.
//!
//! 1. The words are cut (`terms`), each with its other spellings.
//! 2. The index tells how common each pair of characters is; of each spelling the
//!    two rarest pairs name the entries that may have it.
//! 3. The most promising of these are read and weighed exactly.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::index::grams;
use super::model::{Entry, State};
use super::synonyms::Synonyms;
use super::terms::{self, Term, Variant};
use crate::content::SiteChoice;
use crate::db::Conn;
use crate::error::Result;
use crate::facility::kind::Site;
use crate::fold;
use crate::ids::FaqId;
use crate::schema::{faq_entries, faq_grams};

/// Entries that are weighed exactly.
const WEIGHED: usize = 200;
/// Entries shown.
const SHOWN: usize = 20;
/// Entries offered when nothing fits.
const OFFERED: usize = 5;
/// An entry with this much of what was asked is worth offering.
const WORTH_OFFERING: f64 = 0.34;

/// What a search came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// What was looked for.
    pub terms: Vec<Term>,
    /// Entries with all of it, the best first.
    pub hits: Vec<Entry>,
    /// Without hits: entries with part of it.
    pub similar: Vec<Entry>,
}

impl Found {
    /// Every spelling that was looked for.
    pub fn variants(&self) -> Vec<String> {
        self.terms.iter().flat_map(|term| &term.variants).map(|variant| variant.key.clone()).collect()
    }
}

/// Searches the published entries of this site.
///
/// # Errors
/// From the database only.
pub fn search(conn: &mut Conn, site: Site, typed: &str) -> Result<Found> {
    let terms = terms::read(typed, &Synonyms::load(conn)?);
    if terms.is_empty() {
        return Ok(Found::default());
    }
    let named = named_by_index(conn, site, &terms)?;
    let entries: Vec<Entry> = faq_entries::table
        .filter(faq_entries::id.eq_any(&named.promising))
        .filter(faq_entries::state.eq(State::Published))
        .select(Entry::as_select())
        .load(conn)?;
    let whole = fold::search_key(typed);
    let mut weighed: Vec<(f64, f64, Entry)> = entries
        .into_iter()
        .map(|entry| {
            let (share, weight) = weigh(&entry, &terms, &named.rarity, &whole);
            (share, weight, entry)
        })
        .collect();
    weighed.sort_by(|(_, a, one), (_, b, other)| {
        b.total_cmp(a).then(one.position.cmp(&other.position)).then_with(|| one.id.cmp(&other.id))
    });
    let (hits, rest): (Vec<_>, Vec<_>) = weighed.into_iter().partition(|(share, ..)| *share > 0.999);
    let entries = |some: Vec<(f64, f64, Entry)>, most: usize| some.into_iter().take(most).map(|(_, _, entry)| entry);
    let hits: Vec<Entry> = entries(hits, SHOWN).collect();
    let similar = match hits.is_empty() {
        true => {
            let worth = rest.into_iter().filter(|(share, ..)| *share >= WORTH_OFFERING).collect();
            entries(worth, OFFERED).collect()
        }
        false => Vec::new(),
    };
    Ok(Found { terms, hits, similar })
}

/// What the index says.
struct Named {
    /// The entries to weigh.
    promising: Vec<FaqId>,
    /// How much each term tells, in the order of the terms.
    rarity: Vec<f64>,
}

fn named_by_index(conn: &mut Conn, site: Site, terms: &[Term]) -> Result<Named> {
    let sites = SiteChoice::heard_at(site);
    let variants = || terms.iter().flat_map(|term| &term.variants);
    let mut all: Vec<String> = variants().flat_map(|variant| grams(&variant.key)).collect();
    all.sort_unstable();
    all.dedup();
    let counted: Vec<(String, i64)> = faq_grams::table
        .filter(faq_grams::gram.eq_any(&all).and(faq_grams::site.eq_any(sites)))
        .group_by(faq_grams::gram)
        .select((faq_grams::gram, count_star()))
        .load(conn)?;
    let counts: HashMap<String, i64> = counted.into_iter().collect();
    let rarest = |variant: &Variant| {
        let mut pairs = grams(&variant.key);
        pairs.sort_by_key(|gram| counts.get(gram).copied().unwrap_or(0));
        pairs.truncate(2);
        // A pair that stands nowhere: this spelling does not occur.
        if pairs.iter().any(|gram| !counts.contains_key(gram)) { Vec::new() } else { pairs }
    };
    let mut chosen: Vec<String> = variants().flat_map(rarest).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let rows: Vec<(String, FaqId, i16)> = faq_grams::table
        .filter(faq_grams::gram.eq_any(&chosen).and(faq_grams::site.eq_any(sites)))
        .select((faq_grams::gram, faq_grams::entry_id, faq_grams::weight))
        .load(conn)?;
    let mut by_gram: HashMap<&str, HashMap<&FaqId, i16>> = HashMap::new();
    for (gram, id, weight) in &rows {
        by_gram.entry(gram.as_str()).or_default().insert(id, *weight);
    }
    let published: i64 = faq_entries::table.filter(faq_entries::state.eq(State::Published)).count().get_result(conn)?;
    let (mut promise, mut rarity): (BTreeMap<&FaqId, f64>, Vec<f64>) = (BTreeMap::new(), Vec::new());
    for term in terms {
        let mut best: HashMap<&FaqId, f64> = HashMap::new();
        for variant in &term.variants {
            let pairs = rarest(variant);
            let Some(first) = pairs.first().and_then(|gram| by_gram.get(gram.as_str())) else { continue };
            for (id, weight) in first {
                let other = match pairs.get(1) {
                    Some(gram) => by_gram.get(gram.as_str()).and_then(|entries| entries.get(id)).copied(),
                    None => Some(*weight),
                };
                let Some(other) = other else { continue };
                let weight = f64::from((*weight).min(other)) * variant.grade;
                let so_far = best.entry(id).or_insert(weight);
                *so_far = so_far.max(weight);
            }
        }
        let rare = rarity_of(best.len(), published) * if term.required { 1.0 } else { 0.3 };
        for (id, weight) in best {
            // Having a word at all comes before where it stands.
            *promise.entry(id).or_default() += rare * (6.0 + weight);
        }
        rarity.push(rare);
    }
    let mut promising: Vec<(f64, FaqId)> = promise.into_iter().map(|(id, promise)| (promise, id.clone())).collect();
    promising.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    promising.truncate(WEIGHED);
    Ok(Named { promising: promising.into_iter().map(|(_, id)| id).collect(), rarity })
}

/// The fewer entries have a word, the more it tells.
fn rarity_of(entries: usize, all: i64) -> f64 {
    let entries = f64::from(u32::try_from(entries.max(1)).unwrap_or(u32::MAX));
    let all = f64::from(u32::try_from(all.max(1)).unwrap_or(u32::MAX));
    (1.0 + all / entries).ln()
}

/// Which share of the required words an entry has, by rarity, and its weight.
fn weigh(entry: &Entry, terms: &[Term], rarity: &[f64], whole: &str) -> (f64, f64) {
    let (mut have, mut asked, mut weight, mut covered) = (0.0, 0.0, 0.0, 0);
    for (term, rare) in terms.iter().zip(rarity) {
        let places = term.variants.iter().map(|variant| (place(entry, &variant.key) * variant.grade, variant));
        let best = places.max_by(|(a, _), (b, _)| a.total_cmp(b)).filter(|(worth, _)| *worth > 0.0);
        if term.required {
            asked += rare;
            have += if best.is_some() { *rare } else { 0.0 };
        }
        if let Some((worth, variant)) = best {
            weight += worth * rare;
            if entry.question_key.contains(&variant.key) {
                covered += variant.key.chars().count();
            }
        }
    }
    // A question that is little more than what was asked is what was meant.
    let length = entry.question_key.chars().count().max(1);
    let share =
        f64::from(u32::try_from(covered.min(length)).unwrap_or(0)) / f64::from(u32::try_from(length).unwrap_or(1));
    let exact = if !whole.is_empty() && entry.question_key.contains(whole) { 8.0 } else { 0.0 };
    (if asked > 0.0 { have / asked } else { 0.0 }, weight + 6.0 * share + exact)
}

/// What the best place of a word in an entry is worth.
fn place(entry: &Entry, key: &str) -> f64 {
    if entry.question_key.contains(key) {
        8.0
    } else if entry.keywords_key.split(' ').any(|word| word == key) {
        7.0
    } else if entry.keywords_key.contains(key) {
        5.0
    } else if entry.answer_key.contains(key) {
        2.0
    } else {
        0.0
    }
}
