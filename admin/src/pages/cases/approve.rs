//! `GET, POST /cases/{id}/approve`: the page before approving; fewer devices or
//! less money than asked for need a reason, and what comes of it is reckoned first. Where a second person decides, the approval is
//! proposed. Reviewers who hold the application.

use actix_web::web::{Data, Path};
use askama::Template;
use chrono::NaiveDate;
use uketsuke_core::application::model::Proposal;
use uketsuke_core::application::notes::NOTE_MAX_CHARS;
use uketsuke_core::application::procedure::{Allowance, Allowed, Quantity, Terms};
use uketsuke_core::application::reasons::{Reason, ReasonAction};
use uketsuke_core::application::{checklist, decide, second};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::error::Error;
use uketsuke_core::fold;
use uketsuke_core::form::{FieldErrors, FieldFault};
use uketsuke_core::ids::ApplicationId;
use uketsuke_core::money;
use uketsuke_web::extract::AllFields;
use uketsuke_web::fields::Fields;
use uketsuke_web::form::Choice;
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html, invalid};

use super::reasons;
use super::review::{Reviewed, read_held};
use super::stale::{self, Typed};
use crate::Office;
use crate::access::{Review, Staff};

#[derive(Template)]
#[template(path = "admin/cases/approve.html")]
struct Page {
    frame: Frame,
    errors: FieldErrors,
    reviewed: Reviewed,
    quantity: Option<Quantity>,
    amounts: Vec<Amount>,
    outcome: Vec<(String, String)>,
    reasons: Vec<Choice>,
    unticked: Vec<&'static str>,
    typed: ApproveForm,
    today: NaiveDate,
}

/// One amount that may be lowered, as typed so far.
struct Amount {
    asked: Allowance,
    shown: String,
    yen: (String, String),
    reason: (String, String),
}

/// What is typed.
#[derive(Debug, Clone, Default)]
struct ApproveForm {
    revision: String,
    quantity: String,
    canned: String,
    reason: String,
    note: String,
    step: String,
    /// All of it, for the amounts.
    fields: Fields,
}

impl ApproveForm {
    fn read(fields: Fields) -> Self {
        let get = |name: &str| fields.get(name).to_owned();
        Self {
            revision: get("revision"),
            quantity: get("quantity"),
            canned: get("canned"),
            reason: get("reason"),
            note: get("note"),
            step: get("step"),
            fields,
        }
    }

    fn terms(&self, asked: &Asked, canned: &[Reason], errors: &mut FieldErrors) -> Terms {
        let quantity = asked.quantity.as_ref();
        let most = quantity.map_or(0, |quantity| i64::from(quantity.asked));
        let quantity = quantity.and_then(|_| {
            let reading = fold::number(&self.quantity, 1, most);
            errors.take("quantity", "承認する台数", reading)
        });
        let fewer = quantity.is_some_and(|quantity| quantity < most);
        let text = reasons::text(if fewer { canned } else { &[] }, &self.canned, &self.reason);
        let reason = errors.take("reason", "理由", optional(&text, decide::REASON_MAX_CHARS)).unwrap_or_default();
        let allowed = asked.amounts.iter().filter_map(|one| {
            let (yen, why) = (format!("yen_{}", one.code), format!("reason_{}", one.code));
            let counted = errors.take(&yen, &one.label, fold::yen(self.fields.get(&yen)));
            let label = format!("{}を減らす理由", one.label);
            let reading = optional(self.fields.get(&why), decide::REASON_MAX_CHARS);
            let reason = errors.take(&why, &label, reading).unwrap_or_default();
            Some((one.code.clone(), Allowed { yen: counted?, reason }))
        });
        let allowed = allowed.collect();
        Terms { quantity: quantity.and_then(|n| u32::try_from(n).ok()), reason, allowed }
    }

    fn typed(&self, id: &ApplicationId) -> Typed {
        let left_out = ["revision", "step", "csrf_token"];
        let fields = self.fields.iter().filter(|(name, _)| !left_out.contains(name));
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Typed::at(&self.revision)
            .with("承認する台数", &self.quantity)
            .with("減らす理由", &self.reason)
            .with("承認者への伝言", &self.note)
            .again(format!("/cases/{id}/approve"), fields)
    }
}

/// What may be granted in part.
struct Asked {
    quantity: Option<Quantity>,
    amounts: Vec<Allowance>,
}

impl Asked {
    fn of(office: &Office, reviewed: &Reviewed) -> Result<Self, Error> {
        let procedure = reviewed.procedure(office)?;
        let (quantity, amounts) = (procedure.quantity(&reviewed.values), procedure.allowances(&reviewed.values));
        Ok(Self { quantity, amounts })
    }

    /// All of it, as the form is first shown.
    fn whole(&self) -> ApproveForm {
        let quantity = self.quantity.as_ref().map_or(String::new(), |quantity| quantity.asked.to_string());
        let pairs = self.amounts.iter().map(|one| (format!("yen_{}", one.code), one.asked.to_string()));
        ApproveForm { quantity, fields: pairs.collect::<Vec<_>>().into(), ..ApproveForm::default() }
    }
}

fn optional(text: &str, max: usize) -> Result<String, FieldFault> {
    match fold::lines(text, max) {
        Err(FieldFault::Missing) => Ok(String::new()),
        other => other,
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<Review>, path: Path<String>) -> PageResult {
    match read_held(&office, &who, &path).await {
        Ok(reviewed) => {
            let typed = Asked::of(&office, &reviewed)?.whole();
            html(&page(&office, &who, reviewed, (typed, Some(Terms::default())), FieldErrors::default()).await?)
        }
        Err(error) => stale::or_else(&office, &who, &path, error, Typed::nothing()).await,
    }
}

/// Approves, or proposes to; or shows what it would come to.
pub async fn approve(
    office: Data<Office>,
    who: Staff<Review>,
    path: Path<String>,
    AllFields(fields): AllFields,
) -> PageResult {
    let id = ApplicationId::parse(&path).ok_or(Error::NotFound)?;
    let form = ApproveForm::read((*fields).clone());
    let reviewed = match read_held(&office, &who, &path).await {
        Ok(reviewed) => reviewed,
        Err(error) => return stale::or_else(&office, &who, &path, error, form.typed(&id)).await,
    };
    let asked = Asked::of(&office, &reviewed)?;
    let canned = reasons::list(&office, &reviewed, ReasonAction::Fewer).await?;
    let mut errors = FieldErrors::default();
    let terms = form.terms(&asked, &canned, &mut errors);
    let note = errors.take("note", "承認者への伝言", optional(&form.note, NOTE_MAX_CHARS)).unwrap_or_default();
    if form.step == "edit" {
        let terms = errors.is_empty().then_some(terms);
        return html(&page(&office, &who, reviewed, (form, terms), FieldErrors::default()).await?);
    }
    if !errors.is_empty() {
        return invalid(&page(&office, &who, reviewed, (form, None), errors).await?);
    }
    let terms = match decide::valid_terms(reviewed.procedure(&office)?, &reviewed.values, terms) {
        Ok(terms) => terms,
        Err(Error::Invalid(errors)) => return invalid(&page(&office, &who, reviewed, (form, None), errors).await?),
        Err(error) => return Err(error.into()),
    };
    if form.step == "reckon" {
        return html(&page(&office, &who, reviewed, (form, Some(terms)), FieldErrors::default()).await?);
    }
    let (scope, procedures, seen) = (who.scope.clone(), office.procedures.clone(), form.revision.parse().unwrap_or(-1));
    let second_person = reviewed.second_person;
    let decided = office
        .db
        .write(who.actor(), move |tx| match second_person {
            true => {
                let proposal = (Proposal::Approve(terms), note.as_str());
                second::recommend(tx, &procedures, &scope, (&id, seen), proposal)
            }
            false => decide::approve(tx, &procedures, &scope, (&id, seen), terms),
        })
        .await;
    match decided {
        Ok(()) => {
            Ok(who.done(format!("/cases/{path}"), if second_person { "承認を依頼しました" } else { "承認しました" }))
        }
        Err(Error::Invalid(errors)) => invalid(&page(&office, &who, reviewed, (form, None), errors).await?),
        Err(error) => {
            let typed = form.typed(reviewed.id());
            stale::or_else(&office, &who, &path, error, typed).await
        }
    }
}

/// `terms`, where they can be carried out, show what comes of them.
async fn page(
    office: &Office,
    who: &Staff<Review>,
    reviewed: Reviewed,
    (typed, terms): (ApproveForm, Option<Terms>),
    errors: FieldErrors,
) -> Result<Page, Error> {
    let title = if reviewed.second_person { "承認を依頼する" } else { "承認する" };
    let frame = who.frame(title, "/queue").receipt(reviewed.number()).error(!errors.is_empty());
    let today = tokyo_date(office.db.clock().now());
    let procedure = reviewed.procedure(office)?;
    let Asked { quantity, amounts } = Asked::of(office, &reviewed)?;
    let id = reviewed.id().clone();
    let ticks = office.db.read(move |c| checklist::ticks(c, &id)).await?;
    let items = procedure.checklist(&reviewed.case).into_iter();
    let unticked = items.filter(|item| !ticks.contains_key(item.code)).map(|item| item.text).collect();
    let reasons = reasons::choices(&reasons::list(office, &reviewed, ReasonAction::Fewer).await?);
    let outcome = match terms {
        Some(terms) => reviewed.outcome(office, terms).await?,
        None => Vec::new(),
    };
    let amount = |asked: Allowance| {
        let (yen, reason) = (format!("yen_{}", asked.code), format!("reason_{}", asked.code));
        let value = |name: &str| typed.fields.get(name).to_owned();
        let (yen, reason) = ((yen.clone(), value(&yen)), (reason.clone(), value(&reason)));
        Amount { shown: money::shown(asked.asked), asked, yen, reason }
    };
    let amounts = amounts.into_iter().map(amount).collect();
    Ok(Page { frame, errors, reviewed, quantity, amounts, outcome, reasons, unticked, typed, today })
}
