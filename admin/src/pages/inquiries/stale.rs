//! The page for whoever comes too late: how the inquiry stands now, what was
//! written last, and what they typed, which is kept. Answers 409.

use actix_web::http::StatusCode;
use askama::Template;
use uketsuke_core::error::Error;
use uketsuke_core::ids::InquiryId;
use uketsuke_core::inquiry::{self, Author, Inquiry, Message, Thread, Verb, transition};
use uketsuke_core::refusal::Refusal;
use uketsuke_core::staff::{self, StaffMember};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, html_with};

use crate::Office;
use crate::access::Staff;

#[derive(Template)]
#[template(path = "admin/inquiries/stale.html")]
struct Page {
    frame: Frame,
    thread: Thread,
    holder: Option<StaffMember>,
    mine: bool,
    /// A text of an answer, or of a note.
    typed: String,
}

impl Page {
    fn inquiry(&self) -> &Inquiry {
        &self.thread.inquiry
    }

    fn last(&self) -> Option<&Message> {
        self.thread.messages.iter().rev().find(|message| message.author != Author::Note)
    }

    fn author(message: &Message) -> String {
        match message.author {
            Author::Asker => "お問い合わせの方".to_owned(),
            Author::Staff | Author::Note => message.staff.clone().unwrap_or_default(),
        }
    }

    /// Whether what was typed can still become an answer.
    fn may_go_on(&self) -> bool {
        let free = self.mine || self.holder.is_none();
        free && transition(self.inquiry().state, Verb::Answer).is_some()
    }
}

/// Turns "somebody was faster" into that page; other errors pass.
pub async fn or_else<D>(office: &Office, who: &Staff<D>, id: &str, error: Error, typed: &str) -> PageResult {
    match error {
        Error::Conflict | Error::Refused(Refusal::InquiryState | Refusal::InquiryHeld) => {
            page(office, who, id, typed).await
        }
        other => Err(other.into()),
    }
}

async fn page<D>(office: &Office, who: &Staff<D>, id: &str, typed: &str) -> PageResult {
    let id = InquiryId::parse(id).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let (thread, holder) = office
        .db
        .read(move |c| {
            let thread = inquiry::thread_for_staff(c, &scope, &id)?;
            let holder = thread.inquiry.assignee_id.as_ref().map(|id| staff::get_staff(c, id)).transpose()?;
            Ok((thread, holder))
        })
        .await?;
    let frame = who.frame("ほかの人が先に進めています", "/inquiries").receipt(thread.inquiry.number.as_str());
    let mine = thread.inquiry.assignee_id.as_ref() == Some(who.scope.staff());
    html_with(StatusCode::CONFLICT, &Page { frame, thread, holder, mine, typed: typed.trim().to_owned() })
}
