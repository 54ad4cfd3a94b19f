//! Files that users handed in, on their way back out. Never run, never framed
//! by others, never guessed at: a fixed type, `nosniff`, and a sandbox.
//!
//! Pages call it after they have made sure who asks.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, body::SizedStream};
use futures_util::stream;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uketsuke_core::attachment::Attachment;
use uketsuke_core::error::Error;
use uketsuke_core::evidence::EvidenceKind;
use uketsuke_core::storage::{Download, Storage};

use crate::{PageError, PageResult};

/// Nothing in it may load, run or open anything.
const SANDBOX: &str = "sandbox; default-src 'none'";
/// What stays as it is in `filename*` (RFC 8187 attr-char).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// What a browser does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition<'n> {
    /// Saves it under this name.
    Save(&'n str),
    /// Shows it in a page of ours: pictures that we have drawn, nothing else.
    Show,
}

/// The file as an answer.
pub fn answer(file: Download, media_type: &'static str, disposition: Disposition<'_>) -> HttpResponse {
    let size = file.size_bytes;
    let pieces = stream::try_unfold(file, |mut file| async {
        let piece = file.next_chunk().await.map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(piece.map(|piece| (piece, file)))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, header(disposition)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(SizedStream::new(size, Box::pin(pieces)))
}

/// A file that belongs to a page: a picture that the page shows, or a download.
///
/// # Errors
/// When the store has lost it, or does not answer.
pub async fn attachment(storage: &Storage, file: &Attachment, in_page: bool) -> PageResult {
    let kind = EvidenceKind::of_media_type(&file.media_type).ok_or_else(PageError::not_found)?;
    let content = storage.open(&file.storage_key, file.scan).await.map_err(Error::from)?;
    let name = file.download_name();
    let shown = in_page && kind.is_picture();
    let disposition = if shown { Disposition::Show } else { Disposition::Save(&name) };
    Ok(answer(content, kind.media_type(), disposition))
}

/// As [`answer`], for a file that is written while it is sent.
pub fn stream(
    pieces: impl stream::Stream<Item = std::io::Result<Bytes>> + 'static,
    media_type: &'static str,
    disposition: Disposition<'_>,
) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, header(disposition)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .streaming(Box::pin(pieces))
}

/// As [`answer`], for a small file made in memory.
pub fn bytes(file: impl Into<Bytes>, media_type: &'static str, disposition: Disposition<'_>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media_type))
        .insert_header((CONTENT_DISPOSITION, header(disposition)))
        .insert_header((CONTENT_SECURITY_POLICY, SANDBOX))
        .body(file.into())
}

/// RFC 6266: a plain name for old programs, the whole one for all others.
fn header(disposition: Disposition<'_>) -> String {
    match disposition {
        Disposition::Show => "inline".to_owned(),
        Disposition::Save(name) => {
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
            let whole = utf8_percent_encode(name, PLAIN);
            format!("attachment; filename=\"file.{extension}\"; filename*=UTF-8''{whole}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        for (name, sent) in [
            ("通知.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5.pdf"),
            ("a\"; x=\r\n.p\"f", "attachment; filename=\"file.pf\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0A.p%22f"),
            ("none", "attachment; filename=\"file.\"; filename*=UTF-8''none"),
        ] {
            assert_eq!(header(Disposition::Save(name)), sent);
        }
    }
}
