//! What a delivery-status mail says (RFC 3464): a `multipart/report` of words for
//! people, of fields for programs, and of the letter's headers.

use mailparse::{MailHeader, MailHeaderMap, ParsedMail, parse_headers, parse_mail};

use crate::ids::MailId;

/// Recipients looked at in one report; letters of ours have one.
const MOST_RECIPIENTS: usize = 20;
/// The longest reason kept, characters.
const REASON_CHARS: usize = 500;

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    /// The letter's id, as its Message-ID has it.
    pub mail: MailId,
    /// What became of it, for each recipient.
    pub fates: Vec<Fate>,
}

/// What became of a letter on its way to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fate {
    /// The address that we wrote to and that it came to in the end, lower-case.
    pub recipients: Vec<String>,
    /// What was done.
    pub action: Action,
    /// `5.1.1` and the like.
    pub status: String,
    /// What the last server said, without line breaks.
    pub reason: String,
}

/// What a server did with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Given up: for good, or after many tries.
    Failed,
    /// Still trying.
    Delayed,
    /// It lies in the mailbox.
    Delivered,
}

impl Action {
    fn parse(text: &str) -> Option<Self> {
        // A comment in brackets may follow.
        let word = text.split(['(', ' ']).next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "failed" => Some(Self::Failed),
            "delayed" => Some(Self::Delayed),
            "delivered" => Some(Self::Delivered),
            // Passed on to somebody who reports no more.
            _ => None,
        }
    }
}

/// Reads a mail; `None` when it is no report about a letter with an id of ours.
pub(super) fn read(bytes: &[u8]) -> Option<Report> {
    let mail = parse_mail(bytes).ok()?;
    if mail.ctype.mimetype != "multipart/report" {
        return None;
    }
    let status = part(&mail, &["message/delivery-status", "message/global-delivery-status"])?;
    let letter = part(&mail, &["text/rfc822-headers", "message/rfc822", "message/global", "message/global-headers"])?;
    let (fates, mail) = (fates(&status), mail_id(&letter)?);
    (!fates.is_empty()).then_some(Report { mail, fates })
}

/// The first part of one of these sorts.
fn part(mail: &ParsedMail<'_>, sorts: &[&str]) -> Option<Vec<u8>> {
    let is_one = |part: &&ParsedMail<'_>| sorts.iter().any(|sort| *sort == part.ctype.mimetype);
    mail.subparts.iter().find(is_one)?.get_body_raw().ok()
}

/// The fields: of the mail first, then a group for each recipient.
fn fates(mut rest: &[u8]) -> Vec<Fate> {
    let mut fates = Vec::new();
    while let Some(start) = rest.iter().position(|byte| !byte.is_ascii_whitespace()) {
        rest = &rest[start..];
        let Ok((fields, read)) = parse_headers(rest) else { break };
        fates.extend(fate(&fields));
        if read == 0 || fates.len() == MOST_RECIPIENTS {
            break;
        }
        rest = &rest[read..];
    }
    fates
}

fn fate(fields: &[MailHeader<'_>]) -> Option<Fate> {
    let value = |name: &str| fields.get_first_value(name).map(|value| value.trim().to_owned());
    let recipients: Vec<_> =
        ["Original-Recipient", "Final-Recipient"].into_iter().filter_map(value).filter_map(|it| address(&it)).collect();
    let action = Action::parse(&value("Action")?)?;
    let status: String = value("Status").unwrap_or_default();
    let status: String = status.chars().take_while(|c| c.is_ascii_digit() || *c == '.').take(12).collect();
    let said = value("Diagnostic-Code").unwrap_or_default();
    let said = said.split_once(';').map_or(said.as_str(), |(_, said)| said);
    let reason: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = reason.chars().filter(|c| !c.is_control()).take(REASON_CHARS).collect();
    (!recipients.is_empty()).then_some(Fate { recipients, action, status, reason })
}

/// `rfc822; name@example.jp`.
fn address(field: &str) -> Option<String> {
    let (_, address) = field.split_once(';')?;
    let address = address.trim().trim_matches(['<', '>']).to_ascii_lowercase();
    address.contains('@').then_some(address)
}

/// From the headers of the letter: `Message-ID: <ID@DOMAIN>`.
fn mail_id(letter: &[u8]) -> Option<MailId> {
    let (headers, _) = parse_headers(letter).ok()?;
    let id = headers.get_first_value("Message-ID")?;
    MailId::parse(id.trim().trim_start_matches('<').split('@').next()?)
}
