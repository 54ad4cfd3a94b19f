//! What letters say, and what they never say; phone calls; answers kept ready;
//! a question made into an entry of よくある質問.

use crate::error::Error;
use crate::form::FieldErrors;
use crate::inquiry::canned::{self, CannedInput, CannedTyped};
use crate::inquiry::mail::{InquiryAnswered, InquiryReceived};
use crate::mail::Message as Letter;
use crate::testing::compose_last;

use super::*;

impl World {
    fn received(&self) -> Letter {
        self.by(Actor::system(), compose_last::<InquiryReceived>).unwrap().expect("a letter")
    }

    fn answered(&self) -> Letter {
        self.by(Actor::system(), compose_last::<InquiryAnswered>).unwrap().expect("a letter")
    }

    fn calls(&self, ticket: &Ticket) -> Result<InquiryId> {
        self.staffs(|tx| {
            let input = TicketInput::read(tx.conn(), ticket)?;
            open_ticket(tx, &self.staff, input)
        })
    }
}

#[test]
fn a_visitors_letters_hold_nothing_that_anybody_could_have_typed() {
    let w = world();
    let sender = sender(visitor(), None);
    let typed = Typed { name: "https://evil.example 今すぐ".into(), ..typed("victim@example.jp") };
    w.sends(&sender, &typed).unwrap();
    let asked = w.sent(&sender.owner);
    let letter = w.received();
    assert_eq!(letter.to, "victim@example.jp");
    assert_eq!(letter.subject, format!("お問い合わせを受け付けました（{}）", asked.number));
    for said in
        ["お問い合わせをくださった方へ", "11月26日までに", "返信されても届きません", "https://portal.example/contact"]
    {
        assert!(letter.body.contains(said), "{said} is not in\n{}", letter.body);
    }
    for kept in ["evil.example", QUESTION, "/inquiries/"] {
        assert!(!letter.body.contains(kept) && !letter.subject.contains(kept), "{kept} is in\n{}", letter.body);
    }
    w.answers(&asked.id, ANSWER).unwrap();
    let letter = w.answered();
    assert!(letter.body.contains(ANSWER) && letter.body.contains("https://portal.example/contact"), "{}", letter.body);
    assert!(!letter.body.contains(QUESTION) && !letter.body.contains("evil.example"), "{}", letter.body);
}

#[test]
fn whoever_can_sign_in_is_led_to_the_thread() {
    let w = world();
    let id = w.asked();
    let link = format!("https://portal.example/inquiries/{id}\n");
    assert!(w.received().body.contains(&link), "{}", w.received().body);
    w.answers(&id, ANSWER).unwrap();
    let letter = w.answered();
    for said in ["山田 太郎 様", ANSWER, &link, "返信されても届きません"] {
        assert!(letter.body.contains(said), "{said} is not in\n{}", letter.body);
    }
    assert!(!letter.body.contains("/contact"), "{}", letter.body);
    assert_eq!(letter.subject, format!("お問い合わせへの回答（{}）", w.get(&id).number));
}

#[test]
fn one_letter_names_all_numbers_that_it_answers() {
    let w = world();
    let (first, second) = (w.asked(), w.asked());
    let (at, into_at) = (w.get(&second).revision, w.get(&first).revision);
    w.staffs(|tx| merge(tx, &w.staff, (&second, at), (&first, into_at))).unwrap();
    w.answers(&first, ANSWER).unwrap();
    let body = w.answered().body;
    for id in [&first, &second] {
        assert!(body.contains(w.get(id).number.as_str()), "{body}");
    }
}

#[test]
fn a_call_is_written_down_with_its_answer_or_waits_in_the_callees_hands() {
    let w = world();
    let call = Ticket {
        name: "鈴木 花子".into(),
        phone: "03-1234-5678".into(),
        code: "１３１２３４５６７８".into(),
        category: "device".into(),
        text: "コードが通らない。".into(),
        ..Ticket::default()
    };
    let waiting = w.get(&w.calls(&call).unwrap());
    assert_eq!((waiting.state, waiting.channel), (State::Waiting, Channel::Phone));
    assert_eq!(waiting.assignee_id.as_ref(), Some(w.staff.staff()));
    assert_eq!((waiting.facility_id.as_ref(), waiting.site), (Some(w.person.facility()), Site::Omf));
    assert!(w.letters().is_empty(), "nobody to write to");
    w.answers(&waiting.id, ANSWER).unwrap();
    assert!(w.letters().is_empty());
    // The facility reads it in the portal.
    assert_eq!(w.db.read_blocking(|c| get_thread(c, &w.person, &waiting.id)).unwrap().messages.len(), 2);

    let answered = Ticket { email: "hanako@example.jp".into(), answer: ANSWER.into(), ..call.clone() };
    let answered = w.get(&w.calls(&answered).unwrap());
    assert_eq!(answered.state, State::Answered);
    let letter = w.answered();
    assert!(letter.body.contains("鈴木 花子 様") && letter.body.contains(ANSWER), "{}", letter.body);
    let later = Ticket { email: "hanako@example.jp".into(), code: String::new(), site: "csm".into(), ..call };
    let later = w.get(&w.calls(&later).unwrap());
    assert_eq!((later.site, later.facility_id, later.shared), (Site::Csm, None, false));
    assert_eq!(w.received().to, "hanako@example.jp");
}

#[test]
fn a_call_that_cannot_be_written_down_names_its_fields() {
    let w = world();
    let fields = |ticket: &Ticket| match w.calls(ticket) {
        Err(Error::Invalid(errors)) => {
            let names = |errors: &FieldErrors| errors.iter().map(|error| error.field.clone()).collect::<Vec<_>>();
            names(&errors)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(&Ticket::default()), ["name", "phone", "site", "category", "text"]);
    let wrong = Ticket { code: "9999999999".into(), email: "x".into(), ..Ticket::default() };
    assert_eq!(fields(&wrong), ["name", "phone", "email", "code", "category", "text"]);
    assert_eq!(fields(&Ticket { code: "123".into(), ..Ticket::default() })[2], "code");
}

#[test]
fn answers_kept_ready_are_offered_by_category_and_changed_by_one_at_a_time() {
    let w = world();
    let input = |category: &str, title: &str, link: &str, active| {
        let (category, title, link) = (category.into(), title.into(), link.into());
        let typed = CannedTyped { category, title, body: ANSWER.into(), link, position: String::new(), active };
        CannedInput::read(&typed).unwrap()
    };
    let add = |input| w.staffs(|tx| canned::add(tx, &w.staff, input)).unwrap();
    let other = add(input("account", "ログイン", "", true));
    let device = add(input("device", "コード", "/faq/1", true));
    add(input("device", "古い", "", false));
    let offered = w.db.read_blocking(|c| canned::list_offered(c, &w.staff, Category::Device)).unwrap();
    assert_eq!(offered.iter().map(|one| &one.id).collect::<Vec<_>>(), [&device, &other]);
    let text = offered[0].text("https://portal.example");
    assert!(text.starts_with(ANSWER) && text.ends_with("\nhttps://portal.example/faq/1"), "{text}");
    assert_eq!(offered[1].text("https://portal.example"), ANSWER);
    let change = |seen| w.staffs(|tx| canned::change(tx, &w.staff, (&device, seen), input("device", "新", "", true)));
    change(0).unwrap();
    assert!(matches!(change(0), Err(Error::Conflict)));
    assert_eq!(w.db.read_blocking(|c| canned::get(c, &w.staff, &device)).unwrap().title, "新");
    let editor = add_staff(&w.db, Role::Editor);
    let refused = w.by(editor.actor(), |tx| canned::add(tx, &editor, input("device", "x", "", true)));
    assert!(matches!(refused, Err(Error::Forbidden)));
    assert_eq!(w.db.read_blocking(|c| canned::list(c, &editor)).unwrap().len(), 3);
}

#[test]
fn a_question_becomes_an_entry_without_who_asked_it() {
    let w = world();
    let sender = sender(Owner::Account(w.person.account().clone()), Some(&w.person));
    let text = "さくら接骨院の山田太郎（山田 太郎、1312345678）です。コードが通りません。\
                折り返しは090-1234-5678か taro@example.jp へ。別の人は jiro@example.com です。";
    w.sends(&sender, &Typed { text: text.into(), ..typed("taro@example.jp") }).unwrap();
    let id = w.sent(&sender.owner).id;
    let read = || w.db.read_blocking(|c| for_faq(c, &w.staff, &id));
    assert!(matches!(read(), Err(Error::NotFound)), "no answer yet");
    w.answers(&id, "山田様、さくら接骨院の端末を確かめました。アプリを更新してください。").unwrap();
    let entry = read().unwrap();
    assert_eq!(entry.category, Category::Device);
    for word in ["山田", "太郎", "さくら接骨院", "1312345678", "090-1234-5678", "taro@example.jp", "jiro@example.com"]
    {
        assert!(!entry.question.contains(word) && !entry.answer.contains(word), "{word} is in {entry:?}");
    }
    assert!(entry.question.contains("コードが通りません") && entry.answer.contains("アプリを更新してください"));
}
