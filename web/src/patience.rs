//! How long one waits for those who send or read slowly. nginx in front has limits of
//! its own; these hold without it.
//!
//! Nobody is waited for without end: not for the head of a request, not for its body,
//! not for the answer to be read.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use tokio::time::Instant;

/// All limits; those of the product are [`Patience::STANDARD`].
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the head of a request must be there.
    pub head: Duration,
    /// For the next piece of a body.
    pub piece: Duration,
    /// For a whole form.
    pub form: Duration,
    /// For a whole body of the device API.
    pub question: Duration,
    /// For an upload whatever its size …
    pub upload: Duration,
    /// … and then a second for so many bytes.
    pub upload_bytes_per_second: u64,
    /// For a reader who takes nothing at all.
    pub unread: Duration,
    /// For reading an answer whatever its size …
    pub answer: Duration,
    /// … and then a second for so many bytes.
    pub answer_bytes_per_second: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Self::STANDARD
    }
}

impl Patience {
    /// As in production.
    pub const STANDARD: Self = Self {
        head: Duration::from_secs(5),
        piece: Duration::from_secs(10),
        form: Duration::from_secs(30),
        question: Duration::from_secs(15),
        upload: Duration::from_secs(60),
        upload_bytes_per_second: 50 * 1024,
        unread: Duration::from_secs(30),
        answer: Duration::from_secs(60),
        answer_bytes_per_second: 50 * 1024,
    };

    /// Those of the server that this request came to.
    pub fn of(request: &HttpRequest) -> Self {
        request.app_data::<Self>().copied().unwrap_or_default()
    }

    /// Lets the system end a connection whose other side takes nothing of what is sent
    /// to it: an answer that does not go out is not looked at by anybody else.
    pub(crate) fn watch(&self, connection: &dyn Any) {
        let Some(connection) = connection.downcast_ref::<TcpStream>() else { return };
        let milliseconds = u32::try_from(self.unread.as_millis()).unwrap_or(u32::MAX);
        if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(connection, milliseconds) {
            tracing::warn!(%error, "a reader who takes nothing is waited for without end");
        }
    }

    /// An answer that is given up when it is read too slowly.
    pub(crate) fn floor(self, body: BoxBody) -> Floored {
        Floored { body, patience: self, began: None, bytes: 0 }
    }
}

/// See [`Patience::floor`].
pub(crate) struct Floored {
    body: BoxBody,
    patience: Patience,
    /// When the first piece was asked for.
    began: Option<Instant>,
    bytes: u64,
}

impl Floored {
    fn is_late(&self) -> bool {
        let of_bytes = Duration::from_secs(self.bytes / self.patience.answer_bytes_per_second.max(1));
        self.began.is_some_and(|began| began.elapsed() > self.patience.answer + of_bytes)
    }
}

impl MessageBody for Floored {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        // The next piece is asked for when there is room for it: when the last was taken.
        if self.is_late() {
            return Poll::Ready(Some(Err("the answer is read too slowly".into())));
        }
        let piece = Pin::new(&mut self.body).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &piece {
            self.bytes += bytes.len() as u64;
            self.began.get_or_insert_with(Instant::now);
        }
        piece
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        let Self { body, patience, began, bytes } = self;
        body.try_into_bytes().map_err(|body| Self { body, patience, began, bytes })
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use actix_web::body::BodyStream;
    use futures_util::stream;

    use super::*;

    /// Takes a piece after each of these pauses; how many before it was given up.
    async fn taken(pauses: &[u64]) -> usize {
        let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![0; 50 * 1024])));
        let mut body = Patience::STANDARD.floor(BoxBody::new(BodyStream::new(endless)));
        let mut taken = 0;
        for pause in pauses {
            tokio::time::sleep(Duration::from_secs(*pause)).await;
            match poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
                Some(Ok(_)) => taken += 1,
                _ => break,
            }
        }
        taken
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_read_too_slowly_is_given_up_and_a_slow_line_is_not() {
        assert_eq!(taken(&[1; 500]).await, 500, "fifty kilobytes a second");
        assert_eq!(taken(&[2; 500]).await, 61, "half of that, and the first minute");
        assert_eq!(taken(&[0, 60, 0, 0, 3]).await, 5);
        assert_eq!(taken(&[0, 63]).await, 1);
    }
}
