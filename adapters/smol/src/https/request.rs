//! One request under way: what may have left, and what came back.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONNECTION, CONTENT_TYPE, HOST};
use smol::future::FutureExt as _;
use smol::io::{AsyncRead, AsyncWrite};
use smol::net::TcpStream;
use smol_hyper::rt::FuturesIo;

use super::endpoint::Endpoint;
use super::limits;
use super::stream::AnyStream;
use crate::link::reset_at_end;

/// What a terminal answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, of any class: what it means for a payment is decided elsewhere.
    pub status: StatusCode,
    /// The whole body, which may be empty.
    pub body: Vec<u8>,
}

/// The body may have card data in it (I12), so only its length is shown.
impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Answer")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
    }
}

/// The terminal never had the whole request, so it cannot have acted on it (I4).
#[derive(Debug)]
#[non_exhaustive]
pub enum NotSent {
    /// The connection failed before.
    Failed(String),
    /// The terminal answered before it had the whole request: [`Request::answer`] tells what.
    AnsweredEarly(StatusCode),
}

impl fmt::Display for NotSent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(why) => write!(out, "the request was not sent as a whole: {why}"),
            Self::AnsweredEarly(status) => {
                write!(out, "the terminal answered {status} before it had the whole request")
            }
        }
    }
}

impl std::error::Error for NotSent {}

/// There will be no answer on this connection. Whether the terminal acts on the request is unknown, unless
/// [`Request::may_have_left`] says no.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerError {
    /// The connection ended or failed before the answer was whole.
    Lost(String),
    /// What came is not an answer in HTTP/1.
    Unreadable(String),
    /// The answer is longer than the limit, in bytes.
    TooLong(usize),
    /// The answer was taken already.
    Taken,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(why) => write!(out, "the answer of the terminal was lost: {why}"),
            Self::Unreadable(why) => write!(out, "the terminal did not answer in HTTP: {why}"),
            Self::TooLong(limit) => write!(out, "the answer of the terminal is longer than {limit} bytes"),
            Self::Taken => out.write_str("the answer was taken already"),
        }
    }
}

impl std::error::Error for AnswerError {}

type Outcome = Result<Answer, AnswerError>;

/// A request under way. Dropped, its connection is reset: what has not arrived yet never will, but what has is not taken
/// back.
pub struct Request {
    exchange: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    /// What lies under the connection, as long as there is no outcome.
    socket: Option<TcpStream>,
    outcome: Option<Outcome>,
    progress: Arc<Progress>,
}

impl fmt::Debug for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Request").field("may_have_left", &self.may_have_left()).finish_non_exhaustive()
    }
}

impl Request {
    pub(super) fn new(
        stream: AnyStream,
        taken: Arc<AtomicU64>,
        socket: TcpStream,
        endpoint: &Endpoint,
        body: Vec<u8>,
    ) -> Self {
        let before = taken.load(Ordering::Relaxed);
        let progress = Arc::new(Progress { taken, before, whole: AtomicU64::new(0), flushed: AtomicBool::new(false) });
        let stream =
            Outgoing { stream, progress: Arc::clone(&progress), head_end: 0, passed: 0, body: body.len() as u64 };
        let exchange = exchange(stream, endpoint.authority(), endpoint.path().to_owned(), body);
        Self { exchange: Some(Box::pin(exchange)), socket: Some(socket), outcome: None, progress }
    }

    /// Whether the terminal may have the whole request by now. `false` proves that it does not, and so that it cannot
    /// have acted on it; it stays proven once the request is dropped.
    #[must_use]
    pub fn may_have_left(&self) -> bool {
        self.progress.may_have_left()
    }

    /// Waits until the machine has taken the whole request. May be dropped and called again.
    ///
    /// # Errors
    /// It is certain that the terminal never had the whole request. Where that is not certain, this succeeds and
    /// [`answer`](Self::answer) tells what happened.
    pub async fn sent(&mut self) -> Result<(), NotSent> {
        poll_fn(|cx| {
            if self.progress.flushed.load(Ordering::Relaxed) {
                return Poll::Ready(Ok(()));
            }
            let ended = self.poll_exchange(cx).is_ready();
            if self.progress.flushed.load(Ordering::Relaxed) || (ended && self.may_have_left()) {
                return Poll::Ready(Ok(()));
            }
            Poll::Ready(Err(match &self.outcome {
                None if !ended => return Poll::Pending,
                None => NotSent::Failed(AnswerError::Taken.to_string()),
                Some(Ok(answer)) => NotSent::AnsweredEarly(answer.status),
                Some(Err(error)) => NotSent::Failed(error.to_string()),
            }))
        })
        .await
    }

    /// Waits for the answer, once; sends what is still to be sent. How long that may take is the caller's decision.
    /// May be dropped and called again.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub async fn answer(&mut self) -> Result<Answer, AnswerError> {
        poll_fn(|cx| {
            ready!(self.poll_exchange(cx));
            Poll::Ready(self.outcome.take().unwrap_or(Err(AnswerError::Taken)))
        })
        .await
    }

    /// Goes on until there is an outcome, or has been one.
    fn poll_exchange(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(exchange) = &mut self.exchange {
            let outcome = ready!(exchange.as_mut().poll(cx));
            // The connection is closed here: as connections are, if there was an answer.
            if let Some(socket) = self.socket.take().filter(|_| outcome.is_ok()) {
                let _ = reset_at_end(&socket, false);
            }
            self.outcome = Some(outcome);
            self.exchange = None;
        }
        Poll::Ready(())
    }
}

/// Sends the request and reads the answer.
async fn exchange(stream: Outgoing, authority: String, path: String, body: Vec<u8>) -> Outcome {
    let request = hyper::Request::post(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .header(CONNECTION, "close")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| AnswerError::Unreadable(error.to_string()))?;
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(limits::FIELDS)
        .max_buf_size(limits::HEAD)
        .handshake(FuturesIo::new(stream))
        .await
        .map_err(lost)?;
    let answer = async {
        let answer = sender.send_request(request).await.map_err(lost)?;
        let status = answer.status();
        match Limited::new(answer.into_body(), limits::ANSWER_BODY).collect().await {
            Ok(body) => Ok(Answer { status, body: body.to_bytes().into() }),
            Err(error) if error.is::<LengthLimitError>() => Err(AnswerError::TooLong(limits::ANSWER_BODY)),
            Err(error) => Err(match error.downcast::<hyper::Error>() {
                Ok(error) => lost(*error),
                Err(error) => AnswerError::Lost(error.to_string()),
            }),
        }
    };
    let carry = async {
        // How it ends is told to the request itself.
        let _ = connection.await;
        std::future::pending().await
    };
    answer.or(carry).await
}

fn lost(error: hyper::Error) -> AnswerError {
    if error.is_parse() {
        return AnswerError::Unreadable(error.to_string());
    }
    // "connection error" alone says little: the cause does.
    let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
    AnswerError::Lost(cause)
}

/// How far a request has come.
struct Progress {
    /// Bytes that the kernel took on this connection, TLS and all.
    taken: Arc<AtomicU64>,
    /// How many of them it had before the request.
    before: u64,
    /// Bytes of the request, once its head is written; 0 before.
    whole: AtomicU64,
    /// The whole request went through all layers down to the kernel.
    flushed: AtomicBool,
}

impl Progress {
    /// TLS only adds bytes. So while the kernel took fewer than the request has, a part of it is missing.
    fn may_have_left(&self) -> bool {
        let whole = self.whole.load(Ordering::Relaxed);
        whole > 0 && self.taken.load(Ordering::Relaxed).saturating_sub(self.before) >= whole
    }
}

/// What HTTP writes into: finds the end of the head, and so the length of the request.
struct Outgoing {
    stream: AnyStream,
    progress: Arc<Progress>,
    /// How much of the blank line after the head was found; all four bytes when the head is over.
    head_end: usize,
    /// Bytes of the request that were handed down.
    passed: u64,
    /// Length of the body.
    body: u64,
}

/// The end of a head: the end of its last line and a blank one.
const HEAD_END: [u8; 4] = *b"\r\n\r\n";

impl Outgoing {
    /// These bytes were handed down.
    fn pass(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let (Some(expected), Some((byte, after))) = (HEAD_END.get(self.head_end), rest.split_first()) {
            self.head_end = if byte == expected { self.head_end + 1 } else { usize::from(*byte == b'\r') };
            self.passed = self.passed.saturating_add(1);
            rest = after;
            if self.head_end == HEAD_END.len() {
                self.progress.whole.store(self.passed.saturating_add(self.body), Ordering::Relaxed);
            }
        }
        self.passed = self.passed.saturating_add(rest.len() as u64);
    }
}

impl AsyncRead for Outgoing {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, to: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Outgoing {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        // TLS may have taken all of it before its own writing failed.
        let most = taken.as_ref().map_or(bytes.len(), |taken| *taken);
        self.pass(bytes.get(..most).unwrap_or(bytes));
        Poll::Ready(taken)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        let whole = self.progress.whole.load(Ordering::Relaxed);
        if whole > 0 && self.passed >= whole {
            self.progress.flushed.store(true, Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
