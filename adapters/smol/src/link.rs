//! One connection of a till: what is half made, half sent and half read stays here, not in a future.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use opi_core::drive::Link;
use smol::io::{AsyncRead, AsyncWrite};
use smol::net::TcpStream;

use crate::config::{DEVICE_SLOTS, KEEP_ALIVE};
#[cfg(feature = "terminal-api")]
use crate::exchange::Exchange;
use crate::listener::Arrival;

/// All links of a till. The device slots are those of [`Links`].
pub(crate) const LINKS: [Link; 2 + DEVICE_SLOTS] =
    [Link::Request, Link::Abort, Link::Device(0), Link::Device(1), Link::Device(2), Link::Device(3)];

/// The connections of a till.
#[derive(Default)]
pub(crate) struct Links {
    request: Connection,
    abort: Connection,
    device: [Connection; DEVICE_SLOTS],
}

impl Links {
    /// `None` for a device slot that the till does not have.
    pub(crate) fn get(&mut self, link: Link) -> Option<&mut Connection> {
        match link {
            Link::Request => Some(&mut self.request),
            Link::Abort => Some(&mut self.abort),
            Link::Device(slot) => self.device.get_mut(usize::from(slot)),
        }
    }
}

/// A connection in one of its states.
#[derive(Default)]
pub(crate) enum Connection {
    /// There is none.
    #[default]
    Down,
    /// Being made. The session says when it takes too long.
    Connecting(Pin<Box<dyn Future<Output = io::Result<TcpStream>> + Send>>),
    /// Up.
    Up(Wire),
    /// One of the Terminal API, in any state.
    #[cfg(feature = "terminal-api")]
    Exchange(Exchange),
}

/// A connection that is up.
pub(crate) struct Wire {
    stream: TcpStream,
    /// Bytes that were read before the connection came here, and how many of them were handed on.
    head: Vec<u8>,
    handed_on: usize,
    /// The frame being sent, and how much of it the kernel took.
    frame: Vec<u8>,
    written: usize,
    /// The peer sends no more. It may still read: what it asked last can be answered.
    ended: bool,
    /// Closing it is a reset: nothing shows yet that the peer has what was sent.
    resets: bool,
}

/// What happened on a connection.
pub(crate) enum Happened {
    Connected,
    ConnectFailed(io::Error),
    Sent,
    /// At most so many bytes of the frame can have left.
    SendFailed(usize, io::Error),
    /// So many bytes lie in the buffer.
    Received(usize),
    /// The answer with this HTTP status was handed on whole; or it was none, and why.
    #[cfg(feature = "terminal-api")]
    Complete(u16, Option<io::Error>),
    Closed(Option<io::Error>),
}

impl Connection {
    pub(crate) fn connect(&mut self, address: SocketAddr) {
        *self = Self::Connecting(Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            set_options(&stream)?;
            reset_at_end(&stream, true)?;
            Ok(stream)
        }));
    }

    /// Takes a connection that the terminal opened.
    pub(crate) fn accept(&mut self, arrival: Arrival) -> io::Result<()> {
        set_options(&arrival.stream)?;
        // What is answered here has to arrive, also when the connection is closed right behind it.
        *self = Self::Up(Wire::new(arrival.stream, arrival.head, false));
        Ok(())
    }

    /// Begins to send. The frame is copied, since the transmit buffer is used again before it has left.
    pub(crate) fn send(&mut self, frame: &[u8]) -> Result<(), io::Error> {
        let wire = match self {
            Self::Up(wire) => wire,
            #[cfg(feature = "terminal-api")]
            Self::Exchange(exchange) => return exchange.send(frame),
            Self::Down | Self::Connecting(_) => return Err(io::ErrorKind::NotConnected.into()),
        };
        wire.frame.clear();
        wire.frame.extend_from_slice(frame);
        wire.written = 0;
        Ok(())
    }

    /// Goes on with what can go on. Takes at most `room` bytes in, into `buffer`.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, room: usize, buffer: &mut [u8]) -> Poll<Happened> {
        match self {
            Self::Down => Poll::Pending,
            #[cfg(feature = "terminal-api")]
            Self::Exchange(exchange) => exchange.poll(cx, room, buffer),
            Self::Connecting(making) => {
                let made = ready!(making.as_mut().poll(cx));
                Poll::Ready(match made {
                    Ok(stream) => {
                        *self = Self::Up(Wire::new(stream, Vec::new(), true));
                        Happened::Connected
                    }
                    Err(error) => {
                        *self = Self::Down;
                        Happened::ConnectFailed(error)
                    }
                })
            }
            Self::Up(wire) => {
                if let Poll::Ready(happened) = wire.poll_send(cx) {
                    return Poll::Ready(happened);
                }
                let happened = ready!(wire.poll_receive(cx, room, buffer));
                match happened {
                    // The session says when it has no more use for it.
                    Happened::Closed(None) => wire.ended = true,
                    Happened::Closed(Some(_)) => *self = Self::Down,
                    _ => {}
                }
                Poll::Ready(happened)
            }
        }
    }
}

impl Wire {
    fn new(stream: TcpStream, head: Vec<u8>, resets: bool) -> Self {
        Self { stream, head, handed_on: 0, frame: Vec::new(), written: 0, ended: false, resets }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<Happened> {
        while let Some(rest) = self.frame.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.stream).poll_write(cx, rest)) {
                Ok(0) => return Poll::Ready(self.send_failed(io::ErrorKind::WriteZero.into())),
                Ok(taken) => self.written += taken,
                Err(error) => return Poll::Ready(self.send_failed(error)),
            }
            if self.written >= self.frame.len() {
                self.frame.clear();
                return Poll::Ready(Happened::Sent);
            }
        }
        Poll::Pending
    }

    /// The frame will not leave as a whole. What the kernel took may have left; a write that failed took nothing,
    /// since a socket reports what it took before it reports what went wrong.
    fn send_failed(&mut self, error: io::Error) -> Happened {
        self.frame.clear();
        Happened::SendFailed(self.written, error)
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, room: usize, buffer: &mut [u8]) -> Poll<Happened> {
        if self.ended {
            return Poll::Pending;
        }
        let room = room.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..room).filter(|buffer| !buffer.is_empty()) else { return Poll::Pending };
        if let Some(rest) = self.head.get(self.handed_on..).filter(|rest| !rest.is_empty()) {
            let length = rest.len().min(room);
            for (to, from) in buffer.iter_mut().zip(rest) {
                *to = *from;
            }
            self.handed_on += length;
            return Poll::Ready(Happened::Received(length));
        }
        let error = match ready!(Pin::new(&mut self.stream).poll_read(cx, buffer)) {
            Ok(0) => None,
            Ok(read) => {
                // It has the request: the rest can end well.
                if std::mem::take(&mut self.resets) {
                    let _ = reset_at_end(&self.stream, false);
                }
                return Poll::Ready(Happened::Received(read));
            }
            Err(error) => Some(error),
        };
        if self.frame.is_empty() {
            return Poll::Ready(Happened::Closed(error));
        }
        // The end of the connection comes before the end of the frame. The count is the better evidence, so it is
        // told first; the next read finds the end again.
        Poll::Ready(self.send_failed(error.unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())))
    }
}

/// No waiting for more to send, and a dead peer is noticed.
pub(crate) fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (idle, interval, count) = KEEP_ALIVE;
    let keep_alive = socket2::TcpKeepalive::new().with_time(idle).with_interval(interval);
    // Where the machine has a fixed count (OpenBSD, Haiku), it has to do.
    #[cfg(not(any(target_os = "openbsd", target_os = "haiku", target_os = "redox")))]
    let keep_alive = keep_alive.with_retries(count);
    socket2::SockRef::from(stream).set_tcp_keepalive(&keep_alive)
}

/// Whether closing throws away what the kernel has taken and not delivered yet. Otherwise it goes on delivering that for
/// minutes, as soon as a broken network lets it: a payment would begin that was given up, or even made once more. So it
/// is for as long as nothing came back; the system keeps to it when the process is killed, too.
pub(crate) fn reset_at_end(stream: &TcpStream, reset: bool) -> io::Result<()> {
    socket2::SockRef::from(stream).set_linger(reset.then_some(Duration::ZERO))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    async fn happened(connection: &mut Connection, room: usize, buffer: &mut [u8]) -> Happened {
        poll_fn(|cx| connection.poll(cx, room, buffer)).await
    }

    /// A connection of ours, and the other end of it.
    fn pair() -> (Connection, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ours = Connection::default();
        ours.connect(listener.local_addr().unwrap());
        assert!(matches!(smol::block_on(happened(&mut ours, 0, &mut [])), Happened::Connected));
        (ours, listener.accept().unwrap().0)
    }

    #[test]
    fn the_count_of_a_broken_sending_covers_all_that_arrived() {
        // Larger than what two kernels buffer, so that sending stops before the end.
        let frame = vec![7; 64 * 1024 * 1024];
        for arrives in [0, 1, 4096, 300_000] {
            let (mut ours, mut peer) = pair();
            ours.send(&frame).unwrap();
            let reading = std::thread::spawn(move || peer.read_exact(&mut vec![0; arrives]).unwrap());
            let Happened::SendFailed(at_most, _) = smol::block_on(happened(&mut ours, 4096, &mut [0; 4096])) else {
                panic!("the peer went away in the middle of the frame");
            };
            reading.join().unwrap();
            assert!((arrives..frame.len()).contains(&at_most), "{arrives} arrived, {at_most} told");
        }
    }

    /// What was given up must not arrive later; what was answered ends as connections do.
    #[test]
    fn a_request_without_an_answer_ends_by_a_reset() {
        for answered in [false, true] {
            let (mut ours, mut peer) = pair();
            ours.send(b"request").unwrap();
            let mut buffer = [0; 16];
            assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::Sent));
            peer.read_exact(&mut [0; 7]).unwrap();
            if answered {
                peer.write_all(b"answer").unwrap();
                assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::Received(6)));
            }
            drop(ours);
            let end = peer.read(&mut buffer).map_err(|error| error.kind());
            assert_eq!(end, if answered { Ok(0) } else { Err(io::ErrorKind::ConnectionReset) });
        }
    }

    #[test]
    fn an_end_in_the_middle_of_a_frame_is_told_as_a_count_first() {
        let (mut ours, peer) = pair();
        ours.send(&vec![7; 64 * 1024 * 1024]).unwrap();
        // The peer says that it will send no more, and reads no more either.
        peer.shutdown(std::net::Shutdown::Write).unwrap();
        let mut buffer = [0; 16];
        assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::SendFailed(..)));
        assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::Closed(None)));
    }

    #[test]
    fn a_peer_that_sends_no_more_still_gets_its_answer() {
        let (listener, mut ours) = (TcpListener::bind("127.0.0.1:0").unwrap(), Connection::default());
        let mut peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let stream = TcpStream::try_from(listener.accept().unwrap().0).unwrap();
        ours.accept(Arrival { stream, head: Vec::new() }).unwrap();
        peer.shutdown(std::net::Shutdown::Write).unwrap();
        let mut buffer = [0; 16];
        assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::Closed(None)));
        ours.send(b"answer").unwrap();
        assert!(matches!(smol::block_on(happened(&mut ours, 16, &mut buffer)), Happened::Sent));
        // The end is told once.
        assert!(smol::block_on(smol::future::poll_once(happened(&mut ours, 16, &mut buffer))).is_none());
        ours = Connection::Down;
        drop(ours);
        let mut got = Vec::new();
        peer.read_to_end(&mut got).unwrap();
        assert_eq!(got, b"answer");
    }

    #[test]
    fn never_more_than_there_is_room_and_what_was_read_before_comes_first() {
        let (listener, mut ours) = (TcpListener::bind("127.0.0.1:0").unwrap(), Connection::default());
        let mut peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        peer.write_all(b"fghij").unwrap();
        drop(peer);
        let stream = TcpStream::try_from(listener.accept().unwrap().0).unwrap();
        ours.accept(Arrival { stream, head: b"abcde".to_vec() }).unwrap();
        let (mut all, mut buffer) = (Vec::new(), [0; 8]);
        smol::block_on(async {
            assert!(smol::future::poll_once(happened(&mut ours, 0, &mut buffer)).await.is_none(), "no room");
            for room in [2, 8, 1].into_iter().cycle() {
                match happened(&mut ours, room, &mut buffer).await {
                    Happened::Received(length) => {
                        assert!(length <= room);
                        all.extend_from_slice(&buffer[..length]);
                    }
                    Happened::Closed(error) => return assert!(error.is_none()),
                    _ => panic!("nothing else happens"),
                }
            }
        });
        assert_eq!(all, b"abcdefghij");
    }

    #[test]
    fn both_channels_send_at_once_and_notice_a_dead_terminal() {
        let (ours, peer) = pair();
        let mut accepted = Connection::default();
        accepted.accept(Arrival { stream: TcpStream::try_from(peer).unwrap(), head: Vec::new() }).unwrap();
        for connection in [&ours, &accepted] {
            let Connection::Up(wire) = connection else { panic!("is up") };
            let socket = socket2::SockRef::from(&wire.stream);
            assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
            #[cfg(target_os = "linux")]
            assert_eq!(
                (
                    socket.tcp_keepalive_time().unwrap(),
                    socket.tcp_keepalive_interval().unwrap(),
                    socket.tcp_keepalive_retries().unwrap()
                ),
                KEEP_ALIVE
            );
        }
    }
}
