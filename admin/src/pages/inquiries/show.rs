//! `GET /inquiries/{id}`: one inquiry (`…/files/{file}`: a file of it): its thread with the staff's notes, who
//! asked, for which facility, and what can be done. Whoever reads inquiries;
//! buttons for whoever may press them.

use actix_web::web::{Data, Path};
use askama::Template;
use uketsuke_core::audit::{Reading, note_reading};
use uketsuke_core::clock::tokyo_date;
use uketsuke_core::db::Conn;
use uketsuke_core::desk;
use uketsuke_core::error::{Error, Result};
use uketsuke_core::facility::{self, Facility};
use uketsuke_core::holiday;
use uketsuke_core::ids::{ApplicationId, AttachmentId, InquiryId};
use uketsuke_core::inquiry::{self, Author, Inquiry, Message, Party, State, Thread, Verb, transition};
use uketsuke_core::scope::StaffScope;
use uketsuke_core::staff::role::Permission;
use uketsuke_core::staff::{self, StaffMember};
use uketsuke_web::page::Frame;
use uketsuke_web::{PageResult, download, html};

use crate::Office;
use crate::access::{ReadInquiries, Staff};
use crate::pages::words::days_left;

#[derive(Template)]
#[template(path = "admin/inquiries/show.html")]
struct Page {
    frame: Frame,
    told: Told,
    /// How far the promised day is; empty when nobody waits.
    left: String,
    mine: bool,
    may_answer: bool,
    may_edit_content: bool,
    may_read_facilities: bool,
}

/// All that is known.
struct Told {
    thread: Thread,
    facility: Option<Facility>,
    /// The case it is about, for whoever reads applications.
    case: Option<ApplicationId>,
    holder: Option<StaffMember>,
}

impl Page {
    fn inquiry(&self) -> &Inquiry {
        &self.told.thread.inquiry
    }

    /// Whether the one who looks can do this now.
    fn can(&self, verb: Verb) -> bool {
        if self.inquiry().erased_at.is_some() {
            return false;
        }
        let by_staff = transition(self.inquiry().state, verb).is_some_and(|arrow| arrow.by == Party::Staff);
        let free = self.mine || self.told.holder.is_none();
        let hands = match verb {
            Verb::Take => !self.mine,
            Verb::Release | Verb::HandOver => self.mine,
            _ => free,
        };
        self.may_answer && by_staff && hands
    }

    fn may_note(&self) -> bool {
        self.may_answer && self.inquiry().state != State::Merged && self.inquiry().erased_at.is_none()
    }

    /// An answer may help others too.
    fn can_become_faq(&self) -> bool {
        let answered = self.told.thread.messages.iter().any(|message| message.author == Author::Staff);
        self.may_edit_content && answered && self.inquiry().erased_at.is_none()
    }

    fn author(&self, message: &Message) -> String {
        let by = message.staff.clone().unwrap_or_default();
        match message.author {
            Author::Asker => format!("{} 様", message.person().unwrap_or_else(|| self.inquiry().name.clone())),
            Author::Staff => format!("回答（{by}）"),
            Author::Note => format!("職員だけのメモ（{by}）"),
        }
    }

    fn class(message: &Message) -> &'static str {
        match message.author {
            Author::Note => "note",
            Author::Staff => "message",
            Author::Asker => "card",
        }
    }
}

/// The page.
pub async fn show(office: Data<Office>, who: Staff<ReadInquiries>, path: Path<String>) -> PageResult {
    let id = InquiryId::parse(&path).ok_or(Error::NotFound)?;
    let (scope, today) = (who.scope.clone(), tokyo_date(office.db.clock().now()));
    let (told, calendar) = office.db.read(move |c| Ok((read(c, &scope, &id)?, holiday::calendar(c)?))).await?;
    let inquiry = &told.thread.inquiry;
    if let Some(facility) = inquiry.facility_id.clone() {
        let subject_id = inquiry.id.to_string();
        let reading = Reading { action: "inquiry.viewed", subject_kind: "inquiries", subject_id, facility };
        note_reading(&office.db, who.actor(), reading).await?;
    }
    let title = format!("お問い合わせ {}", inquiry.number);
    html(&Page {
        frame: who.frame(title, "/inquiries").receipt(inquiry.number.as_str()),
        left: match inquiry.state {
            State::Waiting => days_left(inquiry.expected_on, today, &calendar),
            _ => String::new(),
        },
        mine: inquiry.assignee_id.as_ref() == Some(who.scope.staff()),
        may_answer: who.scope.may(Permission::AnswerInquiries),
        may_edit_content: who.scope.may(Permission::EditContent),
        may_read_facilities: who.scope.may(Permission::ReadFacilities),
        told,
    })
}

/// A file that came with it.
pub async fn file(office: Data<Office>, who: Staff<ReadInquiries>, path: Path<(String, String)>) -> PageResult {
    let id = InquiryId::parse(&path.0).ok_or(Error::NotFound)?;
    let file = AttachmentId::parse(&path.1).ok_or(Error::NotFound)?;
    let scope = who.scope.clone();
    let file = office.db.read(move |c| inquiry::file_for_staff(c, &scope, &id, &file)).await?;
    download::attachment(&office.storage, &file, false).await
}

fn read(conn: &mut Conn, scope: &StaffScope, id: &InquiryId) -> Result<Told> {
    let thread = inquiry::thread_for_staff(conn, scope, id)?;
    let asked = &thread.inquiry;
    let case = match &asked.application_number {
        Some(number) if scope.may(Permission::ReadApplications) => desk::find_by_number(conn, scope, number)?,
        _ => None,
    };
    Ok(Told {
        facility: asked.facility_id.as_ref().map(|id| facility::repo::get(conn, id)).transpose()?,
        holder: asked.assignee_id.as_ref().map(|id| staff::get_staff(conn, id)).transpose()?,
        case,
        thread,
    })
}
