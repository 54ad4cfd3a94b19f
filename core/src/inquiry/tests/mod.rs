//! The register, on whichever database the tests run.

mod hands;
mod letters;
mod life;
mod merging;
mod sending;
mod typed;
mod worklist;

use super::*;
use crate::db::{Actor, Tx};
use crate::error::Result;
use crate::facility::kind::Site;
use crate::ids::{InquiryId, InquiryMessageId};
use crate::scope::{FacilityScope, StaffScope};
use crate::secret::PlainToken;
use crate::staff::role::Role;
use crate::testing::{self, TestDb, add_staff, keyring, test_db};

/// A question long enough to be answered.
const QUESTION: &str = "アクティベーションコードを入力しましたが、先に進めません。";
const ANSWER: &str = "アプリを最新のものにしてから、もう一度お試しください。";
const EMAIL_MAX: usize = 40;

/// An office with a verified person, and a member of the support.
struct World {
    db: TestDb,
    person: FacilityScope,
    staff: StaffScope,
}

fn world() -> World {
    let db = test_db();
    let person = testing::office(&db, true);
    let staff = add_staff(&db, Role::Support);
    World { db, person, staff }
}

fn typed(email: &str) -> Typed {
    Typed {
        category: "device".into(),
        text: QUESTION.into(),
        name: "山田 太郎".into(),
        email: email.into(),
        ..Typed::default()
    }
}

/// A visitor of their own.
fn visitor() -> Owner {
    Owner::Visitor(PlainToken::mint().hash())
}

fn sender(owner: Owner, scope: Option<&FacilityScope>) -> Sender {
    Sender { owner, scope: scope.cloned(), site: Site::Omf }
}

impl World {
    fn by<T>(&self, actor: Actor, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.db.write_blocking(actor, work)
    }

    fn staffs<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.by(self.staff.actor(), work)
    }

    /// Keeps a draft and sends it.
    fn sends(&self, sender: &Sender, typed: &Typed) -> Result<Sent> {
        self.by(Actor::system(), |tx| {
            save_draft(tx, &sender.owner, typed)?;
            send(tx, &keyring(), sender, (Offered::Any, EMAIL_MAX))
        })
    }

    fn sent(&self, owner: &Owner) -> Inquiry {
        let now = self.db.clock.now().into();
        self.db.read_blocking(|c| find_sent(c, owner, now)).unwrap().expect("it was sent")
    }

    /// What somebody signed in asked.
    fn asked_by(&self, scope: &FacilityScope, email: &str) -> InquiryId {
        let sender = sender(Owner::Account(scope.account().clone()), Some(scope));
        assert_eq!(self.sends(&sender, &typed(email)).unwrap(), Sent::Done);
        self.sent(&sender.owner).id
    }

    /// What the office's person asked.
    fn asked(&self) -> InquiryId {
        self.asked_by(&self.person, "taro@example.jp")
    }

    /// What a visitor asked.
    fn asked_by_visitor(&self, email: &str) -> InquiryId {
        let sender = sender(visitor(), None);
        assert_eq!(self.sends(&sender, &typed(email)).unwrap(), Sent::Done);
        self.sent(&sender.owner).id
    }

    fn get(&self, id: &InquiryId) -> Inquiry {
        self.db.read_blocking(|c| get_for_staff(c, &self.staff, id)).unwrap()
    }

    fn bodies(&self, id: &InquiryId) -> Vec<(Author, String)> {
        let thread = self.db.read_blocking(|c| thread_for_staff(c, &self.staff, id)).unwrap();
        thread.messages.into_iter().map(|message| (message.author, message.body)).collect()
    }

    /// Answers as it is now.
    fn answers(&self, id: &InquiryId, text: &str) -> Result<()> {
        let seen = self.get(id).revision;
        self.staffs(|tx| answer(tx, &self.staff, (id, seen), &given(text)))
    }

    /// The letters so far, by name.
    fn letters(&self) -> Vec<String> {
        let all = self.db.read_blocking(testing::letters).unwrap();
        all.into_iter().map(|(name, _)| name).collect()
    }
}

fn given(text: &str) -> Answer {
    Answer { message: InquiryMessageId::mint(), text: text.to_owned() }
}
