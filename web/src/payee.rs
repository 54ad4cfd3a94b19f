//! The boxes for an account that money is transferred to, wherever one is asked for.

use askama::Template;
use uketsuke_core::form::FieldErrors;
use uketsuke_core::subsidy::payee;
use uketsuke_core::transfer::AccountType;

use crate::form::Choice;

/// The boxes as typed, with the banks and branches to choose from where what was
/// typed fits several.
#[derive(Template)]
#[template(path = "web/payee_fields.html")]
pub struct PayeeFields<'a> {
    errors: &'a FieldErrors,
    bank: &'a str,
    bank_choice: &'a str,
    branch: &'a str,
    branch_choice: &'a str,
    kind: &'a str,
    number: &'a str,
    holder: &'a str,
    types: Vec<Choice>,
    banks: Vec<Choice>,
    branches: Vec<Choice>,
}

impl<'a> PayeeFields<'a> {
    /// The boxes; `typed` answers what stands in a box of this name.
    pub fn new(typed: impl Fn(&str) -> &'a str, errors: &'a FieldErrors) -> Self {
        Self {
            errors,
            bank: typed(payee::BANK.0),
            bank_choice: typed(payee::BANK_CHOICE),
            branch: typed(payee::BRANCH.0),
            branch_choice: typed(payee::BRANCH_CHOICE),
            kind: typed(payee::TYPE.0),
            number: typed(payee::NUMBER.0),
            holder: typed(payee::HOLDER.0),
            types: AccountType::ALL.iter().map(|kind| Choice::new(kind.as_str(), kind.label())).collect(),
            banks: Vec::new(),
            branches: Vec::new(),
        }
    }

    /// With banks and branches to choose from: codes and names.
    #[must_use]
    pub fn choosing(mut self, banks: &[(String, String)], branches: &[(String, String)]) -> Self {
        let choices = |places: &[(String, String)]| -> Vec<Choice> {
            places.iter().map(|(code, name)| Choice::new(code.clone(), format!("{name}（{code}）"))).collect()
        };
        self.banks = choices(banks);
        self.branches = choices(branches);
        self
    }
}
