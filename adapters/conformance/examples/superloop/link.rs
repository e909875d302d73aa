//! A connection that is looked at, and never waited for.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use opi_conformance::Rule;
use socket2::{Domain, SockAddr, Socket, Type};

/// One connection, in any state.
pub(crate) struct Connection {
    /// `None` if not even a socket could be had.
    stream: Option<TcpStream>,
    is_connecting: bool,
    frame: Vec<u8>,
    written: usize,
    has_ended: bool,
    /// What nobody is to hear of.
    is_silent: bool,
}

pub(crate) enum Happened {
    Connected,
    ConnectFailed,
    Sent,
    /// So many bytes were taken before it failed.
    SendFailed(usize),
    Received(Vec<u8>),
    Closed,
}

impl Connection {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let begin = || {
            let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
            socket.set_nonblocking(true)?;
            socket.set_tcp_nodelay(true)?;
            // It is under way: that is no error.
            let _ = socket.connect(&SockAddr::from(address));
            io::Result::Ok(TcpStream::from(socket))
        };
        Self { is_connecting: true, ..Self::of(begin().ok()) }
    }

    pub(crate) fn accepted(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self::of(Some(stream)))
    }

    fn of(stream: Option<TcpStream>) -> Self {
        Self { stream, is_connecting: false, frame: Vec::new(), written: 0, has_ended: false, is_silent: false }
    }

    pub(crate) fn send(&mut self, frame: Vec<u8>) {
        (self.frame, self.written) = (frame, 0);
    }

    /// For a mistake: connects and sends behind the session's back.
    pub(crate) fn sending(self, frame: Vec<u8>) -> Self {
        Self { frame, is_silent: true, ..self }
    }

    /// Goes on with what can go on. Takes at most `room` bytes in.
    pub(crate) fn look(&mut self, room: usize, mistake: Option<Rule>) -> Option<Happened> {
        let Some(stream) = &mut self.stream else { return Some(Happened::ConnectFailed) };
        if self.is_connecting {
            return match (stream.take_error(), stream.peer_addr()) {
                (Ok(None), Ok(_)) => {
                    self.is_connecting = false;
                    (!self.is_silent).then_some(Happened::Connected)
                }
                (Ok(None), Err(error)) if error.kind() == ErrorKind::NotConnected => None,
                _ => Some(Happened::ConnectFailed),
            };
        }
        if !self.frame.is_empty() {
            let rest = self.frame.get(self.written..).unwrap_or_default();
            let taken = stream.write(rest);
            match taken {
                Ok(taken @ 1..) => {
                    self.written += taken;
                    if self.written == self.frame.len() || mistake == Some(Rule::WritesToTheEnd) {
                        self.frame.clear();
                        return (!std::mem::take(&mut self.is_silent)).then_some(Happened::Sent);
                    }
                    return None;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                _ => {
                    let length = self.frame.len();
                    self.frame.clear();
                    let is_wrong = mistake == Some(Rule::CountsWhatWasWritten);
                    return Some(Happened::SendFailed(if is_wrong { length } else { self.written }));
                }
            }
        }
        if self.has_ended || room == 0 {
            return None;
        }
        let is_wrong = mistake == Some(Rule::LosesNoByte);
        let mut bytes = vec![0; if is_wrong { 4096 } else { room }];
        match stream.read(&mut bytes) {
            Ok(length @ 1..) => {
                bytes.truncate(length.min(room));
                Some(Happened::Received(bytes))
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => None,
            _ => {
                self.has_ended = true;
                // While a frame is leaving, how much of it left is the better evidence: the next write fails.
                if self.frame.is_empty() {
                    return Some(Happened::Closed);
                }
                None
            }
        }
    }
}
