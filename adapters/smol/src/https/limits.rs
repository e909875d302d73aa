//! What a peer may cost, and how long it may take.

use std::time::Duration;

/// Connections to a server at one time. A shop has a few tills, each with a payment, an abort and a question open.
pub const CONNECTIONS: usize = 64;

/// Requests that were read and wait for the program to take them; more are answered 503.
pub const EXCHANGES: usize = 64;

/// Longest request, in bytes. Requests are a few kilobytes; a receipt to print with its logo stays below this.
pub const REQUEST_BODY: usize = 64 * 1024;

/// Longest answer, in bytes. A result with both receipts takes about 20 KiB. Too long an answer is a lost one, so there
/// is much room.
pub const ANSWER_BODY: usize = 1024 * 1024;

/// Longest head, in bytes: request or status line and header fields. Clients send less than 1 KiB.
pub const HEAD: usize = 16 * 1024;

/// Header fields of one message. Clients send about ten.
pub const FIELDS: usize = 64;

/// From the connection to the end of its TLS handshake. A small terminal needs a second for it.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// Until the head of a request is there, counted from the connection or from the answer before it: an idle connection
/// is closed after it.
pub const HEAD_TIME: Duration = Duration::from_secs(10);

/// From the end of the head to the end of the body.
pub const BODY_TIME: Duration = Duration::from_secs(10);

/// From the request to its answer. Terminals give up after 120 s locally, 150 s through the cloud (Adyen docs: POS
/// timeouts), and each screen before that may take 120 s; the longest operation of an OPI terminal has ten minutes.
pub const ANSWER_TIME: Duration = Duration::from_secs(11 * 60);

/// How long a peer may take nothing of what is written to it.
pub const STALL_TIME: Duration = Duration::from_secs(10);

/// How long a connection is read on after the last answer: closing on unread bytes would reset it, and a reset
/// destroys an answer that the client has not read yet.
pub const LINGER: Duration = Duration::from_secs(2);

/// Reports of turned away clients that are kept until somebody looks.
pub const TURNED_AWAY: usize = 64;

/// Largest file of certificates or keys, in bytes. A chain of ten takes about 20 KiB.
pub const FILE: u64 = 1024 * 1024;

/// The limits of one server that a program may want to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at one time; one more is closed at once.
    pub connections: usize,
    /// Longest request body, in bytes.
    pub request_body: usize,
    /// See [`HANDSHAKE_TIME`].
    pub handshake_time: Duration,
    /// See [`HEAD_TIME`].
    pub head_time: Duration,
    /// See [`BODY_TIME`].
    pub body_time: Duration,
    /// See [`ANSWER_TIME`]. Then the client gets 504, and [`Exchange::reply`](super::Exchange::reply) says that it is
    /// gone.
    pub answer_time: Duration,
    /// See [`STALL_TIME`].
    pub stall_time: Duration,
}

impl Limits {
    /// The numbers of this module.
    pub const USUAL: Self = Self {
        connections: CONNECTIONS,
        request_body: REQUEST_BODY,
        handshake_time: HANDSHAKE_TIME,
        head_time: HEAD_TIME,
        body_time: BODY_TIME,
        answer_time: ANSWER_TIME,
        stall_time: STALL_TIME,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}
