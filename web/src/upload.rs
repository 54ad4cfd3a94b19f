//! A form with one file, read while it arrives: never more of it in memory than
//! a few hundred kilobytes, never more of it on the disk than may be kept.
//!
//! 1. The form's token comes first (`form::csrf`); a file without it is not read.
//! 2. The file streams into the staging area, counted as it comes: what
//!    `Content-Length` claims is believed only when it is too much already.
//! 3. Whatever goes wrong, nothing is left: a staged file ends with its handle.
//!
//! A file above the limit is read on and thrown away for as long again, so that
//! browsers, which listen only after they have sent, get to see the answer.

mod gate;

pub use gate::{Busy, Gate, Pass};

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::ConnectionType;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::Instant;
use uketsuke_core::storage::{MAX_FILE_BYTES, Received, Storage, StorageError, Upload};

use crate::body::paced;
use crate::csrf;
use crate::fields::Fields;
use crate::patience::Patience;

/// Room for boundaries, headers and the other fields around a file, bytes.
const AROUND: u64 = 64 * 1024;
/// How much of what is too large is still read, so that the answer is seen.
const DRAIN: u64 = MAX_FILE_BYTES;
/// The longest text field beside the file, bytes.
const TEXT_BYTES: usize = 4 * 1024;
/// The most text fields beside the file.
const MOST_TEXTS: usize = 16;

/// What file dialogs offer where evidence and the like is taken; the content decides.
pub const ACCEPT: &str = ".pdf,.png,.jpg,.jpeg,.xls,.xlsx";

/// The last answer on its connection: the body was not read to the end.
pub fn last(mut answer: HttpResponse) -> HttpResponse {
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer
}

/// A form with its file, wholly here.
#[derive(Debug)]
pub struct Uploaded {
    /// The other fields.
    pub fields: Fields,
    /// The file's name as the browser sent it: unchecked, for people only.
    pub file_name: String,
    /// The file, on the local disk; dropping it removes it.
    pub content: Received,
}

/// Why there is no file. Nothing of it was kept.
#[derive(Debug)]
pub enum UploadFault {
    /// No file was chosen; the other fields are there.
    Missing(Fields),
    /// The file has no bytes.
    Empty,
    /// The file is larger than [`MAX_FILE_BYTES`].
    TooLarge {
        /// How large, if that is known.
        size_bytes: Option<u64>,
        /// Whether the whole body was read; if not, the connection must close.
        read_to_end: bool,
    },
    /// The body ended, or stalled, before the file did.
    CutOff,
    /// The token is missing, late or another visitor's.
    Forged,
    /// Not a form with one file.
    Unreadable,
    /// The disk does not take it.
    Storage(StorageError),
}

/// Reads the form: its token, its other fields, and the file in `file_field`.
///
/// # Errors
/// What is wrong with it; then nothing of it is left.
pub async fn receive(
    request: &HttpRequest,
    payload: web::Payload,
    storage: &Storage,
    file_field: &str,
) -> Result<Uploaded, UploadFault> {
    receive_body(request, payload.into_inner(), storage, file_field).await
}

async fn receive_body(
    request: &HttpRequest,
    payload: Payload,
    storage: &Storage,
    file_field: &str,
) -> Result<Uploaded, UploadFault> {
    let body = floored(payload, Patience::of(request));
    if let Some(declared) = declared(request).filter(|bytes| *bytes > MAX_FILE_BYTES + AROUND) {
        let read_to_end = drain_body(body, declared).await;
        return Err(UploadFault::TooLarge { size_bytes: Some(declared), read_to_end });
    }
    // Shared, to see after the last part whether the body ends as it said it would.
    let body = Rc::new(RefCell::new(Box::pin(body)));
    let of_parts = Rc::clone(&body);
    let parts = stream::poll_fn(move |context| of_parts.borrow_mut().as_mut().poll_next(context));
    let mut parts = Multipart::new(request.headers(), parts);
    let mut form = Reading { request, storage, file_field, trusted: false, texts: Vec::new(), file: None };
    while let Some(part) = parts.next().await {
        form.part(part?).await?;
    }
    let mut rest = stream::poll_fn(|context| body.borrow_mut().as_mut().poll_next(context));
    let mut after = 0;
    while let Some(piece) = rest.next().await {
        after += piece.map_err(|_| UploadFault::CutOff)?.len() as u64;
        if after > AROUND {
            return Err(UploadFault::Unreadable);
        }
    }
    form.finish().await
}

fn declared(request: &HttpRequest) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body with patience that ends: for each piece, and for all of it.
fn floored(payload: Payload, patience: Patience) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let (began, mut bytes) = (Instant::now(), 0);
    let counted = paced(payload, patience.piece).map(move |piece| {
        let piece = piece?;
        bytes += piece.len() as u64;
        let allowed = patience.upload + Duration::from_secs(bytes / patience.upload_bytes_per_second.max(1));
        match began.elapsed() > allowed {
            true => Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())),
            false => Ok(piece),
        }
    });
    // Multipart asks on after the end.
    counted.fuse()
}

/// Throws a body away, as far as [`DRAIN`]; whether that was all of it.
async fn drain_body(body: impl Stream<Item = Result<Bytes, PayloadError>>, declared: u64) -> bool {
    if declared > MAX_FILE_BYTES + DRAIN {
        return false;
    }
    let mut body = std::pin::pin!(body);
    while let Some(piece) = body.next().await {
        if piece.is_err() {
            return false;
        }
    }
    true
}

/// The form as far as it was read.
struct Reading<'r> {
    request: &'r HttpRequest,
    storage: &'r Storage,
    file_field: &'r str,
    trusted: bool,
    texts: Vec<(String, String)>,
    file: Option<(String, Upload)>,
}

impl Reading<'_> {
    async fn part(&mut self, part: Field) -> Result<(), UploadFault> {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        match file_name {
            Some(file_name) if name == self.file_field => self.file(file_name, part).await,
            Some(_) => Err(UploadFault::Unreadable),
            None if name == csrf::FIELD => {
                self.trusted = csrf::holds_for(self.request, &text(part).await?);
                if self.trusted { Ok(()) } else { Err(UploadFault::Forged) }
            }
            None => self.text(name, part).await,
        }
    }

    async fn text(&mut self, name: String, part: Field) -> Result<(), UploadFault> {
        if self.texts.len() >= MOST_TEXTS {
            return Err(UploadFault::Unreadable);
        }
        self.texts.push((name, text(part).await?));
        Ok(())
    }

    async fn file(&mut self, file_name: String, mut part: Field) -> Result<(), UploadFault> {
        if !self.trusted {
            return Err(UploadFault::Forged);
        }
        if self.file.is_some() {
            return Err(UploadFault::Unreadable);
        }
        let mut upload = self.storage.upload().await.map_err(UploadFault::Storage)?;
        while let Some(piece) = part.next().await {
            match upload.write(piece?).await {
                Ok(()) => {}
                Err(StorageError::TooLarge { .. }) => return Err(too_large(part).await),
                Err(other) => return Err(UploadFault::Storage(other)),
            }
        }
        self.file = Some((file_name, upload));
        Ok(())
    }

    async fn finish(self) -> Result<Uploaded, UploadFault> {
        if !self.trusted {
            return Err(UploadFault::Forged);
        }
        let fields = Fields::from(self.texts);
        let Some((file_name, upload)) = self.file else { return Err(UploadFault::Missing(fields)) };
        match (upload.size_bytes(), file_name.is_empty()) {
            (0, true) => Err(UploadFault::Missing(fields)),
            (0, false) => Err(UploadFault::Empty),
            _ => {
                let content = upload.finish().await.map_err(UploadFault::Storage)?;
                Ok(Uploaded { fields, file_name, content })
            }
        }
    }
}

/// Reads on what is too large, without keeping it. Its size is known only when
/// it ends in time.
async fn too_large(mut part: Field) -> UploadFault {
    // What came so far is over the limit by less than a piece.
    let (mut bytes, mut read_to_end) = (MAX_FILE_BYTES + 1, true);
    while let Some(piece) = part.next().await {
        bytes += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        if piece.is_err() || bytes > MAX_FILE_BYTES + DRAIN {
            read_to_end = false;
            break;
        }
    }
    UploadFault::TooLarge { size_bytes: read_to_end.then_some(bytes), read_to_end }
}

async fn text(mut part: Field) -> Result<String, UploadFault> {
    let mut bytes = Vec::new();
    while let Some(piece) = part.next().await {
        let piece = piece?;
        if bytes.len() + piece.len() > TEXT_BYTES {
            return Err(UploadFault::Unreadable);
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| UploadFault::Unreadable)
}

impl From<MultipartError> for UploadFault {
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Incomplete | MultipartError::Payload(_) => Self::CutOff,
            _ => Self::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests;
