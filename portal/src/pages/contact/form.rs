//! `GET`, `POST /contact`: お問い合わせ 1/3, the question. Anyone.
//!
//! `?words=` carries over what was searched for in vain, `?about=` the category.
//! One field is for programs alone: people never see it, and who fills it in is
//! asked once more.

use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;
use uketsuke_core::account::get_account;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::inquiry::{self, Category, TEXT_MAX_CHARS, Typed};
use uketsuke_web::extract::Form;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::request::Visitor;
use uketsuke_web::{PageError, PageResult, html, invalid, see_other};

use super::{Numbers, STEPS};
use crate::{Anyone, Portal};

/// The longest search term that is carried over, characters.
const WORDS_MAX_CHARS: usize = 100;

#[derive(Template)]
#[template(path = "portal/contact/form.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    steps: [&'static str; 3],
    typed: Typed,
    categories: Vec<Choice>,
    numbers: Vec<Choice>,
    /// For which facility, where somebody is signed in.
    facility: Option<String>,
    can_switch: bool,
    max_chars: String,
}

/// The query string.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    words: String,
    about: String,
}

/// What was sent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ContactForm {
    category: String,
    application: String,
    text: String,
    name: String,
    email: String,
    /// For programs alone.
    website: String,
    as_person: String,
}

impl ContactForm {
    fn typed(self) -> Typed {
        Typed {
            category: self.category,
            application: self.application,
            text: self.text,
            name: self.name,
            email: self.email,
        }
    }
}

/// The form: what was kept when a session ended, else the draft, else what is known.
pub async fn show(portal: Data<Portal>, who: Anyone, visitor: Visitor, Query(asked): Query<Asked>) -> PageResult {
    let mut typed = match kept(&who).await? {
        Some(form) => form.typed(),
        None => match super::draft(&portal, &who, &visitor).await? {
            Some(draft) => draft.typed,
            None => known(&portal, &who).await?,
        },
    };
    if Category::parse(&asked.about).is_some() {
        typed.category = asked.about;
    }
    let words: String = asked.words.trim().chars().filter(|c| !c.is_control()).take(WORDS_MAX_CHARS).collect();
    if typed.text.is_empty() && !words.is_empty() {
        typed.text = format!("「{words}」について：\n");
    }
    html(&page(&portal, &who, typed, FieldErrors::default()).await?)
}

async fn kept(who: &Anyone) -> Result<Option<ContactForm>, PageError> {
    let Some(person) = super::asker(who) else { return Ok(None) };
    let fields = person.kept_fields().await?;
    if fields.is_empty() {
        return Ok(None);
    }
    Ok(fields.read().ok())
}

/// Name and mail of whoever is signed in.
async fn known(portal: &Data<Portal>, who: &Anyone) -> Result<Typed, PageError> {
    let Some(person) = super::asker(who) else { return Ok(Typed::default()) };
    let account = person.scope().account().clone();
    let account = portal.db.read(move |c| get_account(c, &account)).await?;
    Ok(Typed { name: account.full_name(), email: account.email, ..Typed::default() })
}

/// Keeps the question and goes on to the check.
pub async fn save(portal: Data<Portal>, who: Anyone, visitor: Visitor, Form(form): Form<ContactForm>) -> PageResult {
    super::still_signed_in(&who, &form.as_person).await?;
    let trapped = !form.website.is_empty();
    let typed = form.typed();
    let known = Numbers::of(&portal, &who).await?.known();
    let mut errors = typed.read(super::offered(&known), portal.config.email_max_chars).err().unwrap_or_default();
    if trapped {
        errors.add("text", "お問い合わせの内容", FieldFault::Sentence(TRAPPED.to_owned()));
    }
    if !errors.is_empty() {
        return invalid(&page(&portal, &who, typed, errors).await?);
    }
    let owner = super::owner(&who, &visitor);
    portal.db.write(who.actor(), move |tx| inquiry::save_draft(tx, &owner, &typed)).await?;
    Ok(see_other("/contact/check"))
}

/// The box comes back empty: a person presses once more, a program fills it again.
const TRAPPED: &str = "画面に見えない欄に、自動で入力された内容がありました。その欄は空にしました。\
                       入力した内容は残っていますので、もう一度「確認へ進む」を押してください";

async fn page(portal: &Data<Portal>, who: &Anyone, typed: Typed, errors: FieldErrors) -> Result<Page, PageError> {
    let numbers = Numbers::of(portal, who).await?;
    let number = |(number, title): &(uketsuke_core::secret::ReceiptNumber, &str)| {
        Choice::new(number.as_str(), format!("{title}（{number}）"))
    };
    Ok(Page {
        frame: who.frame("お問い合わせ").step(1, 3).error(!errors.is_empty()),
        errors,
        steps: STEPS,
        typed,
        categories: Category::ALL.iter().map(|one| Choice::new(one.as_str(), one.label())).collect(),
        numbers: numbers.titled().map(number).collect(),
        facility: super::asker(who).map(|person| person.session().facility_name.clone()),
        can_switch: super::asker(who).is_some_and(|person| person.session().can_switch),
        max_chars: TEXT_MAX_CHARS.to_string(),
    })
}
