//! What events of the audit trail were done to, in words.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::audit::AuditEvent;
use crate::db::Conn;
use crate::error::Result;
use crate::evidence::ERASED_NAME;
use crate::ids::{ApplicationId, DeviceId, EvidenceId, FacilityId, FaqId, InquiryId, ManualId, NoticeId, StaffId};
use crate::schema::{applications, devices, evidence, facilities, faq_entries, inquiries, manuals, notices};
use crate::secret::ReceiptNumber;
use crate::staff;

/// Names of things by id.
#[derive(Debug, Clone, Default)]
pub struct SubjectNames(HashMap<String, String>);

impl SubjectNames {
    /// The name of a thing; nothing for what has none or is gone.
    pub fn of(&self, id: &str) -> &str {
        self.0.get(id).map_or("", String::as_str)
    }
}

/// The names behind these events, facilities among them: one query per sort.
///
/// # Errors
/// From the database only.
pub fn subject_names(conn: &mut Conn, events: &[AuditEvent]) -> Result<SubjectNames> {
    let ids = |kind: &str| events.iter().filter(|e| e.subject_kind == kind).map(|e| e.subject_id.clone()).collect();
    let mut names = HashMap::new();
    let case_ids: Vec<ApplicationId> = parsed(ids("applications"), ApplicationId::parse);
    let cases: Vec<(ApplicationId, Option<ReceiptNumber>)> = applications::table
        .filter(applications::id.eq_any(case_ids))
        .select((applications::id, applications::number))
        .load(conn)?;
    names.extend(
        cases.into_iter().filter_map(|(id, number)| Some((id.to_string(), format!("申請 {}", number?.as_str())))),
    );
    let device_ids: Vec<DeviceId> = parsed(ids("devices"), DeviceId::parse);
    let found: Vec<(DeviceId, String)> =
        devices::table.filter(devices::id.eq_any(device_ids)).select((devices::id, devices::user_id)).load(conn)?;
    names.extend(found.into_iter().map(|(id, user)| (id.to_string(), format!("端末 {user}"))));
    let file_ids: Vec<EvidenceId> = parsed(ids("evidence"), EvidenceId::parse);
    let files: Vec<(EvidenceId, String)> = evidence::table
        .filter(evidence::id.eq_any(file_ids))
        .select((evidence::id, evidence::original_name))
        .load(conn)?;
    names.extend(files.into_iter().map(|(id, name)| {
        let words = if name.is_empty() { ERASED_NAME.to_owned() } else { format!("書類 {name}") };
        (id.to_string(), words)
    }));
    let asked_ids: Vec<InquiryId> = parsed(ids("inquiries"), InquiryId::parse);
    let asked: Vec<(InquiryId, ReceiptNumber)> = inquiries::table
        .filter(inquiries::id.eq_any(asked_ids))
        .select((inquiries::id, inquiries::number))
        .load(conn)?;
    names.extend(asked.into_iter().map(|(id, number)| (id.to_string(), format!("お問い合わせ {number}"))));
    let staff_ids: Vec<StaffId> = parsed(ids("staff"), StaffId::parse);
    names.extend(
        staff::names_of(conn, &staff_ids)?.into_iter().map(|(id, name)| (id.to_string(), format!("職員 {name}"))),
    );
    let notice_ids: Vec<NoticeId> = parsed(ids("notices"), NoticeId::parse);
    let titles: Vec<(NoticeId, String)> =
        notices::table.filter(notices::id.eq_any(notice_ids)).select((notices::id, notices::title)).load(conn)?;
    names.extend(titles.into_iter().map(|(id, title)| (id.to_string(), format!("お知らせ「{title}」"))));
    let faq_ids: Vec<FaqId> = parsed(ids("faq_entries"), FaqId::parse);
    let questions: Vec<(FaqId, String)> = faq_entries::table
        .filter(faq_entries::id.eq_any(faq_ids))
        .select((faq_entries::id, faq_entries::question))
        .load(conn)?;
    names.extend(questions.into_iter().map(|(id, question)| (id.to_string(), format!("質問「{question}」"))));
    let manual_ids: Vec<ManualId> = parsed(ids("manuals"), ManualId::parse);
    let books: Vec<(ManualId, String)> =
        manuals::table.filter(manuals::id.eq_any(manual_ids)).select((manuals::id, manuals::title)).load(conn)?;
    names.extend(books.into_iter().map(|(id, title)| (id.to_string(), format!("手順書「{title}」"))));
    let facility_ids: Vec<FacilityId> = events.iter().filter_map(|event| event.facility_id.clone()).collect();
    let places: Vec<(FacilityId, String)> = facilities::table
        .filter(facilities::id.eq_any(facility_ids))
        .select((facilities::id, facilities::name))
        .load(conn)?;
    names.extend(places.into_iter().map(|(id, name)| (id.to_string(), name)));
    Ok(SubjectNames(names))
}

fn parsed<T>(ids: Vec<String>, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    ids.iter().filter_map(|id| parse(id)).collect()
}
