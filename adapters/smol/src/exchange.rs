//! One request to a terminal of the Terminal API, and its answer: what is half made, half sent and half read stays
//! here, not in a future.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use opi_core::nexo::envelope::Key;
use zeroize::Zeroizing;

use crate::https::{Answer, Client, ConnectError, Connection, Request};
use crate::link::Happened;
use crate::secured;

/// The way to one terminal.
pub(crate) struct TerminalApi {
    pub(crate) client: Client,
    /// Of the secured form; without it everything is in clear inside TLS.
    pub(crate) key: Option<Key>,
}

/// One connection with one request and one answer.
pub(crate) struct Exchange {
    terminal: Arc<TerminalApi>,
    stage: Stage,
}

enum Stage {
    Connecting(Pin<Box<dyn Future<Output = Result<Connection, ConnectError>> + Send>>),
    Up(Connection),
    /// So many bytes of the session's message are leaving, in whatever form.
    Sending(Request, usize),
    Waiting(Request),
    /// The answer is handed on.
    Answered(Answered),
    Over,
}

struct Answered {
    status: u16,
    /// In clear.
    body: Zeroizing<Vec<u8>>,
    handed_on: usize,
    /// Why there is no body.
    fault: Option<io::Error>,
}

impl Exchange {
    pub(crate) fn connect(terminal: &Arc<TerminalApi>) -> Self {
        let client = terminal.client.clone();
        let connecting = Box::pin(async move { client.connect().await });
        Self { terminal: Arc::clone(terminal), stage: Stage::Connecting(connecting) }
    }

    /// Begins to send a message of the session.
    pub(crate) fn send(&mut self, message: &[u8]) -> io::Result<()> {
        let body = match &self.terminal.key {
            Some(key) => secured::seal(message, key)?,
            None => message.to_vec(),
        };
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Up(connection) => {
                self.stage = Stage::Sending(connection.send(body), message.len());
                Ok(())
            }
            other => {
                self.stage = other;
                Err(io::ErrorKind::NotConnected.into())
            }
        }
    }

    /// Goes on with what can go on. Takes at most `room` bytes of the answer, into `buffer`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, room: usize, buffer: &mut [u8]) -> Poll<Happened> {
        let (stage, happened) = match &mut self.stage {
            Stage::Up(_) | Stage::Over => return Poll::Pending,
            Stage::Connecting(connecting) => match ready!(connecting.as_mut().poll(cx)) {
                Ok(connection) => (Stage::Up(connection), Happened::Connected),
                Err(error) => (Stage::Over, Happened::ConnectFailed(io::Error::other(error))),
            },
            Stage::Sending(request, length) => {
                let (sent, length) = (pin!(request.sent()).poll(cx), *length);
                match (ready!(sent), std::mem::replace(&mut self.stage, Stage::Over)) {
                    (Ok(()), Stage::Sending(request, _)) => (Stage::Waiting(request), Happened::Sent),
                    (Ok(()), other) => (other, Happened::Sent),
                    // The terminal never had the whole of it, however much it had.
                    (Err(error), _) => {
                        (Stage::Over, Happened::SendFailed(length.saturating_sub(1), io::Error::other(error)))
                    }
                }
            }
            Stage::Waiting(request) => {
                let answered = pin!(request.answer()).poll(cx);
                match ready!(answered) {
                    Ok(answer) => {
                        let mut answered = Answered::new(answer, &self.terminal);
                        let happened = answered.hand_on(room, buffer);
                        self.stage = Stage::Answered(answered);
                        return happened;
                    }
                    Err(error) => (Stage::Over, Happened::Closed(Some(io::Error::other(error)))),
                }
            }
            Stage::Answered(answered) => return answered.hand_on(room, buffer),
        };
        self.stage = stage;
        Poll::Ready(happened)
    }
}

impl Answered {
    fn new(answer: Answer, terminal: &TerminalApi) -> Self {
        let Answer { status, body } = answer;
        let clear = match &terminal.key {
            // An abort is answered with nothing.
            Some(key) if !body.is_empty() => secured::open(&body, key),
            _ => Ok(Zeroizing::new(body)),
        };
        let (body, fault) = match clear {
            Ok(body) => (body, None),
            Err(fault) => (Zeroizing::default(), Some(fault)),
        };
        Self { status: status.as_u16(), body, handed_on: 0, fault }
    }

    fn hand_on(&mut self, room: usize, buffer: &mut [u8]) -> Poll<Happened> {
        let Some(rest) = self.body.get(self.handed_on..).filter(|rest| !rest.is_empty()) else {
            // Past its end: it is told once.
            if self.handed_on > self.body.len() {
                return Poll::Pending;
            }
            self.handed_on = self.body.len().saturating_add(1);
            return Poll::Ready(Happened::Complete(self.status, self.fault.take()));
        };
        let length = rest.len().min(room).min(buffer.len());
        if length == 0 {
            return Poll::Pending;
        }
        buffer.iter_mut().zip(rest.iter().take(length)).for_each(|(to, from)| *to = *from);
        self.handed_on = self.handed_on.saturating_add(length);
        Poll::Ready(Happened::Received(length))
    }
}
