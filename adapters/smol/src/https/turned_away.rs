//! Clients that got no exchange, for whoever sets up a till and wonders why.

use std::fmt;
use std::net::SocketAddr;

use super::limits;

/// A client that was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// Its address.
    pub peer: SocketAddr,
    /// What was wrong.
    pub reason: Reason,
}

/// Why a client was turned away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There are as many connections as may be; closed.
    Connections,
    /// No TLS came about: another protocol, or the client does not trust the certificate.
    Handshake(String),
    /// What it sent is not HTTP/1, or came too slowly, or it went away.
    Http(String),
    /// Answered 404: the path is not that of the Terminal API.
    Path(String),
    /// Answered 405: not a POST.
    Method(String),
    /// Answered 413: the body is longer than the limit.
    Body {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Answered 408: the body came too slowly.
    Slow,
    /// Answered 503: the program does not keep up with the requests.
    Exchanges,
    /// Answered 504: no answer was given in time.
    NoAnswer,
    /// Answered 500: the request was dropped without an answer.
    Dropped,
}

impl fmt::Display for TurnedAway {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.peer, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connections => out.write_str("too many connections"),
            Self::Handshake(why) => write!(out, "no TLS: {why}"),
            Self::Http(why) => write!(out, "no request: {why}"),
            Self::Path(path) => write!(out, "the path {path:?} is not /nexo"),
            Self::Method(method) => write!(out, "the method {method:?} is not POST"),
            Self::Body { limit } => write!(out, "the body is longer than {limit} bytes"),
            Self::Slow => out.write_str("the body came too slowly"),
            Self::Exchanges => write!(out, "{} requests are waiting already", limits::EXCHANGES),
            Self::NoAnswer => out.write_str("no answer was given in time"),
            Self::Dropped => out.write_str("the request was dropped without an answer"),
        }
    }
}
