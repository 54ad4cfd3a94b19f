//! Bodies read with patience that ends ([`Patience`]): for each piece, for a form as
//! a whole; and no more of it than allowed. (actix-web times the head of
//! a request, never its body.)

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};

use crate::errors::PageError;
use crate::patience::Patience;

/// Largest form, bytes.
pub const FORM_BYTES: usize = 64 * 1024;

/// The body as a stream that gives up on a sender who stops sending.
pub fn paced(payload: Payload, piece: Duration) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    stream::unfold(Some(payload), move |payload| async move {
        let mut payload = payload?;
        match tokio::time::timeout(piece, payload.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(payload))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into())), None)),
        }
    })
}

/// The whole body of a form.
///
/// # Errors
/// 413 above `limit` bytes, 400 when it breaks off, 408 when it does not come.
pub(crate) async fn whole(payload: Payload, limit: usize, patience: Patience) -> Result<Bytes, PageError> {
    match tokio::time::timeout(patience.form, collect(payload, limit, patience.piece)).await {
        Ok(read) => read,
        Err(_) => Err(PageError::TimedOut),
    }
}

async fn collect(payload: Payload, limit: usize, piece: Duration) -> Result<Bytes, PageError> {
    let mut body = BytesMut::new();
    let mut pieces = std::pin::pin!(paced(payload, piece));
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| match error {
            PayloadError::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => PageError::TimedOut,
            PayloadError::Overflow => PageError::FormTooLarge,
            _ => PageError::Unreadable,
        })?;
        if body.len() + piece.len() > limit {
            return Err(PageError::FormTooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;

    const STANDARD: Patience = Patience::STANDARD;

    type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

    /// These pieces, each after so many seconds, and then silence.
    fn slow(pieces: &'static [(u64, &'static str)]) -> Payload {
        let sent = stream::iter(pieces).then(|(seconds, text)| async move {
            tokio::time::sleep(Duration::from_secs(*seconds)).await;
            Ok(Bytes::from_static(text.as_bytes()))
        });
        Payload::from(Box::pin(sent.chain(stream::pending())) as Pieces)
    }

    fn ended(text: &'static str) -> Payload {
        let sent = stream::iter([Ok(Bytes::from_static(text.as_bytes()))]);
        Payload::from(Box::pin(sent) as Pieces)
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_who_stops_sending_is_given_up() {
        for pieces in [&[][..], &[(1, "a=1&")], &[(11, "a=1&")]] {
            let began = tokio::time::Instant::now();
            assert!(matches!(whole(slow(pieces), FORM_BYTES, STANDARD).await, Err(PageError::TimedOut)));
            assert!(began.elapsed() <= STANDARD.piece + Duration::from_secs(1));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_sender_who_drips_is_given_up_after_half_a_minute() {
        let drip = &[(9, "a"), (9, "b"), (9, "c"), (9, "d"), (9, "e")];
        let began = tokio::time::Instant::now();
        assert!(matches!(whole(slow(drip), FORM_BYTES, STANDARD).await, Err(PageError::TimedOut)));
        assert_eq!(began.elapsed(), STANDARD.form);
    }

    #[tokio::test]
    async fn a_form_is_read_up_to_its_limit() {
        assert_eq!(whole(ended("a=1"), 3, STANDARD).await.ok(), Some(Bytes::from_static(b"a=1")));
        assert!(matches!(whole(ended("a=12"), 3, STANDARD).await, Err(PageError::FormTooLarge)));
    }
}
