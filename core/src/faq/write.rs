//! Writing an entry, putting it on the shelf, and taking it off.

use diesel::prelude::*;

use super::index;
use super::model::{Entry, State, get};
use crate::audit::Deed;
use crate::content::Category;
use crate::content::version::{self, Subject};
use crate::content::{SiteChoice, markdown, may_edit};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::fold;
use crate::form::{FieldErrors, FieldFault};
use crate::ids::FaqId;
use crate::schema::faq_entries;
use crate::scope::StaffScope;

/// The longest question, characters.
pub const QUESTION_MAX_CHARS: usize = 120;
/// The longest answer, characters.
const ANSWER_MAX_CHARS: usize = 5_000;
/// The longest list of keywords, characters.
const KEYWORDS_MAX_CHARS: usize = 400;
/// The largest number of a place.
const POSITION_MAX: i64 = 9_999;

/// What is typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// [`Category`], its stable text.
    pub category: String,
    /// Its place on the shelf.
    pub position: String,
    /// [`SiteChoice`], its stable text.
    pub site: String,
    /// One line.
    pub question: String,
    /// Markdown.
    pub answer: String,
    /// Words with commas between.
    pub keywords: String,
}

/// An entry that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its shelf.
    pub category: Category,
    /// Its place there.
    pub position: i32,
    /// For which site.
    pub site: SiteChoice,
    /// One line.
    pub question: String,
    /// Markdown.
    pub answer: String,
    /// Words with 「、」 between.
    pub keywords: String,
}

impl Input {
    /// Judges what was typed.
    ///
    /// # Errors
    /// `Invalid`, naming the fields as [`Typed`] does, in their order.
    pub fn read(typed: &Typed) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let category = Category::parse(&typed.category);
        if category.is_none() {
            errors.add("category", "分類", FieldFault::NotChosen);
        }
        let site = SiteChoice::parse(&typed.site);
        if site.is_none() {
            errors.add("site", "サイト", FieldFault::NotChosen);
        }
        let question = errors.take("question", "質問", fold::text(&typed.question, QUESTION_MAX_CHARS));
        let answer = errors.take("answer", "答え", fold::lines(&typed.answer, ANSWER_MAX_CHARS));
        for fault in answer.iter().flat_map(|answer| markdown::faults(answer, &[])) {
            errors.add("answer", "答え", FieldFault::Sentence(fault));
        }
        let keywords = words_of(&typed.keywords);
        let keywords = errors.take("keywords", "言い換え", fold::optional_text(&keywords, KEYWORDS_MAX_CHARS));
        let position = match typed.position.trim().is_empty() {
            true => Some(100),
            false => errors.take("position", "並び順", fold::number(&typed.position, 0, POSITION_MAX)),
        };
        let input = (|| {
            Some(Self {
                category: category?,
                position: i32::try_from(position?).ok()?,
                site: site?,
                question: question?,
                answer: answer?,
                keywords: keywords?.unwrap_or_default(),
            })
        })();
        errors.into_result(input).map_err(Error::from)
    }

    /// What a stored entry says.
    pub fn of(entry: &Entry) -> Self {
        Self {
            category: entry.category,
            position: entry.position,
            site: entry.site,
            question: entry.question.clone(),
            answer: entry.answer.clone(),
            keywords: entry.keywords.clone(),
        }
    }

    fn words(&self) -> Vec<(&'static str, String)> {
        vec![
            ("分類", self.category.label().to_owned()),
            ("並び順", self.position.to_string()),
            ("サイト", self.site.label().to_owned()),
            ("質問", self.question.clone()),
            ("答え", self.answer.clone()),
            ("言い換え", self.keywords.clone()),
        ]
    }

    /// The three texts as they are searched.
    fn keys(&self) -> [String; 3] {
        let keywords: Vec<String> = self.keywords.split('、').map(fold::search_key).collect();
        [fold::search_key(&self.question), keywords.join(" "), fold::search_key(&markdown::plain(&self.answer))]
    }
}

/// Words with any comma or line break between, with 「、」 between.
pub(super) fn words_of(typed: &str) -> String {
    let words = typed.split(['、', ',', '，', '\n', '\r', '､']).map(str::trim).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("、")
}

/// Begins an entry; `inquiry` is the answered inquiry it was written from.
///
/// # Errors
/// `Forbidden` without the permission.
pub fn add(tx: &mut Tx<'_>, scope: &StaffScope, input: &Input, inquiry: Option<&str>) -> Result<FaqId> {
    may_edit(scope)?;
    insert(tx, input, State::Draft, inquiry)
}

pub(super) fn insert(tx: &mut Tx<'_>, input: &Input, state: State, inquiry: Option<&str>) -> Result<FaqId> {
    let (now, by) = (tx.now(), tx.actor().label());
    let [question_key, keywords_key, answer_key] = input.keys();
    let entry = Entry {
        id: FaqId::mint(),
        state,
        revision: 1,
        version: 1,
        category: input.category,
        position: input.position,
        site: input.site,
        question: input.question.clone(),
        answer: input.answer.clone(),
        keywords: input.keywords.clone(),
        question_key,
        keywords_key,
        answer_key,
        inquiry_id: inquiry.map(str::to_owned),
        made_by: by,
        created_at: now,
        changed_at: now,
    };
    diesel::insert_into(faq_entries::table).values(&entry).execute(tx.conn())?;
    if state == State::Published {
        index::put(tx, &entry)?;
    }
    version::keep(tx, (Subject::Faq, entry.id.as_str()), 1, &input.words(), "")?;
    tx.record(Deed::new("faq.added", "faq_entries", entry.id.as_str()))?;
    Ok(entry.id)
}

/// Changes an entry; `seen` is the revision that was looked at.
///
/// # Errors
/// `Forbidden`; `Conflict` when somebody changed it meanwhile.
pub fn amend(tx: &mut Tx<'_>, scope: &StaffScope, (id, seen): (&FaqId, i32), input: &Input, why: &str) -> Result<()> {
    may_edit(scope)?;
    let old = get(tx.conn(), scope, id)?;
    let [question_key, keywords_key, answer_key] = input.keys();
    let now = tx.now();
    let changed = diesel::update(faq_entries::table.find(id).filter(faq_entries::revision.eq(seen)))
        .set((
            faq_entries::revision.eq(seen + 1),
            faq_entries::version.eq(old.version + 1),
            faq_entries::category.eq(input.category),
            faq_entries::position.eq(input.position),
            faq_entries::site.eq(input.site),
            faq_entries::question.eq(&input.question),
            faq_entries::answer.eq(&input.answer),
            faq_entries::keywords.eq(&input.keywords),
            faq_entries::question_key.eq(question_key),
            faq_entries::keywords_key.eq(keywords_key),
            faq_entries::answer_key.eq(answer_key),
            faq_entries::changed_at.eq(now),
        ))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    let entry = get(tx.conn(), scope, id)?;
    if entry.state == State::Published {
        index::put(tx, &entry)?;
    }
    version::keep(tx, (Subject::Faq, id.as_str()), entry.version, &input.words(), why)?;
    tx.record(Deed::new("faq.amended", "faq_entries", id.as_str()).changed("version", old.version, entry.version))
}

/// Puts it on the shelf; one that is there stays.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub fn publish(tx: &mut Tx<'_>, scope: &StaffScope, id: &FaqId) -> Result<()> {
    let entry = move_to(tx, scope, id, State::Published, "faq.published")?;
    index::put(tx, &entry)
}

/// Takes it off the shelf.
///
/// # Errors
/// `Forbidden`; `NotFound`.
pub fn retire(tx: &mut Tx<'_>, scope: &StaffScope, id: &FaqId) -> Result<()> {
    move_to(tx, scope, id, State::Retired, "faq.retired")?;
    index::take_out(tx, id)
}

fn move_to(tx: &mut Tx<'_>, scope: &StaffScope, id: &FaqId, to: State, deed: &'static str) -> Result<Entry> {
    may_edit(scope)?;
    let (mut entry, now) = (get(tx.conn(), scope, id)?, tx.now());
    if entry.state == to {
        return Ok(entry);
    }
    let same = faq_entries::table.find(id).filter(faq_entries::revision.eq(entry.revision));
    let changed = diesel::update(same)
        .set((faq_entries::state.eq(to), faq_entries::revision.eq(entry.revision + 1), faq_entries::changed_at.eq(now)))
        .execute(tx.conn())?;
    if changed == 0 {
        return Err(Error::Conflict);
    }
    tx.record(Deed::new(deed, "faq_entries", id.as_str()).changed("state", entry.state, to))?;
    entry.state = to;
    Ok(entry)
}
