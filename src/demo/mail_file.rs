//! Reading the `.eml` files that the demo's mail becomes.

use std::path::Path;
use std::time::UNIX_EPOCH;

use chrono::{DateTime, Utc};
use mailparse::{MailHeaderMap, parse_mail};
use uketsuke_web::words;

/// One mail, decoded.
#[derive(Debug, Clone)]
pub struct MailFile {
    /// The file's name without its ending.
    pub id: String,
    /// When it was written, in words.
    pub when: String,
    /// The sender as written.
    pub from: String,
    /// The recipient as written.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    written_at: DateTime<Utc>,
}

/// Text, or an address to click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What is shown.
    pub text: String,
    /// Whether it is an address.
    pub is_link: bool,
}

/// All mails of a folder, the newest first; unreadable files are left out.
pub fn list(folder: &Path) -> Vec<MailFile> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut mails: Vec<MailFile> = files.flatten().filter_map(|file| read(&file.path())).collect();
    mails.sort_by(|one, other| (other.written_at, &other.id).cmp(&(one.written_at, &one.id)));
    mails
}

/// The mail with this id; ids are letters, digits and hyphens alone.
pub fn find(folder: &Path, id: &str) -> Option<MailFile> {
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_id.then(|| read(&folder.join(format!("{id}.eml")))).flatten()
}

fn read(path: &Path) -> Option<MailFile> {
    if path.extension()? != "eml" {
        return None;
    }
    let modified = path.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let written_at = DateTime::from_timestamp_micros(i64::try_from(modified.as_micros()).ok()?)?;
    let mail = read_bytes(&std::fs::read(path).ok()?)?;
    let id = path.file_stem()?.to_str()?.to_owned();
    Some(MailFile { id, when: words::date_time_full(written_at), written_at, ..mail })
}

/// A mail as it was sent, decoded; `None` when it is none.
pub fn read_bytes(bytes: &[u8]) -> Option<MailFile> {
    let mail = parse_mail(bytes).ok()?;
    let header = |name| mail.headers.get_first_value(name).unwrap_or_default();
    Some(MailFile {
        id: String::new(),
        when: String::new(),
        from: header("From"),
        to: header("To"),
        subject: header("Subject"),
        body: mail.get_body().ok()?,
        written_at: DateTime::UNIX_EPOCH,
    })
}

/// The lines of a text, each in pieces: addresses become links.
pub fn pieces(body: &str) -> Vec<Vec<Piece>> {
    body.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

/// The addresses in a text, in order.
pub fn links(body: &str) -> Vec<String> {
    pieces(body).into_iter().flatten().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
}

fn line(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = ["http://", "https://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from_link) = rest.split_at(at);
        let end = from_link.find(|c: char| c.is_whitespace() || !c.is_ascii()).unwrap_or(from_link.len());
        let (link, after) = from_link.split_at(end);
        pieces.push(Piece { text: before.to_owned(), is_link: false });
        pieces.push(Piece { text: link.to_owned(), is_link: true });
        rest = after;
    }
    pieces.push(Piece { text: rest.to_owned(), is_link: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_all_else_stays_text() {
        let told: Vec<_> = pieces("こちら http://localhost:8080/activate/aB-c_1 を\n\n開く")
            .into_iter()
            .flatten()
            .map(|piece| (piece.text, piece.is_link))
            .collect();
        let expected =
            [("こちら ", false), ("http://localhost:8080/activate/aB-c_1", true), (" を", false), ("開く", false)];
        assert_eq!(told, expected.map(|(text, is_link)| (text.to_owned(), is_link)));
    }

    #[test]
    fn an_id_never_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.eml"), "Subject: x\r\n\r\nbody").expect("writable");
        std::fs::create_dir(folder.path().join("in")).expect("writable");
        assert!(find(folder.path(), "a").is_some());
        for id in ["", "../a", "in/../a", "..", "a.eml"] {
            assert!(find(&folder.path().join("in"), id).is_none(), "{id}");
        }
    }
}
