//! The use cases of accounts, each on a database of its own.

mod activation;
mod handover;
mod kept;
mod login;
mod memberships;
mod password;
mod registration;
mod sessions;
mod sites;

use std::sync::Arc;

use super::*;
use crate::db::{Actor, ActorKind, Conn, Tx};
use crate::error::Result;
use crate::facility::kind::FacilityKind;
use crate::ids::{AccountId, FacilityId};
use crate::mail::{Letter, Message};
use crate::secret::{Keyring, PasswordHasher, PlainToken, TokenHash};
use crate::testing::{self, OFFICE, TestDb};

pub const RULES: AccountRules = AccountRules { email_max_chars: 40, activation_link_hours: 3 };
pub const EMAIL: &str = "taro@example.jp";
pub const PASSWORD: &str = "Kz7mQp2w";

/// A database with one office, and what the use cases need.
pub struct House {
    pub db: TestDb,
    pub keyring: Arc<Keyring>,
    pub hasher: PasswordHasher,
    pub office: FacilityId,
}

impl House {
    pub fn new() -> Self {
        let db = testing::test_db();
        let office = db.write_blocking(Actor::system(), |tx| testing::add_facility(tx, OFFICE)).unwrap();
        Self { db, keyring: testing::keyring(), hasher: testing::hasher(), office }
    }

    pub fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(visitor_actor("192.0.2.1"), work)
    }

    pub fn read<T>(&self, work: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.db.read_blocking(work).unwrap()
    }

    /// Names of the letters enqueued so far.
    pub fn letters(&self) -> Vec<String> {
        self.read(|c| Ok(testing::letters(c)?.into_iter().map(|(name, _)| name).collect()))
    }

    pub fn compose<L: Letter>(&self) -> Option<Message> {
        self.write(testing::compose_last::<L>).unwrap()
    }

    /// Fills a draft in to the end.
    pub async fn draft(&self, visitor: &TokenHash, email: &str) {
        let person = PersonForm {
            family_name: "山田".into(),
            given_name: "太郎".into(),
            phone: "03-1234-5678".into(),
            email: email.into(),
            ..PersonForm::default()
        };
        let person = person.read("", true, 40).person;
        assert!(person.is_some(), "{email}");
        let hash = self.hasher.hash(PASSWORD).await.unwrap();
        let office = Some(self.office.clone());
        let kind = Some(FacilityKind::JudoTherapy);
        let draft = Draft { kind, found: office.clone(), facility: office, person, ..Draft::default() };
        self.write(|tx| {
            save_draft(tx, visitor, &draft)?;
            save_password(tx, visitor, &hash)
        })
        .unwrap();
    }

    pub async fn register(&self, visitor: &TokenHash, email: &str) {
        self.draft(visitor, email).await;
        let registered = self.write(|tx| register(tx, &self.keyring, RULES, visitor, true)).unwrap();
        assert_eq!(registered, Registered::Sent);
    }

    /// The token of the last activation letter.
    pub fn activation_token(&self) -> TokenHash {
        token_in(&self.compose::<mail::Activation>().expect("a letter"), "/activate/")
    }

    /// Registers and activates.
    pub async fn account(&self, email: &str) -> AccountId {
        self.register(&visitor(), email).await;
        let token = self.activation_token();
        assert_eq!(self.write(|tx| activate(tx, &token)).unwrap(), Activated::Now);
        self.read(|c| Ok(super::repo::find_by_email(c, email)?.expect("an account").id))
    }

    pub async fn try_login(&self, email: &str, password: &str, address: &str) -> LoginOutcome {
        let attempt = Attempt { email: email.into(), password: password.into(), user_agent: "test".into() };
        login(&self.db, &self.hasher, &self.keyring, visitor_actor(address), attempt).await.unwrap()
    }

    /// Logs in and gives the session with its token.
    pub async fn sign_in(&self, email: &str, password: &str) -> (Session, PlainToken) {
        match self.try_login(email, password, "192.0.2.1").await {
            LoginOutcome::Opened(new) => {
                (resume(&self.db, &new.token).await.unwrap().expect("a live session"), new.token)
            }
            other => panic!("{other:?}"),
        }
    }
}

pub fn visitor() -> TokenHash {
    PlainToken::mint().hash()
}

pub fn visitor_actor(address: &str) -> Actor {
    Actor { address: Some(address.into()), ..Actor::new(ActorKind::Visitor, "") }
}

/// The token that stands in a letter's link.
pub fn token_in(letter: &Message, path: &str) -> TokenHash {
    let rest = letter.body.split_once(path).expect("a link").1;
    PlainToken::received(rest.split_whitespace().next().expect("a token")).hash()
}
