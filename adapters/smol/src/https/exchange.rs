//! One request and its answer, on the server's side.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use smol::Timer;
use smol::channel::{Receiver, Sender, bounded};
use smol::future::FutureExt as _;

use super::limits::{self, Limits};
use super::turned_away::{Reason, TurnedAway};

/// A request that waits for its answer. Dropped without one, the client gets 500.
///
/// The request is whole. A client that goes away does not take it back; one that is gone as soon as it has sent it may
/// not have been heard at all.
pub struct Exchange {
    /// Different for each exchange of a server.
    pub id: u64,
    /// Who asks.
    pub peer: SocketAddr,
    /// What was sent, as it was sent.
    pub body: Vec<u8>,
    answer: Sender<Option<Response<Full<Bytes>>>>,
}

/// The program wants the connection closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unanswered;

impl fmt::Display for Unanswered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("closed without an answer")
    }
}

impl std::error::Error for Unanswered {}

/// The client did not wait for the answer. What was done for it is done all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the client went away before its answer")
    }
}

impl std::error::Error for Abandoned {}

impl Exchange {
    /// Answers. An empty body is one, too. That the answer arrives is known to the client only.
    ///
    /// # Errors
    /// The client is gone already.
    pub fn reply(self, status: StatusCode, body: Vec<u8>) -> Result<(), Abandoned> {
        let mut answer = Response::new(Full::new(Bytes::from(body)));
        *answer.status_mut() = status;
        if answer.body().size_hint().lower() > 0 {
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        self.answer.try_send(Some(answer)).map_err(|_| Abandoned)
    }

    /// Closes the connection without an answer, for want of a true one.
    pub fn close(self) {
        // The client may be gone, which is all the same.
        let _ = self.answer.try_send(None);
    }

    /// Waits until the client is gone, as far as that can be noticed.
    ///
    /// A connection that the client closed is, even if it closed its sending half only. A dead client is noticed by
    /// keep-alive probes after a quarter of a minute. May be dropped and called again.
    pub async fn abandoned(&self) {
        self.answer.closed().await;
    }

    /// Whether the client is known to be gone.
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }
}

/// The body may have card data in it (I12), so only its length is shown.
impl fmt::Debug for Exchange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Exchange")
            .field("id", &self.id)
            .field("peer", &self.peer)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("abandoned", &self.is_abandoned())
            .finish()
    }
}

/// Where all connections of a server bring their requests.
pub(super) struct Desk {
    pub(super) limits: Limits,
    next: AtomicU64,
    exchanges: Sender<Exchange>,
    turned_away: Sender<TurnedAway>,
}

impl Desk {
    /// The desk, what comes over it, and what does not.
    pub(super) fn new(limits: Limits) -> (Self, Receiver<Exchange>, Receiver<TurnedAway>) {
        let (exchanges, taken) = bounded(limits::EXCHANGES);
        let (turned_away, told) = bounded(limits::TURNED_AWAY);
        (Self { limits, next: AtomicU64::new(0), exchanges, turned_away }, taken, told)
    }

    /// Keeps the latest reports: nobody may be looking.
    pub(super) fn turn_away(&self, peer: SocketAddr, reason: Reason) {
        let _ = self.turned_away.force_send(TurnedAway { peer, reason });
    }

    /// Reads the request to its end, and waits for the answer. Dropped, the exchange is abandoned, not undone.
    pub(super) async fn serve(
        &self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Unanswered> {
        match self.exchange(peer, request).await {
            Ok(answer) => answer.ok_or(Unanswered),
            Err(reason) => {
                let refusal = refusal(&reason);
                self.turn_away(peer, reason);
                Ok(refusal)
            }
        }
    }

    /// `None` for no answer.
    async fn exchange(
        &self,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> Result<Option<Response<Full<Bytes>>>, Reason> {
        // Clients add a slash or do not, and some add a query to get around a fixed port (observed on clients).
        if !matches!(request.uri().path(), "/nexo" | "/nexo/") {
            return Err(Reason::Path(shown(request.uri().path())));
        }
        if request.method() != Method::POST {
            return Err(Reason::Method(shown(request.method().as_str())));
        }
        let body = self.read(request.into_body()).await?;
        let (answer, answered) = bounded(1);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.exchanges.try_send(Exchange { id, peer, body, answer }).map_err(|_| Reason::Exchanges)?;
        let dropped = async { answered.recv().await.map_err(|_| Reason::Dropped) };
        let late = async {
            Timer::after(self.limits.answer_time).await;
            Err(Reason::NoAnswer)
        };
        dropped.or(late).await
    }

    async fn read(&self, body: Incoming) -> Result<Vec<u8>, Reason> {
        let limit = self.limits.request_body;
        // A length that was announced is refused before the client is told to go on.
        if body.size_hint().lower() > limit as u64 {
            return Err(Reason::Body { limit });
        }
        let whole = async {
            match Limited::new(body, limit).collect().await {
                Ok(whole) => Ok(Vec::from(whole.to_bytes())),
                Err(error) if error.is::<LengthLimitError>() => Err(Reason::Body { limit }),
                Err(error) => Err(Reason::Http(error.to_string())),
            }
        };
        let slow = async {
            Timer::after(self.limits.body_time).await;
            Err(Reason::Slow)
        };
        whole.or(slow).await
    }
}

/// The answer to what is no exchange. The connection ends with it, since the body may not be read.
fn refusal(reason: &Reason) -> Response<Full<Bytes>> {
    let status = match reason {
        Reason::Path(_) => StatusCode::NOT_FOUND,
        Reason::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
        Reason::Body { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Reason::Slow => StatusCode::REQUEST_TIMEOUT,
        Reason::Connections | Reason::Exchanges => StatusCode::SERVICE_UNAVAILABLE,
        Reason::NoAnswer => StatusCode::GATEWAY_TIMEOUT,
        Reason::Dropped => StatusCode::INTERNAL_SERVER_ERROR,
        Reason::Http(_) | Reason::Handshake(_) => StatusCode::BAD_REQUEST,
    };
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    answer
}

/// The beginning of what a stranger sent.
fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
